// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct YAMLNodeTests {
    /// The value at the end of some steps.
    private func value(_ root: YAMLNode, _ steps: [YAMLStep]) -> YAMLNode? {
        var node: YAMLNode? = root
        for step in steps {
            switch step {
            case .key(let key): node = node?[key]
            case .index(let index): node = node?.items?[index]
            }
        }
        return node
    }

    @Test(
        "The way to a value is found",
        arguments: [
            [], [.key("a")], [.key("b"), .index(0)], [.key("b"), .index(1), .key("c")],
            [.key("b"), .index(2)], [.key("d"), .key("e"), .key("f")],
        ] as [[YAMLStep]]
    )
    func findsTheWay(steps: [YAMLStep]) throws {
        var reader = YAMLReader(Array("{a: 1, b: [2, {c: 3}, []], d: {e: {f: 4}}}".utf8))
        let root = try #require(try reader.next()?.get())

        let node = try #require(value(root, steps))

        #expect(root.steps(to: node) == steps)
    }

    @Test func findsTheFirstOfSeveralWays() throws {
        var reader = YAMLReader(Array("{a: &x {b: 1}, c: *x, d: {<<: *x}}".utf8))
        let root = try #require(try reader.next()?.get())

        for key in ["a", "c", "d"] {
            let node = try #require(root[key]?["b"])

            #expect(root.steps(to: node) == [.key("a"), .key("b")])
        }
    }

    @Test func searchesValuesWithManyAliasesOnce() throws {
        var text = "l0: &l0 [1, 1]\n"
        for level in 1...15 {
            text += "l\(level): &l\(level) [*l\(level - 1), *l\(level - 1)]\n"
        }
        text += "last: 1\n"
        var reader = YAMLReader(Array(text.utf8))
        let root = try #require(try reader.next()?.get())
        let last = try #require(root["last"])

        #expect(root.steps(to: last) == [.key("last")])
    }

    @Test("Absent values are told from others", arguments: ["", "~", "null", "Null", "NULL"])
    func knowsWhatIsAbsent(text: String) throws {
        var reader = YAMLReader(Array("{a: \(text), b: '\(text)', c: \(text)x}".utf8))
        let root = try #require(try reader.next()?.get())

        #expect(root["a"]?.isNull == true)
        #expect(root["b"]?.isNull == false)
        #expect(root["c"]?.isNull == false)
    }

    @Test func staysAsItIsWhileTheNextDocumentIsRead() throws {
        var reader = YAMLReader(Array("a: first\n---\na: second\n".utf8))

        let first = try #require(try reader.next()?.get())
        let second = try #require(try reader.next()?.get())

        #expect(first["a"]?.scalar?.text == "first")
        #expect(second["a"]?.scalar?.text == "second")
    }
}
