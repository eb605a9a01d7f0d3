// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Testing

@testable import Plugins

@Suite struct ConsolidatedErrorsTests {
    private func errors() throws -> ConsolidatedErrors {
        try ConsolidatedErrors(
            pattern: Word("x$", at: Position(file: "Corefile", line: 1, column: 1)),
            intervalNanoseconds: 10,
            level: .error,
            showsFirst: false
        )
    }

    @Test(arguments: [
        (ConsolidatedErrors.maximumTextCount, true),
        (ConsolidatedErrors.maximumTextCount + 1, false),
    ])
    func comparesOnlyTheFirstCharacters(count: Int, isFound: Bool) throws {
        let text = String(repeating: "a", count: count - 1) + "x"

        #expect(try errors().matches(text) == isFound)
    }

    @Test func beginsAnewAfterTheCountWasTold() throws {
        let errors = try errors()
        let log = MemoryLog()

        for time in [5, 6, 15, 15, 16, 30] as [UInt64] {
            errors.flush(at: Moment(nanoseconds: time), to: log)
            #expect(!errors.count(at: Moment(nanoseconds: time)))
        }

        #expect(
            log.lines == [
                "[ERROR] plugin/errors: 2 errors like 'x$' occurred in last 10ns",
                "[ERROR] plugin/errors: 3 errors like 'x$' occurred in last 10ns",
            ]
        )
    }
}
