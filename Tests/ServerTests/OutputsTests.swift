// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

@Suite struct OutputsTests {
    @Test func isEmptyAgain() {
        var outputs = Outputs()
        outputs.endedExchanges = [1]
        outputs.wakeAt = Moment(nanoseconds: 1)

        #expect(!outputs.isEmpty)
        outputs.removeAll()
        #expect(outputs.isEmpty)
        #expect(outputs.wakeAt == nil)
    }
}
