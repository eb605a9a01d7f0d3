// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct YAMLReaderTests {
    @Test(
        "A stream is cut into its documents",
        arguments: [
            ("", []),
            ("# only a comment\n", []),
            ("a: 1", ["{a: 1}"]),
            ("a: 1\n---\nb: 2\n", ["{a: 1}", "{b: 2}"]),
            ("---\na: 1\n---\nb: 2\n", ["{a: 1}", "{b: 2}"]),
            ("--- a\n--- b\n", ["'a'", "'b'"]),
            ("a: 1\n...\nb: 2\n", ["{a: 1}", "{b: 2}"]),
            ("%YAML 1.2\n---\na: 1\n...\n%YAML 1.1\n---\nb: 2", ["{a: 1}", "{b: 2}"]),
            ("---\n---\na: 1\n", ["null", "{a: 1}"]),
            ("a: 1\n---", ["{a: 1}", "null"]),
            ("a: 1\r\n---\r\nb: 2\r\n", ["{a: 1}", "{b: 2}"]),
            ("a: 1\r---\rb: 2\r", ["{a: 1}", "{b: 2}"]),
            ("\u{FEFF}a: 1\n", ["{a: 1}"]),
            ("a: |\n  ---\n  x\n", ["{a: '---\nx\n'}"]),
            ("a: ----\n----: b\n", ["{a: '----', ----: 'b'}"]),
            (#"{"a": [1, "b\/c", {}], "d": null}"#, ["{a: [1, 'b/c', {}], d: null}"]),
            ("{\n\t\"a\": 1\n}", ["{a: 1}"]),
        ] as [(String, [String])]
    )
    func cutsIntoDocuments(text: String, expected: [String]) {
        #expect(outline(text) == expected)
    }

    @Test func countsLinesAndColumnsAsEditorsDo() throws {
        var reader = YAMLReader(Array("# 하나\n---\n한글: 값\nb:\n  - 'c'\n".utf8))

        let root = try #require(try reader.next()?.get())

        #expect(root.position.description == "3:1")
        #expect(root["한글"]?.position.description == "3:5")
        guard case .mapping(let pairs) = root.content,
            case .sequence(let items) = pairs[1].value.content
        else {
            Issue.record("the second value is no list")
            return
        }
        #expect(pairs[1].keyPosition.description == "4:1")
        #expect(items[0].position.description == "5:5")
    }

    @Test(
        "A wrong document takes neither neighbour with it",
        arguments: [
            "a: 'b", "a: [", "a: {{ x }}", "\ta: 1", "a: b: c", "a: 1\na: 2", "a: @b", "*a",
        ]
    )
    func keepsNeighbours(wrong: String) {
        let lines = outline("first: 1\n---\n\(wrong)\n---\nlast: 3\n")

        #expect(lines.count == 3)
        #expect(lines.first == "{first: 1}")
        #expect(lines.last == "{last: 3}")
        #expect(lines[1].hasPrefix("3:") || lines[1].hasPrefix("4:"))
    }

    @Test(
        "Bytes that are no text spoil one document only",
        arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x01], [0x00], [0xF8, 0x88]]
            as [[UInt8]]
    )
    func refusesWhatIsNoText(bytes: [UInt8]) {
        let text = Array("a: 1\n---\nb: é".utf8) + bytes + Array("\n---\nc: 3\n".utf8)

        let lines = outline(text)

        #expect(lines.count == 3)
        #expect(lines.first == "{a: 1}")
        #expect(lines[1].hasPrefix("3:5: "))
        #expect(lines.last == "{c: 3}")
    }

    @Test func refusesOtherEncodings() {
        #expect(outline([0xFF, 0xFE, 0x61, 0x00]) == ["1:1: not UTF-8; save the file as UTF-8"])
    }

    @Test func refusesTooLargeADocumentAndReadsTheNext() {
        #expect(outline("a: 123\n---\nb: 1\n", maximumByteCount: 9) == ["{a: 123}", "{b: 1}"])
        #expect(
            outline("a: 123\n---\nb: 12\n---\n", maximumByteCount: 9) == [
                "{a: 123}",
                "2:1: a document of more than 9 bytes; split it at '---'",
                "null",
            ]
        )
    }

    @Test func countsAWrongDocumentOnceEvenIfItsBeginningIsRight() {
        let lines = outline("a\nb: c\n---\nd: 1\n")

        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("2:2: "))
        #expect(lines[1] == "{d: 1}")
    }

    @Test func limitsDirectives() {
        func directives(_ count: Int) -> [String] {
            let lines = (1...count).map { "%TAG !t\($0)! tag:\($0),2026:\n" }.joined()
            return outline(lines + "---\na: 1\n---\nb: 2\n")
        }

        #expect(directives(YAMLReader.maximumDirectiveCount) == ["{a: 1}", "{b: 2}"])
        #expect(
            directives(YAMLReader.maximumDirectiveCount + 1) == [
                "1:1: more than 64 lines that begin with '%'", "{b: 2}",
            ]
        )
    }

    @Test func readsTenThousandDocumentsEachInItsPlace() {
        let text = (1...10_000).map { "n: \($0)" }.joined(separator: "\n---\n")

        let lines = outline(text + "\nn: again\n")

        #expect(lines.count == 10_000)
        #expect(lines[9_998] == "{n: 9999}")
        #expect(lines[9_999] == "20000:1: the key 'n' is already at 19999:1; keep one of them")
    }

    @Test("No mutation of a stream traps", arguments: 0..<200)
    func survivesMutation(seed: Int) {
        let sample =
            "%YAML 1.1\n---\na: &x [1, {b: 'c', \"d\": \"e\\n\"}, *x1]\n--- # z\n<<: {k: |\n  t}\n"
            + "x: &y {p: 1}\nz:\n  <<: [*y, *y]\n  - q\n...\n{\"j\": [true, null, 1e3]}\n"
        var bytes = Array(sample.utf8)
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(limit, 1)
        }
        for _ in 0...random(below: 6) where !bytes.isEmpty {
            bytes[random(below: bytes.count)] ^= UInt8(1 << random(below: 8))
        }
        bytes.removeLast(random(below: bytes.count / 2))

        let lines = outline(bytes)

        #expect(lines.count <= 40, "seed \(seed)")
    }
}
