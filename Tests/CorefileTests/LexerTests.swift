// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct LexerTests {
    /// The words of a file whose one line of interest follows a key.
    private func words(_ text: String) throws -> [String] {
        try corefile(".\n" + text).words.dropFirst().map(\.text)
    }

    @Test(arguments: [
        ("a b\tc", ["a", "b", "c"]),
        ("a\u{A0}b\u{2003}c", ["a", "b", "c"]),
        ("log#x y", ["log"]),
        ("log #x", ["log"]),
        ("a \"x # y\"", ["a", "x # y"]),
        ("a \"x y\"z", ["a", "x y", "z"]),
        ("a \"say \\\"hi\\\"\"", ["a", "say \"hi\""]),
        ("a \"c:\\\\d\\n\"", ["a", "c:\\\\d\\n"]),
        ("a \"\"", ["a", ""]),
        ("a b\"c d\"", ["a", "b\"c", "d\""]),
        ("a \"two\nlines\" b", ["a", "two\nlines", "b"]),
        ("a \"keeps\r\nreturns\"", ["a", "keeps\r\nreturns"]),
        ("a\r\nb\rb\r\n", ["a", "bb"]),
        ("a {$} {%%}", ["a", "{$}", "{%%}"]),
        ("ä 名前", ["ä", "名前"]),
    ])
    func cutsALineIntoWords(text: String, expected: [String]) throws {
        #expect(try words(text) == expected)
    }

    @Test func dropsAByteOrderMark() throws {
        let first = try corefile("\u{FEFF}. {\r\n}\r\n").blocks.first?.keys.first

        #expect(first?.text == ".")
        #expect(first?.position.description == "Corefile:1:1")
    }

    @Test func countsLinesAndCharacters() throws {
        let text = "ä.example {\n\tlog  \"a\nb\" c # no\n  errors\n}"

        let places = try corefile(text).words.map { "\($0.position.line):\($0.position.column)" }

        #expect(places == ["1:1", "2:2", "2:7", "3:4", "4:3"])
    }

    @Test func knowsWhichWordsWereQuoted() throws {
        #expect(try corefile("a \"b\"").words.map(\.isQuoted) == [false, true])
    }

    @Test func takesAQuotedBraceForAWord() throws {
        let parsed = try corefile(". {\n log \"{\" \"}\"\n}")

        #expect(parsed.outline == [". { log { }; }"])
    }

    @Test(
        arguments: [
            ([0x2E, 0x0A, 0xC3], "Corefile:2:1"),
            ([0x2E, 0xC3, 0x28], "Corefile:1:2"),
            ([0x23, 0xFF], "Corefile:1:2"),
            ([0x22, 0xED, 0xA0, 0x80], "Corefile:1:2"),
            ([0x22, 0x5C, 0xFE], "Corefile:1:3"),
        ] as [([UInt8], String)]
    )
    func saysWhereBytesAreNoText(bytes: [UInt8], place: String) {
        let error = #expect(throws: CorefileError.self) {
            try Corefile(parsing: bytes, file: "Corefile")
        }

        #expect(error?.mistake == .invalidUTF8)
        #expect(error?.position.description == place)
    }

    @Test func refusesAZeroByte() {
        #expect(refusal("a\0b") == "Corefile:1:2: a zero byte; a Corefile is text")
    }

    @Test(arguments: ["\"x\n}", "\"x\\\"", "\"x\\", "\""])
    func refusesAQuoteWithoutEnd(text: String) {
        let message = refusal(".\nlog " + text)

        #expect(
            message == "Corefile:2:5: a quote that is never closed; "
                + "a '\"' is wanted at the end of the word"
        )
    }

    @Test("A word may be as long as the limit, and no longer", arguments: [false, true])
    func limitsWords(isQuoted: Bool) throws {
        let quote = isQuoted ? "\"" : ""
        let longest = String(repeating: "x", count: Corefile.maximumWordByteCount)

        #expect(try corefile(quote + longest + quote).words.map(\.text) == [longest])
        #expect(
            refusal(quote + longest + "x" + quote)
                == "Corefile:1:1: a word longer than 16384 bytes; is a quote missing?"
        )
        #expect(refusal("\"" + longest + "\\\"\"") != nil)
        #expect(refusal("\"" + longest + "\\x\"") != nil)
    }

    @Test func limitsFiles() throws {
        let largest = [UInt8](repeating: UInt8(ascii: "#"), count: Corefile.maximumFileByteCount)

        #expect(try Corefile(parsing: largest, file: "Corefile").blocks.isEmpty)
        #expect(
            throws: CorefileError(
                at: Position(file: "Corefile", line: 1, column: 1),
                .fileTooLarge(byteCount: Corefile.maximumFileByteCount + 1)
            )
        ) {
            try Corefile(parsing: largest + [10], file: "Corefile")
        }
    }
}
