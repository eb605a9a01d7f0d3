// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct CorefileErrorTests {
    private let place = Position(file: "Corefile", line: 12, column: 9)

    @Test func printsItsPlaceFirst() {
        let error = CorefileError(at: place, "unknown option 'ttll'; try 'ttl'")

        #expect(error.description == "Corefile:12:9: unknown option 'ttll'; try 'ttl'")
        #expect(error.text == "unknown option 'ttll'; try 'ttl'")
        #expect(error.mistake == .other("unknown option 'ttll'; try 'ttl'"))
    }

    @Test("A message is one line, whatever a word holds")
    func writesControlCharactersOut() {
        let error = CorefileError(at: place, "unknown option 'a\nb\u{1B}[2J\u{85}'")

        #expect(
            error.description == "Corefile:12:9: unknown option 'a\\nb\\u{1B}[2J\\u{0085}'"
        )
    }

    @Test func repeatsTheBeginningOfALongWord() {
        let limit = CorefileError.maximumQuotedCount
        let whole = String(repeating: "ä", count: limit)

        #expect(
            CorefileError(at: place, .noMatch(whole)).text == "no file matches '\(whole)'"
        )
        #expect(
            CorefileError(at: place, .noMatch(whole + "ä")).text
                == "no file matches '\(whole)…'"
        )
    }
}
