// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct NameTextTests {
    @Test(
        arguments: [
            (".", []), ("a", ["a"]), ("a.", ["a"]), ("A.b.", ["A", "b"]), ("\\.a.b", [".a", "b"]),
            ("\\\\.", ["\\"]), ("\\065\\066.", ["AB"]), ("\\a.", ["a"]), ("a\\ b.", ["a b"]),
        ] as [(String, [String])]
    )
    func readsLabelsAndEscapes(text: String, labels: [String]) throws {
        #expect(try Name(text).labels == labels.map { Array($0.utf8) })
    }

    @Test(arguments: [
        ("", WireError.emptyLabel(offset: 0)), ("..", .emptyLabel(offset: 0)),
        (".a", .emptyLabel(offset: 0)), ("a..", .emptyLabel(offset: 2)),
        ("a..b", .emptyLabel(offset: 2)), ("a\\", .badEscape(offset: 1)),
        ("\\1", .badEscape(offset: 0)), ("\\12", .badEscape(offset: 0)),
        ("\\12a", .badEscape(offset: 0)), ("\\256", .badEscape(offset: 0)),
        ("\\999", .badEscape(offset: 0)),
    ])
    func refusesBadText(text: String, error: WireError) {
        #expect(throws: error) { try Name(text) }
    }

    @Test func takes63BytesInALabelAndNoMore() throws {
        let label = String(repeating: "a", count: 63)
        let escaped = String(repeating: "\\097", count: 63)

        #expect(try Name(label).bytes.count == 65)
        #expect(try Name(escaped) == Name(label))
        #expect(throws: WireError.badLabel(offset: 64)) { try Name(label + "a") }
    }

    @Test func takes127LabelsAndNoMore() throws {
        let text = String(repeating: "a.", count: 127)

        #expect(try Name(text).labelCount == 127)
        #expect(throws: WireError.self) { try Name(text + "a") }
        #expect(throws: WireError.self) { try Name(text + "a.") }
        #expect(throws: WireError.self) { try Name(String(repeating: "a.", count: 100_000)) }
    }

    @Test(
        arguments: [
            ([0x2E], "\\.."), ([0x5C], "\\\\."), ([0x20], "\\032."), ([0], "\\000."),
            ([0xFF], "\\255."), ([0x7F], "\\127."), ([0x22], "\\\"."), ([0x3B], "\\;."),
            ([0x24], "\\$."), ([0x40], "\\@."), ([0x28, 0x29], "\\(\\)."), ([0x41, 0x2A], "A*."),
        ] as [([UInt8], String)]
    )
    func writesEscapes(label: [UInt8], text: String) throws {
        #expect(try Name(labels: [label]).description == text)
    }

    @Test func readsBackEveryByteItWrites() throws {
        for byte in UInt8.min...UInt8.max {
            let name = try Name(labels: [[byte], [0x61, byte]])

            #expect(try Name(name.description) == name)
        }
    }
}
