// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct WriterRecordTests {
    /// The bytes of records written one behind the other after a header and `example.`.
    private func written(_ records: [Record], limit: Int = 65_535) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0xEE, count: 65_535)
        var table = NameTable()
        var writer = Writer(buffer.mutableSpan, limit: limit)
        for _ in 0..<Header.byteCount { _ = writer.put8(0) }
        let zone = try Name("example.").bytes
        _ = writer.put(name: zone.span, compressing: &table)
        for record in records {
            let before = writer.count
            let isWritten = writer.putRecord(
                owner: record.owner.bytes.span,
                type: record.type,
                recordClass: record.recordClass,
                ttl: record.ttl,
                data: record.data.span,
                compressing: &table
            )
            if !isWritten { #expect(writer.count == before) }
        }
        let count = writer.count
        #expect(count <= limit)
        #expect(buffer[limit...].allSatisfy { $0 == 0xEE })
        return Array(buffer[21..<count])
    }

    @Test func pointsToTheOwnerAndToNamesInData() throws {
        let record = Record(
            owner: try Name("example."),
            type: .mx,
            ttl: 0x0102_0304,
            data: [0, 10] + (try Name("a.example.").bytes)
        )

        #expect(
            try written([record]) == [
                0xC0, 12, 0, 15, 0, 1, 1, 2, 3, 4, 0, 6, 0, 10, 1, 0x61, 0xC0, 12,
            ]
        )
    }

    @Test(arguments: [RecordType.srv, .dname, .naptr, .rrsig, .nsec, .svcb])
    func writesNamesOfLaterTypesInFull(type: RecordType) throws {
        var random = Seeded(3)
        var record = try random.record(type)
        record.owner = try Name("example.")
        record.data += try Name("example.").bytes

        let bytes = try written([record])

        #expect(Array(bytes.dropFirst(12)) == record.data)
    }

    @Test(
        arguments: [
            [], [0], [0, 10], [0, 10, 0x40], [0, 10, 5, 1], [0, 10, 0, 9, 9], [0, 10, 0x80, 0],
        ] as [[UInt8]]
    )
    func writesDataThatHasNotTheShapeOfItsTypeAsItStands(data: [UInt8]) throws {
        let record = Record(owner: .root, type: .mx, ttl: 0, data: data)

        #expect(Array(try written([record]).dropFirst(11)) == data)
    }

    @Test(arguments: 0...160)
    func leavesNoByteOfARecordThatDoesNotFit(limit: Int) throws {
        var random = Seeded(5)
        let records = try [1, 2, 6, 15, 16, 33, 12].map {
            try random.record(RecordType(rawValue: $0))
        }

        _ = try? written(records, limit: max(21, limit))
    }

    @Test(arguments: [(65_500, true), (65_535, false)])
    func fitsInAMessageOrNot(byteCount: Int, isWritten: Bool) throws {
        let data = [UInt8](repeating: 1, count: byteCount)
        let record = Record(owner: .root, type: .txt, ttl: 0, data: data)

        #expect(try written([record]).isEmpty != isWritten)
    }

    @Test func pointsToNothingThatWasTakenBack() throws {
        let lost = Record(
            owner: try Name("lost.example."),
            type: .txt,
            ttl: 0,
            data: [UInt8](repeating: 0, count: 100)
        )
        let kept = Record(owner: try Name("x.lost.example."), type: .a, ttl: 0, data: [1, 2, 3, 4])

        let bytes = try written([lost, kept], limit: 80)

        #expect(Array(bytes.prefix(16)) == (try Name("x.lost.example.")).bytes)
    }
}
