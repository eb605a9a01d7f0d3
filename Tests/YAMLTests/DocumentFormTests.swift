// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct DocumentFormTests {
    /// A node with everything that the reader tells of it.
    private static func detail(_ node: YAMLNode) -> String {
        let place = "@\(node.position)"
        switch node.content {
        case .scalar(let scalar):
            return "\(scalar.isPlain ? "" : "q")\(scalar.tag)'\(scalar.text)'\(place)"
        case .sequence(let items):
            return "[" + items.map(detail).joined(separator: ",") + "]" + place
        case .mapping(let pairs):
            let pairs = pairs.map { "\($0.key)@\($0.keyPosition):\(detail($0.value))" }
            return "{" + pairs.joined(separator: ",") + "}" + place
        }
    }

    /// What the reader makes of a stream, and how many of its documents libyaml read.
    private static func read(
        _ bytes: [UInt8],
        knowing known: KnownForms? = nil,
        maximumFormCount: Int = YAMLReader.maximumFormCount
    ) -> (documents: [String], parsed: Int) {
        var reader = YAMLReader(bytes, knowing: known, maximumFormCount: maximumFormCount)
        var documents: [String] = []
        while let document = reader.next() {
            switch document {
            case .success(let root): documents.append(detail(root))
            case .failure(let error): documents.append(error.description)
            }
        }
        return (documents, reader.parsedCount)
    }

    /// Expects that a stream says the same with forms and without; how many documents were parsed.
    private static func parsedCount(
        _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Int {
        let bytes = Array(text.utf8)
        let (documents, parsed) = read(bytes)
        #expect(
            documents == read(bytes, maximumFormCount: 0).documents,
            sourceLocation: sourceLocation
        )
        return parsed
    }

    @Test func readsWhatDiffersInWordsOnlyWithoutParsing() {
        let text = (0..<50).map { number in
            """
            ---
            # a Pod
            kind: Pod
            metadata:
              name: pod-\(number)
              labels: {app: web}
            spec:
              addresses:
                - 10.0.0.\(number)
                - "2001:db8::\(number)"
              time: '2024-05-0\(number % 9)T00:00:00Z'

            """
        }.joined()

        #expect(Self.parsedCount(text) == 1)
    }

    @Test(
        "What is no plain word is parsed",
        arguments: [
            "b #c", "b # c", "b: c", "b:", "'b'", "\"b\"", "&b c", "*b", "!b c", "|\n  b", "[b]",
            "{b: c}",
            "", "~", "-b", "- b", "? b", "b c", "b\n  c", "é", "b\t", "b ", "b\r", "\"b\\n\"", "@b",
            "%b", "b,c", "b\u{2028}", "---", "...", "b\n---", "b\nc: d", "b\nc: d\n...", "\u{7}",
        ]
    )
    func parsesWhatIsNoWord(value: String) {
        let text = "---\na: x\nz: 1\n---\na: \(value)\nz: 1\n---\na: y\nz: 2\n"

        #expect(Self.parsedCount(text) >= 2)
    }

    @Test(
        "In place of a quoted word stands only such a word",
        arguments: ["\"b\\n\"", "\"b\" c", "\"b", "'b'", "b", "\"é\"", "\"b\n  c\"", "\"b\"#c"]
    )
    func parsesWhatIsQuotedOtherwise(value: String) {
        #expect(Self.parsedCount("---\na: \"x\"\n---\na: \(value)\n") == 2)
    }

    @Test(
        "Documents with more than words in lines are parsed each",
        arguments: [
            "a: &x b\nc: *x\n", "a: !!str b\n", "a: [b,\n  c]\nd: e\n", "a: é\n",
            "a: b\r\nc: d\r\n",
            "- {a: b,\n   c: d}\n", "%YAML 1.1\n---\na: b\n...\n",
        ]
    )
    func parsesEach(document: String) {
        let text = Array(repeating: document, count: 3).joined(separator: "---\n")

        #expect(Self.parsedCount(text) == 3)
    }

    @Test func parsesWhatHasOtherKeys() {
        #expect(Self.parsedCount("---\n? a\n: 1\n? b\n: 2\n---\n? a\n: 1\n? a\n: 2\n") == 2)
    }

    @Test("A word is as long as it may be, or parsed", arguments: [255, 256])
    func limitsWords(length: Int) {
        let word = String(repeating: "a", count: length)

        #expect(Self.parsedCount("---\na: x\n---\na: \(word)\n") == (length == 255 ? 1 : 2))
        #expect(Self.parsedCount("---\na: 'x'\n---\na: '\(word)'\n") == (length == 255 ? 1 : 2))
    }

    @Test("A form is as long as it may be, or none", arguments: [1 << 16, 1 << 16 + 1])
    func limitsForms(length: Int) {
        let frame = "---\na: x\nb: \n"
        let document =
            "---\na: x\nb: " + String(repeating: "y", count: length - frame.utf8.count) + "\n"

        #expect(Self.parsedCount(document + document) == (length == 1 << 16 ? 1 : 2))
    }

    @Test func remembersSoManyFormsAsComeByTurns() {
        func turns(_ count: Int) -> String {
            let documents = (0..<count).map { "---\nkey-\($0): x\n" }.joined()
            return documents + documents
        }

        #expect(Self.parsedCount(turns(8)) == 8)
        #expect(Self.parsedCount(turns(9)) > 9)
    }

    @Test func knowsTheFormsOfStreamsBefore() {
        let known = KnownForms()
        func read(_ text: String) -> (documents: [String], parsed: Int) {
            Self.read(Array(text.utf8), knowing: known)
        }

        #expect(read("a: x\n---\n# far down\n\nb: y\n").parsed == 2)
        #expect(read("a: w\n---\n# far down\n\nb: z\n").parsed == 0)
        #expect(read("b: z\n").parsed == 1)
        let (documents, parsed) = read("---\n# far down\n\nb: z\n")
        #expect(parsed == 0)
        #expect(documents == Self.read(Array("---\n# far down\n\nb: z\n".utf8)).documents)
    }

    @Test(
        "A document that ends without a line's end is like no other that goes on",
        arguments: [
            ("a: x\nb: y", "a: z\nb: y---\nc: d\n"), ("a: x\nb: y", "a: z\nb: y--- c\n"),
            ("a: x\n# end", "a: y\n# end---\nb: z\n"),
            ("{\"a\": 1}", "{\"a\": 1}---\n{\"a\": 1}\n"),
            ("a: x\n...", "a: y\n...---\nb: z\n"), ("---", "------\na: x\n"),
            ("a: x\n---", "a: x\n------\na: x\n"), ("---\n", "---\n---\na: [\n"),
            ("---\n# x\n", "---\n# x\n---\na: [\n"),
        ]
    )
    func endsWhereALineEnds(before: String, text: String) {
        let known = KnownForms()
        _ = Self.read(Array(before.utf8), knowing: known)
        let again = Self.read(Array(before.utf8), knowing: known).documents
        let documents = Self.read(Array(text.utf8), knowing: known).documents

        #expect(again == Self.read(Array(before.utf8), maximumFormCount: 0).documents)
        #expect(documents == Self.read(Array(text.utf8), maximumFormCount: 0).documents)
    }

    @Test func isNotMadeToForgetByAStreamWithoutForms() {
        let known = KnownForms()
        var reader = YAMLReader(Array("a: é\n---\nb: é\n".utf8), knowing: known)
        _ = reader.next()
        #expect(Self.read(Array("a: x\n".utf8), knowing: known).parsed == 1)
        while reader.next() != nil {}

        #expect(Self.read(Array("a: y\n".utf8), knowing: known).parsed == 0)
    }

    @Test func knowsAsManyFormsAsOneStream() {
        func parsed(afterReading count: Int) -> Int {
            let known = KnownForms()
            for number in 0..<count {
                _ = Self.read(Array("key-\(number): x\n".utf8), knowing: known)
            }
            return Self.read(Array("key-0: y\n".utf8), knowing: known).parsed
        }

        #expect(parsed(afterReading: YAMLReader.maximumFormCount) == 0)
        #expect(parsed(afterReading: YAMLReader.maximumFormCount + 1) == 1)
    }

    @Test func makesFewFormsWhereNothingIsAlike() {
        let unlike = (0..<16).map { "---\nkey-\($0): x\n" }.joined()
        let alike = String(repeating: "---\nkey: x\n", count: 20)

        // The first of those that are alike to be a form is the 32nd of all.
        #expect(Self.parsedCount(unlike + alike) == 32)
    }

    @Test func keepsToTheLimitOfADocument() {
        let text = Array("---\na: x\n---\na: xyz\n---\na: y\n".utf8)
        var reader = YAMLReader(text, maximumByteCount: 9)
        var mistakes: [String] = []
        while let document = reader.next() {
            if case .failure(let error) = document { mistakes.append(error.description) }
        }

        #expect(mistakes == ["3:1: a document of more than 9 bytes; split it at '---'"])
    }

    @Test func leavesDocumentsThatAreStillHeldAsTheyAre() throws {
        var reader = YAMLReader(Array("---\na: x\n---\na: y\n---\na: z\n".utf8))
        var roots: [YAMLNode] = []
        while let document = reader.next() { roots.append(try document.get()) }

        #expect(roots.map { $0["a"]?.scalar?.text } == ["x", "y", "z"])
        #expect(roots.map { $0["a"]?.position.line } == [2, 4, 6])
    }

    @Test("Damaged streams say the same with forms and without", arguments: 0..<200)
    func agreesOnDamagedStreams(seed: Int) {
        var dice = Dice(state: UInt64(seed))
        let shapes = [
            "kind: A\nname: W\nlist:\n  - W\n  - 'W'\n",
            "kind: B\nspec:\n  b: {c: W}\n  d: \"W\"\n",
            "a:\n  - b: W\n    c: |\n      W\n  - b: W\n    c: W W\n", "W\n", "- W\n- - W\n# W\n",
        ]
        let words = [
            "x", "web-1", "10.0.0.1", "true", "a:b", "2001:db8::1", "12", "~", "b # c", "y:",
        ]
        let known = KnownForms()
        var last: [UInt8] = []
        for _ in 0..<20 {
            var text = ""
            for _ in 0..<Int.random(in: 2...8, using: &dice) {
                text += "---\n"
                let shape = shapes.randomElement(using: &dice) ?? ""
                for part in shape.split(separator: "W", omittingEmptySubsequences: false) {
                    if part.startIndex != shape.startIndex {
                        text += words.randomElement(using: &dice) ?? ""
                    }
                    text += part
                }
            }
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &dice) {
                let index = Int.random(in: 0..<bytes.count, using: &dice)
                let signs = Array("\t\n\r-:[]{}'\"&*!|>%@`#,? .<~x\u{0}\u{7F}".utf8)
                let sign = signs.randomElement(using: &dice) ?? 0
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes[index] = sign
                case 1: bytes.insert(sign, at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            // What follows on the line at which the last stream ended.
            if !last.isEmpty, Bool.random(using: &dice) { bytes = last + bytes }
            last = Array(bytes.dropLast(Int.random(in: 0...2, using: &dice)))
            if last.count > 1_000 { last = [] }
            _ = Self.read(last, knowing: known)
            let parsed = Self.read(bytes, maximumFormCount: 0).documents
            for documents in [Self.read(bytes), Self.read(bytes, knowing: known)].map(\.documents) {
                #expect(
                    documents == parsed,
                    "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
                )
            }
        }
    }
}

/// Random numbers that a seed repeats.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
