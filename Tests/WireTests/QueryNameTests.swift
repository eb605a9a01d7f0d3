// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct QueryNameTests {
    private func name(_ text: String) throws -> QueryName { try QueryName(Name(text)) }

    /// `count` labels of one byte each, in wire form.
    private func labels(_ count: Int) -> [UInt8] {
        [UInt8](repeatElement([1, 0x41], count: count).joined()) + [0]
    }

    @Test func keepsTheCaseAndKnowsTheLowerOne() throws {
        let query = try name("Www.EXAMPLE.")

        #expect(query.name == (try Name("Www.EXAMPLE.")))
        #expect(Array(copying: query.bytes) == (try Name("Www.EXAMPLE.")).bytes)
        #expect(Array(copying: query.lowercasedBytes) == (try Name("www.example.")).bytes)
        #expect(Array(copying: query.label(1)) == Array("example".utf8))
    }

    /// Eight bytes are made lower-case at once: none may change its neighbour.
    @Test(arguments: 0..<9)
    func lowersTheLettersOfASCIIAndNothingElse(before: Int) throws {
        for byte in 0...UInt8.max {
            let label = [UInt8](repeating: 0xFF, count: before) + [byte, 0x5A, 0x00]
            let bytes = [UInt8(label.count)] + label + [0]
            let query = try QueryName(parsing: bytes.span, at: 0)

            #expect(Array(copying: query.bytes) == bytes)
            #expect(Array(copying: query.label(0)) == label.map(\.asciiLowercased))
        }
    }

    @Test func isTheRootAgainAfterAnError() throws {
        var query = try name("www.example.")
        let bytes: [UInt8] = [1, 0x61, 0xC0, 0]
        #expect(throws: WireError.self) { try query.read(bytes.span, at: 0) }
        let found = (query.byteCount, query.labelCount, Array(copying: query.bytes))

        #expect(found.0 == 1 && found.1 == 0 && found.2 == [0])
    }

    @Test func isTheRootWhenNothingWasRead() {
        let root = QueryName()

        #expect(root.byteCount == 1)
        #expect(root.labelCount == 0)
        #expect(root.name == .root)
        #expect(Array(copying: root.bytes) == [0])
        #expect(Array(copying: root.label(0)) == [])
    }

    @Test func takes127LabelsAndNoMore() throws {
        let (longest, longer) = (labels(127), labels(128))
        let query = try QueryName(parsing: longest.span, at: 0)

        #expect(query.labelCount == QueryName.maximumLabelCount)
        #expect(query.byteCount == 255)
        #expect(query.start(ofLabel: 126) == 252)
        #expect(Array(copying: query.label(126)) == [0x61])
        #expect(throws: WireError.nameTooLong(offset: 0)) {
            _ = try QueryName(parsing: longer.span, at: 0)
        }
    }

    @Test(arguments: [(61, true), (62, false)])
    func takes255BytesAndNoMore(last: Int, isTaken: Bool) {
        var bytes: [UInt8] = []
        for length in [63, 63, 63, last] {
            bytes += [UInt8(length)] + [UInt8](repeating: 0x61, count: length)
        }
        bytes.append(0)

        let query = try? QueryName(parsing: bytes.span, at: 0)

        #expect((query != nil) == isTaken)
    }

    @Test(
        arguments: [
            ([], WireError.truncated(offset: 0)), ([1], .truncated(offset: 1)),
            ([1, 0x61], .truncated(offset: 2)), ([2, 0x61, 0], .truncated(offset: 3)),
            ([0xC0, 0], .badPointer(offset: 0)), ([0xC0], .badPointer(offset: 0)),
            ([1, 0x61, 0xC0, 0], .badPointer(offset: 2)), ([0xFF, 0xFF], .badPointer(offset: 0)),
            ([0x40, 0], .badLabel(offset: 0)), ([1, 0x61, 0x80, 0], .badLabel(offset: 2)),
        ] as [([UInt8], WireError)]
    )
    func refusesBadNamesAndAnyPointer(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { _ = try QueryName(parsing: bytes.span, at: 0) }
    }

    @Test func readsAtAnOffsetAndIgnoresWhatFollows() throws {
        let bytes: [UInt8] = [9, 9, 9, 1, 0x61, 0, 7, 7]

        #expect(try QueryName(parsing: bytes.span, at: 3).name == Name("a."))
    }

    @Test(arguments: [(0, 0), (1, 2), (2, 4), (3, 4), (100, 4), (-1, 4)])
    func findsWhereALabelStarts(label: Int, start: Int) throws {
        #expect(try name("a.b.").start(ofLabel: label) == start)
    }

    @Test(arguments: [
        (0, "www.example.", true), (0, "example.", false), (1, "example.", true), (2, ".", true),
        (9, ".", true), (1, "fxample.", false), (1, "EXAMPLE.", false), (1, "xample.", false),
    ])
    func comparesItsEndInLowerCase(label: Int, suffix: String, expected: Bool) throws {
        let query = try name("WWW.Example.")

        let bytes = try Name(suffix).bytes
        let isEqual = query.suffix(fromLabel: label, equals: bytes.span)

        #expect(isEqual == expected)
    }

    @Test func givesTheNameFromALabelOn() throws {
        let query = try name("A.B.c.")

        #expect(query.name(fromLabel: 1) == (try Name("B.c.")))
        #expect(query.name(fromLabel: 3) == .root)
        #expect(query.name(fromLabel: -1) == .root)
    }

    @Test func hashesEverySuffixAsATableHashesTheSameName() throws {
        var random = Seeded(11)
        for _ in 0..<300 {
            let name = try random.name(9)
            let query = try QueryName(name)
            for label in 0...query.labelCount {
                #expect(query.hash(fromLabel: label) == query.name(fromLabel: label).tableHash)
            }
        }
    }

    @Test func hashesNamesApart() throws {
        var low: Set<UInt64> = []
        var full: Set<UInt64> = []
        let count = 4_096
        for index in 0..<count {
            let hash = try Name("10-0-\(index / 256)-\(index % 256).default.pod.").tableHash
            low.insert(hash & 0xFFFF)
            full.insert(hash)
        }

        #expect(full.count == count)
        // 4,096 balls in 65,536 boxes fill 3,970 of them when they fall evenly.
        #expect(low.count > 3_900)
    }

    @Test func hashesEveryBitOfEveryByte() {
        for count in 1...20 {
            let zeros = [UInt8](repeating: 0, count: count)
            var seen: Set<UInt64> = [hashBytes(zeros.span)]
            for bit in 0..<(count * 8) {
                var bytes = zeros
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(seen.insert(hashBytes(bytes.span)).inserted)
            }
        }
    }

    @Test func hashesTheCountOfZeros() {
        let hashes = Set((0...64).map { hashBytes([UInt8](repeating: 0, count: $0).span) })

        #expect(hashes.count == 65)
    }
}
