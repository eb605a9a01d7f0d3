// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct WordValuesTests {
    private func word(_ text: String) -> Word {
        Word(text, at: Position(file: "Corefile", line: 2, column: 5))
    }

    @Test(arguments: [("5", 5), ("0010", 10), ("-0", 0), ("30", 30)])
    func readsANumber(text: String, expected: Int) throws {
        #expect(try word(text).integer(in: 0...30) == expected)
    }

    @Test(arguments: ["", "31", "-1", "+5", "5s", "0x5", "5.0", "٥", "99999999999999999999"])
    func saysWhichNumbersAreWanted(text: String) {
        let error = #expect(throws: CorefileError.self) { try word(text).integer(in: 0...30) }

        #expect(error?.description == "Corefile:2:5: '\(text)' is no number from 0 to 30")
    }

    @Test(
        arguments: [
            ("0", 0), ("0s", 0), ("1ns", 1), ("5us", 5_000), ("5\u{B5}s", 5_000),
            ("5\u{3BC}s", 5_000), ("250ms", 250_000_000), ("30s", 30_000_000_000),
            ("1h30m", 5_400_000_000_000), ("1m1m", 120_000_000_000), ("1.5s", 1_500_000_000),
            (".5s", 500_000_000), ("5.s", 5_000_000_000), ("0.0000000001s", 0),
            ("1.25h", 4_500_000_000_000), ("9223372036854775807ns", UInt64(Int64.max)),
        ] as [(String, UInt64)]
    )
    func readsADuration(text: String, expected: UInt64) throws {
        #expect(try word(text).nanoseconds() == expected)
    }

    @Test(
        "What Go does not read is no duration",
        arguments: [
            "", "5", "s", ".", ".s", "5 s", "5d", "5S", "-5s", "5s5", "1..5s", "5sx", "٥s",
            "9223372036854775808ns", "9223372036854775807.9ns1ns", "99999999999999999999h",
            "18446744073709551615h", "5124096h",
        ]
    )
    func saysWhatADurationIs(text: String) {
        let error = #expect(throws: CorefileError.self) { try word(text).nanoseconds() }

        #expect(
            error?.description
                == "Corefile:2:5: '\(text)' is no duration like '30s' or '250ms'"
        )
    }

    @Test(arguments: ["0s", "999us", "1001ms"])
    func saysWhichDurationsAreWanted(text: String) {
        let error = #expect(throws: CorefileError.self) {
            try word(text).nanoseconds(in: 1_000_000...1_000_000_000)
        }

        #expect(error?.description == "Corefile:2:5: '\(text)' must be 1ms to 1s")
    }

    @Test(
        arguments: [("0", 0), ("1ns", 1), ("1ms", 1), ("1001us", 2), ("2s", 2_000)]
            as [(String, UInt64)]
    )
    func countsAPartOfAMillisecondAsOne(text: String, expected: UInt64) throws {
        #expect(try word(text).milliseconds(in: 0...2_000) == expected)
    }

    @Test(
        arguments: [
            (0, "0s"), (1, "1ns"), (1_500, "1500ns"), (2_000, "2us"), (250_000_000, "250ms"),
            (90_000_000_000, "90s"), (120_000_000_000, "2m"), (7_200_000_000_000, "2h"),
        ] as [(UInt64, String)]
    )
    func writesADurationInItsLargestUnit(nanoseconds: UInt64, expected: String) throws {
        #expect(durationText(nanoseconds) == expected)
        #expect(try word(expected).nanoseconds() == nanoseconds)
    }

    @Test func saysWhatIsNotBuilt() {
        #expect(
            word("kubeconfig").notYet("option").description
                == "Corefile:2:5: option 'kubeconfig' is not built yet"
        )
    }
}
