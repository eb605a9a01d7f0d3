// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct DocumentBuilderTests {
    private static let tooDeep = "nested more than 100 levels deep; flatten it"

    @Test(
        "Nesting is allowed to the limit and refused one level past it",
        arguments: [("[", "]"), ("{a: ", "}")]
    )
    func limitsDepth(open: String, close: String) {
        func nested(_ depth: Int) -> [String] {
            outline(
                String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            )
        }

        #expect(nested(100).first?.hasSuffix(close == "]" ? "]" : "}") == true)
        #expect(nested(101) == ["1:\(open.count * 100 + 1): " + Self.tooDeep])
    }

    @Test("A flood of brackets is refused at once", arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
    func stopsEarly(opening: String) {
        let lines = outline(String(repeating: opening, count: 200_000))

        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix(Self.tooDeep) || lines[0].contains("key"), "\(lines[0])")
    }

    @Test func countsTheDepthThatAliasesBring() {
        let sixty = String(repeating: "[", count: 60) + "1" + String(repeating: "]", count: 60)
        func wrapped(_ depth: Int) -> [String] {
            let outer =
                String(repeating: "[", count: depth) + "*x" + String(repeating: "]", count: depth)
            return outline("[&x \(sixty), \(outer)]")
        }

        #expect(wrapped(39)[0].hasPrefix("["))
        #expect(wrapped(40)[0].hasSuffix(Self.tooDeep))
    }

    @Test func writesAliasesOut() {
        #expect(outline("a: &x {b: 1}\nc: [*x, *x]\n") == ["{a: {b: 1}, c: [{b: 1}, {b: 1}]}"])
    }

    @Test func boundsWhatAliasesMultiply() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let inner = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(inner)]\n"
        }

        let lines = outline(text)

        #expect(lines.count == 1)
        #expect(lines[0].contains("more than 8000000 values in one document"))
    }

    @Test func limitsTheNumberOfValues() {
        #expect(outline("[1, 2, 3]", maximumNodeCount: 4) == ["[1, 2, 3]"])
        #expect(
            outline("[1, 2, 3]", maximumNodeCount: 3) == [
                "1:1: more than 3 values in one document, aliases written out; split it at '---'"
            ]
        )
        #expect(outline("[1]\n---\n[2]", maximumNodeCount: 2) == ["[1]", "[2]"])
    }

    @Test(
        "An alias must name a value that is complete",
        arguments: [
            ("*x", "1:1: '*x' names nothing; put '&x' before a value above"),
            ("a: *x\nb: &x 1", "1:4: '*x' names nothing"),
            ("a: &x [*x]", "1:8: '*x' stands inside the value that it names, at 1:4"),
        ]
    )
    func refusesLooseAliases(text: String, expected: String) {
        #expect(outline(text)[0].hasPrefix(expected))
    }

    @Test func forgetsAnchorsBetweenDocuments() {
        #expect(outline("a: &x 1\n---\nb: *x\n")[1].hasPrefix("3:4: '*x' names nothing"))
    }
}
