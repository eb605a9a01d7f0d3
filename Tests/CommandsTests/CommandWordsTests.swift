// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Commands

@Suite struct CommandWordsTests {
    private static let known = [
        CommandWords.Flag("output", "o"), CommandWords.Flag("port"),
        CommandWords.Flag("all", "A", .truth), CommandWords.Flag("watch", "w", .truth),
        CommandWords.Flag("labels", "L", .texts),
        CommandWords.Flag("dry-run", nil, .optionalText("client")),
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

    @Test(arguments: ["-Awojson", "-Awo json", "-A -wo=json", "-wA=true -ojson", "-w=1 -Ao json"])
    func lettersStandTogether(text: String) throws {
        let words = try words("web \(text) db")

        #expect(words.text("output") == "json")
        #expect(words.isOn("all") && words.isOn("watch"))
        #expect(words.plain == ["web", "db"])
    }

    @Test(arguments: ["-o=", "--output=", "-o json --output="])
    func anEmptyValueIsNone(text: String) throws {
        #expect(try words(text).text("output") == nil)
    }

    @Test func listsGrow() throws {
        #expect(try words("-L a,b -Lc --labels=d").text("labels") == "a,b,c,d")
    }

    @Test("A value that may be left out is never the next word")
    func takesOptionalValues() throws {
        let words = try words("--dry-run server")

        #expect(words.text("dry-run") == "client" && words.plain == ["server"])
        #expect(try self.words("--dry-run=server").text("dry-run") == "server")
        #expect(try self.words("--dry-run=").text("dry-run") == "")
    }

    @Test(arguments: [
        ("-A", true), ("--all", true), ("--all=true", true), ("--all=false", false),
        ("-A=T", true), ("--all=0", false), ("-wA", true), ("-Aw=true", true),
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
        ("--frob=1", "error: unknown flag: --frob"),
        ("--wach=1", "error: unknown flag: --wach; did you mean --watch?"),
        ("--=1", "error: unknown flag: --"),
        ("-xy", "error: unknown shorthand flag: 'x' in -xy"),
        ("-Axy", "error: unknown shorthand flag: 'x' in -xy"),
        ("--port", "error: flag needs an argument: --port"),
        ("-Ao", "error: flag needs an argument: 'o' in -o"),
        ("-A=", "error: invalid argument \"\" for \"--all\": true or false is wanted"),
        (
            "--all=yes",
            "error: invalid argument \"yes\" for \"--all\": true or false is wanted"
        ),
    ])
    func refusesWhatItDoesNotKnow(text: String, expected: String) {
        #expect(throws: CommandMistake(expected)) { try words(text) }
    }
}
