// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct DrillOptionsTests {
    @Test(
        "Each drill has its own length",
        arguments: [
            (DrillName.blackhole, 5, 2), (.flood, 20, 3), (.randomNames, 600, 5),
        ]
    )
    func knowsHowLong(name: DrillName, whole: Int, short: Int) throws {
        let options = try DrillOptions(name, parsing: [String]())
        let shortened = try DrillOptions(name, parsing: ["--short"])

        #expect(options.seconds == whole)
        #expect(options.questionCount == 1_000_000)
        #expect(options.rate == 20_000)
        #expect(shortened.seconds == short)
        #expect(shortened.questionCount == 20_000)
    }

    @Test func countsForgeriesByMillions() throws {
        let options = try DrillOptions(.forgeries, parsing: [String]())
        let shortened = try DrillOptions(.forgeries, parsing: ["--short"])

        #expect(options.questionCount == 3_000_000)
        #expect(shortened.questionCount == 20_000)
    }

    @Test func takesSizesInAnyOrder() throws {
        let options = try DrillOptions(
            .flood,
            parsing: ["--rate", "7", "--seconds", "8", "--questions", "9", "--short"]
        )

        #expect(options.rate == 7)
        #expect(options.seconds == 8)
        #expect(options.questionCount == 9)
    }

    @Test(
        "A size is a whole number in its limits",
        arguments: [("--rate", 200_000), ("--seconds", 86_400), ("--questions", 100_000_000)]
    )
    func knowsItsLimits(option: String, maximum: Int) throws {
        _ = try DrillOptions(.flood, parsing: [option, "\(maximum)"])
        for word in ["\(maximum + 1)", "0", "many"] {
            let mistake = "\(option) wants a number from 1 to \(maximum), not '\(word)'"
            #expect(throws: RunOptions.Mistake(description: mistake)) {
                try DrillOptions(.flood, parsing: [option, word])
            }
        }
    }

    @Test func takesOptionsOfPlugins() throws {
        let options = try DrillOptions(
            .flood,
            parsing: ["--forward", "max_fails 3", "--cache", "keepttl", "--forward", "prefer_udp"]
        )

        #expect(options.forward == ["max_fails 3", "prefer_udp"])
        #expect(options.cache == ["keepttl"])
        for word in ["--forward", "--cache"] {
            let mistake = "\(word) wants an option as it stands in a Corefile, in quotes"
            for arguments in [[word], [word, ""]] {
                #expect(throws: RunOptions.Mistake(description: mistake)) {
                    try DrillOptions(.flood, parsing: arguments)
                }
            }
        }
    }

    @Test func refusesOtherOptions() {
        #expect(
            throws: RunOptions.Mistake(
                description: "flood has no option '--rounds'; there are --questions, --rate, "
                    + "--seconds, --forward, --cache and --short"
            )
        ) {
            try DrillOptions(.flood, parsing: ["--rounds", "1"])
        }
    }
}
