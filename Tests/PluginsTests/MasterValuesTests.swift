// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugins

@Suite struct MasterValuesTests {
    @Test(
        arguments: [
            ("0", 0), ("3600", 3_600), ("1h30m", 5_400), ("1W2d", 777_600), ("1m30", 90), ("2S", 2),
            ("2147483647", 2_147_483_647), ("0w", 0),
        ] as [(String, UInt32)]
    )
    func readsTimesToLive(text: String, seconds: UInt32) {
        #expect(MasterValues.ttl(Array(text.utf8)[...]) == seconds)
    }

    @Test(arguments: [
        "", "h", "A", "1x", "1hh", "-1", "2147483648", "99999999999999999999", "4000w", "1 h", "+1",
    ])
    func refusesOthers(text: String) {
        #expect(MasterValues.ttl(Array(text.utf8)[...]) == nil)
    }

    @Test(
        arguments: [
            ("IN", 1), ("in", 1), ("CH", 3), ("CLASS254", 254), ("NONE", 254), ("A", nil),
            ("INX", nil),
            ("CLASS", nil), ("CLASS70000", nil), ("", nil),
        ] as [(String, UInt16?)]
    )
    func readsClasses(text: String, number: UInt16?) {
        #expect(MasterValues.recordClass(Array(text.utf8)[...]) == number)
    }
}
