// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite(.enabled(if: KernelRights.takesMaps, "maps in the kernel want CAP_BPF"))
struct BPFMapTests {
    private static func table(capacity: Int) throws -> BPFMap {
        try BPFMap(.table, name: "test", keyByteCount: 4, valueByteCount: 8, capacity: capacity)
    }

    /// Keys or values of a width, each a number and zeros.
    private static func row(_ numbers: Range<Int>, width: Int) -> [UInt8] {
        numbers.flatMap { number in
            [UInt8(number & 0xFF), UInt8(number >> 8)]
                + [UInt8](repeating: 0, count: width - 2)
        }
    }

    @Test("Rows of any length are written", arguments: [1, 1_023, 1_024, 1_025, 3_000])
    func writesRows(count: Int) throws {
        let map = try Self.table(capacity: count)
        let keys = Self.row(0..<count, width: 4)

        try map.set(keys, Self.row(0..<count, width: 8))
        // Full with exactly these: another one has no room, and one of them has.
        let extra = #expect(throws: SystemError.self) {
            try map.set(Self.row(4_000..<4_001, width: 4), Self.row(0..<1, width: 8))
        }
        try map.set(Self.row(0..<1, width: 4), Self.row(9..<10, width: 8))

        #expect(extra?.call == "bpf BPF_MAP_UPDATE_BATCH")
    }

    @Test func writesNothing() throws {
        let map = try Self.table(capacity: 1)

        try map.set([], [])
        try map.remove([])
    }

    @Test func removesWhatIsThere() throws {
        let map = try Self.table(capacity: 2)
        try map.set(Self.row(0..<2, width: 4), Self.row(0..<2, width: 8))

        // The third was never there.
        try map.remove(Self.row(0..<3, width: 4))

        try map.set(Self.row(5..<7, width: 4), Self.row(5..<7, width: 8))
    }

    @Test func countersBeginAtZero() throws {
        let map = try BPFMap(
            .counters,
            name: "test",
            keyByteCount: 4,
            valueByteCount: 24,
            capacity: 2
        )

        #expect(try map.counters(at: 1) == [0, 0, 0])
        #expect(throws: SystemError.self) { try map.counters(at: 2) }
    }

    @Test func saysWhatIsWrong() {
        #expect(throws: SystemError(call: "bpf BPF_MAP_CREATE", code: 22)) {
            _ = try Self.table(capacity: 0)
        }
    }
}
