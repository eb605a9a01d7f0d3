// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct NameTests {
    /// A label of `count` bytes.
    private func label(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x61, count: count) }

    @Test func takesALabelOf63BytesAndNoLongerOne() throws {
        #expect(try Name(labels: [label(63)]).bytes.count == 65)
        #expect(throws: WireError.badLabel(offset: 2)) {
            try Name(labels: [label(1), label(64)])
        }
    }

    @Test func takes255BytesAndNoMore() throws {
        let longest = [label(63), label(63), label(63), label(61)]

        #expect(try Name(labels: longest).bytes.count == 255)
        #expect(throws: WireError.nameTooLong(offset: 0)) {
            try Name(labels: [label(63), label(63), label(63), label(62)])
        }
    }

    @Test func takes127LabelsAndNoMore() throws {
        let name = try Name(labels: Array(repeating: label(1), count: 127))

        #expect(name.labelCount == 127)
        #expect(name.bytes.count == 255)
        #expect(throws: WireError.nameTooLong(offset: 0)) {
            try Name(labels: Array(repeating: label(1), count: 128))
        }
    }

    @Test func refusesAnEmptyLabel() {
        #expect(throws: WireError.emptyLabel(offset: 2)) {
            try Name(labels: [label(1), [], label(1)])
        }
    }

    @Test(
        arguments: [
            ([0], nil), ([1, 0x61, 0], nil),
            ([], WireError.truncated(offset: 0)), ([1], .truncated(offset: 1)),
            ([1, 0x61], .truncated(offset: 2)), ([0, 0], .badData(offset: 1)),
            ([0xC0, 0], .badPointer(offset: 0)), ([0xC0], .truncated(offset: 1)),
            ([1, 0x61, 0xC0, 0], .badPointer(offset: 0)), ([0x40, 0], .badLabel(offset: 0)),
            ([0x80, 0], .badLabel(offset: 0)), ([1, 0x61, 0xBF, 0], .badLabel(offset: 2)),
            ([1, 0x61, 0xC0, 0, 0], .badData(offset: 4)),
        ] as [([UInt8], WireError?)]
    )
    func readsWholeUncompressedNamesOnly(bytes: [UInt8], error: WireError?) {
        if let error {
            #expect(throws: error) { try Name(wire: bytes.span) }
        } else {
            #expect(throws: Never.self) { try Name(wire: bytes.span) }
        }
    }

    @Test func reads255BytesOfWireFormAndNoMore() throws {
        let bytes = [UInt8](repeatElement([1, 0x61], count: 127).joined()) + [0]
        let longer = [1, 0x61] + bytes

        #expect(try Name(wire: bytes.span).labelCount == 127)
        #expect(throws: WireError.nameTooLong(offset: 0)) { try Name(wire: longer.span) }
    }

    @Test func readsBackItsLabels() throws {
        let labels: [[UInt8]] = [[0], [0x2E, 0x5C], label(63)]

        #expect(try Name(labels: labels).labels == labels)
        #expect(Name.root.labels.isEmpty)
    }

    @Test(arguments: [
        ("a.example.", "example.", true), ("a.example.", "EXAMPLE.", true),
        ("A.Example.", "a.eXample.", true), ("example.", "example.", true),
        ("example.", ".", true), (".", ".", true), (".", "example.", false),
        ("example.", "a.example.", false), ("xexample.", "example.", false),
        ("a.xexample.", "example.", false), ("a.example.", "b.example.", false),
        // The bytes of the zone end the name's bytes, but not at a label's border.
        ("a\\007example.", "example.", false),
    ])
    func liesInsideAZone(name: String, zone: String, expected: Bool) throws {
        #expect(try Name(name).isInside(Name(zone)) == expected)
    }

    @Test func hasParentsDownToTheRoot() throws {
        let name = try Name("a.b.")

        #expect(try name.parent == Name("b."))
        #expect(name.parent?.parent == .root)
        #expect(Name.root.parent == nil)
    }

    @Test func lowersOnlyASCII() throws {
        let name = try Name(labels: [[0x40, 0x41, 0x5A, 0x5B, 0x60, 0x7B, 0xC1, 0xDA]])

        let lower = name.lowercased

        #expect(lower.labels == [[0x40, 0x61, 0x7A, 0x5B, 0x60, 0x7B, 0xC1, 0xDA]])
    }

    @Test func joinsNamesUpToTheLimit() throws {
        let long = try Name(labels: [label(63), label(63), label(63), label(59)])

        #expect(long.bytes.count == 253)
        #expect(try long.prepending(label(1)).bytes.count == 255)
        #expect(throws: WireError.nameTooLong(offset: 0)) { try long.prepending(label(2)) }
        #expect(throws: WireError.nameTooLong(offset: 0)) { try Name("aa.").appending(long) }
        #expect(try Name("a.").appending(Name("b.")) == Name("a.b."))
        #expect(throws: WireError.emptyLabel(offset: 0)) { try long.prepending([]) }
    }

    @Test(
        arguments: [
            ([1, 0x61, 0, 9], 0, 3), ([1, 0x61, 0, 9], 2, 3), ([1, 0x61, 0xC0, 0x0C, 9], 0, 4),
            ([0xC0, 0x0C], 0, 2),
        ] as [([UInt8], Int, Int)]
    )
    func findsTheEndOfANameWithoutFollowingPointers(bytes: [UInt8], start: Int, end: Int) throws {
        #expect(try bytes.span.nameEnd(at: start) == end)
    }

    @Test(arguments: [-1, 3, 4, 100])
    func findsNoNameOutsideTheBytes(start: Int) {
        let bytes: [UInt8] = [1, 0x61, 0]

        #expect(throws: WireError.truncated(offset: 3)) { try bytes.span.nameEnd(at: start) }
    }
}
