// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct OpenCollectionTests {
    @Test("A key twice is refused with both places", arguments: [1, 15, 16, 17, 40])
    func refusesDuplicates(keyCount: Int) {
        let keys = (1...keyCount).map { "k\($0): \($0)" }
        let text = keys.joined(separator: "\n") + "\n"

        #expect(outline(text)[0].hasPrefix("{k1: 1"))
        #expect(
            outline(text + "k1: 0\n") == [
                "\(keyCount + 1):1: the key 'k1' is already at 1:1; keep one of them"
            ]
        )
        #expect(
            outline(text + "'k\(keyCount)': 0\n") == [
                """
                \(keyCount + 1):1: the key 'k\(keyCount)' is already at \(keyCount):1; keep one of \
                them
                """
            ]
        )
    }

    @Test(
        "Merge keys give way to the mapping's own keys and to earlier sources",
        arguments: [
            ("[&x {a: 1, b: 2}, {<<: *x, b: 3}]", "[{a: 1, b: 2}, {b: 3, a: 1}]"),
            ("[&x {a: 1}, {b: 3, <<: *x}]", "[{a: 1}, {b: 3, a: 1}]"),
            (
                "[&x {a: 1}, &y {a: 2, c: 3}, {<<: [*x, *y]}]",
                "[{a: 1}, {a: 2, c: 3}, {a: 1, c: 3}]"
            ),
            ("{'<<': 1}", "{<<: 1}"),
            ("[&x {a: 1}, &y {<<: *x}, {<<: *y}]", "[{a: 1}, {a: 1}, {a: 1}]"),
        ]
    )
    func merges(text: String, expected: String) {
        #expect(outline(text) == [expected])
    }

    @Test(
        "A merge of anything but mappings is refused",
        arguments: [
            ("<<: 1", "1:5: '<<' wants a mapping, or a list of them, by alias"),
            ("<<: [1]", "1:5: '<<' wants a mapping, or a list of them, by alias"),
            ("<<: {a: 1}\n<<: {b: 1}", "2:1: the key '<<' is already at 1:5; keep one of them"),
        ]
    )
    func refusesOtherMerges(text: String, expected: String) {
        #expect(outline(text) == [expected])
    }

    @Test func countsWhatAMergeBrings() {
        let text = "[&x {a: 1}, {<<: *x}]"

        #expect(outline(text, maximumNodeCount: 12) == ["[{a: 1}, {a: 1}]"])
        #expect(outline(text, maximumNodeCount: 11)[0].contains("more than 11 values"))
    }

    @Test(
        "A key that is no word is refused",
        arguments: ["? [a]\n: b", "? {a: 1}\n: b", "{{ a }}: b"]
    )
    func refusesCollectionsAsKeys(text: String) {
        #expect(outline(text)[0].contains("a key must be a single word"))
    }
}
