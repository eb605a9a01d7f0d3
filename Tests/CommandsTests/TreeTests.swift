// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@testable import Commands

@Suite struct TreeTests {
    private func tree(_ text: String) throws -> Tree {
        var reader = YAMLReader(Array(text.utf8))
        return Tree(try #require(try reader.next()?.get()))
    }

    @Test("What is written is read as the same")
    func writesYAMLThatSaysTheSame() throws {
        let text = """
            empty: []
            flags: {"yes": "yes", "no": no, nothing: ~, number: 017, float: 1.50, text: "1.5"}
            list:
            - - a
              - b: 1
                c: []
            - {}
            - "- x"
            odd: ["", " a", "a ", "a: b", "a #b", "#", "line\\nbreak", "tab\\t", "ä", "\\u0001", "'", "@x", "a:", "2001-01-01"]
            """
        let first = try tree(text)

        #expect(try tree(first.yaml) == sorted(first))
        #expect(try tree(first.json) == sorted(first).asJSON)
    }

    /// The tree with all keys in their order.
    private func sorted(_ tree: Tree) -> Tree {
        switch tree {
        case .list(let items): .list(items.map(sorted))
        case .map(let pairs):
            .map(Tree.sorted(pairs).map { Tree.Pair(key: $0.key, value: sorted($0.value)) })
        default: tree
        }
    }

    @Test(
        "What it has at least is no more than any form has",
        arguments: [
            ("{a: [text, 7, 1.5, null, true], long key: {}}", 1 + 4 + 1 + 1 + 4 + 4 + 8),
            ("\"\"", 0), ("0", 1), ("[]", 0), ("\"\\t\\u00e9\"", 3),
        ]
    )
    func countsWhatItHasAtLeast(text: String, byteCount: Int) throws {
        let tree = try tree(text)

        #expect(tree.leastByteCount == byteCount)
        #expect(tree.compactJSON.utf8.count >= byteCount && tree.yaml.utf8.count >= byteCount)
    }

    @Test func changesAndTakesOutKeys() {
        var tree = Tree.null
        tree["a"] = .integer(1)
        tree["b"] = .integer(2)
        tree["a"] = nil
        tree.fill("b", .integer(3))
        tree.fill("c", .integer(4))

        #expect(
            tree == ["b": 2, "c": 4]
        )
        #expect(tree["x"] == nil && Tree.integer(1)["x"] == nil)
    }

    @Test func readsAsItIsWritten() {
        let tree: Tree = ["list": ["a", 1, [:]], "text": "b"]

        #expect(tree["list"]?.items == [.string("a"), .integer(1), .map([])])
        #expect(tree["text"] == .string("b"))
    }

    @Test(arguments: [(".inf", "\".inf\"\n"), ("1.50", "1.5\n"), ("1e3", "1000.0\n")])
    func writesNumbersThatJSONHas(written: String, json: String) {
        #expect(Tree.number(written).json == json)
    }
}

extension Tree {
    /// The tree as JSON can say it.
    fileprivate var asJSON: Tree {
        switch self {
        case .list(let items): .list(items.map(\.asJSON))
        case .map(let pairs): .map(pairs.map { Pair(key: $0.key, value: $0.value.asJSON) })
        case .number(let written): Double(written).map { .number("\($0)") } ?? .string(written)
        default: self
        }
    }
}
