// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct WriterTests {
    /// What a writer leaves in 32 bytes of 0xEE when at most `limit` may be used.
    private func written(
        limit: Int,
        _ write: (inout Writer) -> Bool
    ) -> (isWritten: Bool, count: Int, bytes: [UInt8]) {
        var buffer = [UInt8](repeating: 0xEE, count: 32)
        var writer = Writer(buffer.mutableSpan, limit: limit)
        let isWritten = write(&writer)
        let count = writer.count
        return (isWritten, count, buffer)
    }

    @Test func writesBigEndian() {
        let result = written(limit: 32) {
            $0.put8(1) && $0.put16(0x0203) && $0.put32(0x0405_0607) && $0.put([8, 9].span)
        }

        #expect(result.isWritten)
        #expect(Array(result.bytes.prefix(10)) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0xEE])
        #expect(result.count == 9)
    }

    @Test(arguments: [-1, 0, 1, 2, 3, 4, 31, 32, 33, 1_000])
    func writesOneByteOnlyWhereThereIsRoom(limit: Int) {
        let result = written(limit: limit) { writer in
            while writer.put8(7) {}
            return true
        }

        #expect(result.count == max(0, min(limit, 32)))
        #expect(result.bytes.filter { $0 == 7 }.count == result.count)
    }

    @Test(arguments: 0...6)
    func writesAllOfAnIntegerOrNothing(limit: Int) {
        let short = written(limit: limit) { $0.put16(0x0101) }
        let long = written(limit: limit) { $0.put32(0x0101_0101) }
        let bytes = written(limit: limit) { $0.put([1, 1, 1].span) }

        #expect(short.count == (limit < 2 ? 0 : 2))
        #expect(long.count == (limit < 4 ? 0 : 4))
        #expect(bytes.count == (limit < 3 ? 0 : 3))
        for result in [short, long, bytes] {
            #expect(result.isWritten == (result.count > 0))
            #expect(result.bytes.filter { $0 == 1 }.count == result.count)
        }
    }

    @Test(arguments: [(5, 4, 4), (2, 4, 2), (-1, 4, 0), (4, 4, 4)])
    func goesBackButNeverForward(target: Int, count: Int, expected: Int) {
        let result = written(limit: 32) { writer in
            for _ in 0..<count { _ = writer.put8(1) }
            writer.rewind(to: target)
            return true
        }

        #expect(result.count == expected)
    }

    @Test func keepsALimitSetLaterInsideItsMemory() {
        let result = written(limit: 4) { writer in
            writer.limit = 1_000
            while writer.put8(7) {}
            return true
        }

        #expect(result.count == 32)
    }

    /// Messages of random names: every length of buffer is tried for each.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func writesNothingPastItsLimit(seed: UInt64) throws {
        var random = Seeded(seed)
        let names = try (0..<6).map { _ in try random.name() }
        for limit in 0...80 {
            var buffer = [UInt8](repeating: 0xEE, count: 96)
            var table = NameTable()
            var writer = Writer(buffer.mutableSpan, limit: limit)
            for name in names {
                let before = writer.count
                let isWritten = writer.put(name: name.bytes.span, compressing: &table)
                if !isWritten { #expect(writer.count == before) }
            }
            let count = writer.count

            #expect(count <= limit)
            #expect(buffer[limit...].allSatisfy { $0 == 0xEE })
        }
    }

    /// Writes `names` behind `padding` bytes, and reads them back.
    private func readBack(_ names: [Name], padding: Int = 0) throws -> (names: [Name], count: Int) {
        var buffer = [UInt8](repeating: 0, count: 65_535)
        var table = NameTable()
        var writer = Writer(buffer.mutableSpan, limit: 65_535)
        for _ in 0..<(Header.byteCount + padding) { _ = writer.put8(0) }
        for name in names {
            let isWritten = writer.put(name: name.bytes.span, compressing: &table)
            #expect(isWritten)
        }
        let count = writer.count
        var reader = MessageReader()
        reader.offset = Header.byteCount + padding
        let read = try names.map { _ in try reader.name(buffer.span) }
        #expect(reader.offset == count)
        return (read, count - Header.byteCount - padding)
    }

    @Test func pointsToTheLongestSuffixThatStands() throws {
        let names = try ["a.b.example.", "b.example.", "c.b.example.", "example.", "."].map {
            try Name($0)
        }

        let result = try readBack(names)

        #expect(result.names == names)
        #expect(result.count == 13 + 2 + 4 + 2 + 1)
    }

    @Test func givesNoNameTheCaseOfAnother() throws {
        let names = try ["www.Example.", "WWW.example.", "www.example.", "x.Example."].map {
            try Name($0)
        }

        #expect(try readBack(names).names == names)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func readsBackEveryNameByteForByte(seed: UInt64) throws {
        var random = Seeded(seed)
        let names = try (0..<400).map { _ in try random.name(8) }

        let result = try readBack(names)

        #expect(result.names == names)
        #expect(result.count < names.reduce(0) { $0 + $1.bytes.count })
    }

    /// The padding puts the names around the last offset that a pointer can hold.
    @Test(arguments: 0x3FE0...0x4000)
    func neverPointsBehindTheLastOffsetOfAPointer(padding: Int) throws {
        let names = try Array(repeating: Name("ab.cd.example."), count: 4)

        #expect(try readBack(names, padding: padding).names == names)
    }

    @Test func writesLongNamesOfManyLabels() throws {
        let longest = try Name(String(repeating: "a.", count: 127))
        let other = try Name(labels: (0..<4).map { [UInt8](repeating: UInt8($0), count: 61) })

        #expect(
            try readBack([longest, other, longest, other]).names == [
                longest, other, longest, other,
            ]
        )
    }

    /// The most pointers that reading one name of `message` follows.
    private func depth(_ message: [UInt8], at start: Int) -> Int {
        var offset = start
        var depth = 0
        while message[offset] != 0 {
            if message[offset] >= 0xC0 {
                offset = Int(message.span.uint16(at: offset) & 0x3FFF)
                depth += 1
            } else {
                offset += Int(message[offset]) + 1
            }
        }
        return depth
    }

    @Test func setsNoNameBehindMorePointersThanResolversFollow() throws {
        var buffer = [UInt8](repeating: 0, count: 20_000)
        var table = NameTable()
        var writer = Writer(buffer.mutableSpan, limit: 20_000)
        for _ in 0..<Header.byteCount { _ = writer.put8(0) }
        var starts: [Int] = []
        for count in 1...60 {
            let labels = (0..<count).reversed().map { Array("n\($0)".utf8) }
            starts.append(writer.count)
            let name = try Name(labels: labels).bytes
            let isWritten = writer.put(name: name.span, compressing: &table)
            #expect(isWritten)
        }

        let depths = starts.map { depth(buffer, at: $0) }

        #expect(depths.max() == Writer.maximumPointerDepth)
    }

    @Test func findsWhatItWasToldToRemember() throws {
        let name = try Name("a.example.")
        let other = try Name("b.example.")
        var buffer = [UInt8](repeating: 0, count: 100)
        var table = NameTable()
        var writer = Writer(buffer.mutableSpan, limit: 100)
        for _ in 0..<Header.byteCount { _ = writer.put8(0) }
        _ = writer.put(name.bytes.span)
        writer.remember(name.bytes.span, at: Header.byteCount, in: &table)
        let isWritten = writer.put(name: other.bytes.span, compressing: &table)
        let count = writer.count

        #expect(isWritten)
        #expect(Array(buffer[23..<count]) == [1, 0x62, 0xC0, 14])
    }
}
