// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite struct FileEventTests {
    /// A record of the system, its numbers in little-endian order as on all machines we serve.
    static func record(_ watch: UInt32, _ mask: UInt32, _ name: [UInt8]) -> [UInt8] {
        [watch, mask, 0, UInt32(name.count)].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32($0 * 8)) }
        } + name
    }

    static let bytes: [UInt8] =
        record(1, 0x80, Array("..data".utf8) + [0, 0]) + record(0x0102_0304, 0x8000, [])
        + record(.max, 0x4000, [])

    @Test func readsEveryRecord() {
        let events = FileEvent.parse(Self.bytes.span)

        #expect(
            events == [
                FileEvent(watch: 1, mask: 0x80, name: "..data"),
                FileEvent(watch: 0x0102_0304, mask: 0x8000, name: ""),
                FileEvent(watch: -1, mask: 0x4000, name: ""),
            ]
        )
        #expect(events.map(\.isEnd) == [false, true, false])
        #expect(events.map(\.isOverflow) == [false, false, true])
    }

    @Test("A record that is cut is left out", arguments: 0..<bytes.count)
    func leavesOutCutRecords(count: Int) {
        let events = FileEvent.parse(Self.bytes.span.extracting(0..<count))

        #expect(events.count == (count < 24 ? 0 : count < 40 ? 1 : 2))
    }

    @Test func believesNoLengthPastTheEnd() {
        var bytes = Self.record(1, 0x80, [])
        bytes[12...15] = [0xFF, 0xFF, 0xFF, 0xFF]

        #expect(FileEvent.parse(bytes.span) == [])
    }
}
