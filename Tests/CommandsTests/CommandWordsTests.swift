// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Commands

@Suite struct CommandWordsTests {
    private static let known = [
        CommandWords.Flag("output", "o"), CommandWords.Flag("port"),
        CommandWords.Flag("all", "A", .truth),
    ]

    private func words(_ text: String) throws(CommandMistake) -> CommandWords {
        try CommandWords(text.split(separator: " ").map(String.init), knowing: Self.known)
    }

    @Test(arguments: ["-o json", "-ojson", "-o=json", "--output json", "--output=json"])
    func aValueStandsInFivePlaces(text: String) throws {
        let words = try words("web \(text) db")

        #expect(words.text("output") == "json")
        #expect(words.plain == ["web", "db"])
    }

    @Test(arguments: [
        ("-A", true), ("--all", true), ("--all=true", true), ("--all=false", false),
        ("-A --all=false", false), ("", false),
    ])
    func aSwitchIsOnOrOff(text: String, isOn: Bool) throws {
        #expect(try words(text).isOn("all") == isOn)
    }

    @Test func nothingBehindTwoDashesIsAFlag() throws {
        #expect(try words("--port=80 -- -A --port").plain == ["-A", "--port"])
        #expect(try words("- a").plain == ["-", "a"])
    }

    @Test(arguments: [
        ("--frob=1", "error: unknown flag: --frob=1"),
        ("-xy", "error: unknown shorthand flag: 'x' in -xy"),
        ("--port", "error: flag needs an argument: --port"),
        (
            "--all=yes",
            "error: invalid argument \"yes\" for \"--all\": true or false is wanted"
        ),
    ])
    func refusesWhatItDoesNotKnow(text: String, expected: String) {
        #expect(throws: CommandMistake(expected)) { try words(text) }
    }
}
