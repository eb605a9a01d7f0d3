// SPDX-License-Identifier: Apache-2.0

/// What the program answers to one question: a value of the answers' map.
package struct KernelAnswer: Hashable, Sendable {
    package static let byteCount = 48
    /// The longest record: AAAA, its owner a pointer.
    package static let maximumRecordByteCount = 28

    /// Where its fields lie.
    enum Offset {
        static let zone: Int16 = 0
        static let recordByteCount: Int16 = 4
        static let udpByteCount: Int16 = 8
        static let record: Int16 = 16
    }

    /// Its bytes in the map.
    package let bytes: [UInt8]

    /// The answer with this A or AAAA record in wire form; nil for a record of another length.
    ///
    /// `zone`: the zone's place among those of the query's place, to count by. `udpByteCount`: what
    /// OPT announces.
    package init?(record: [UInt8], udpByteCount: UInt16, zone: UInt32) {
        guard record.count == 16 || record.count == Self.maximumRecordByteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.append(native: zone)
        bytes.append(native: UInt32(record.count))
        bytes += [UInt8(udpByteCount >> 8), UInt8(udpByteCount & 0xFF), 0, 0, 0, 0, 0, 0]
        bytes += record
        bytes += [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
        self.bytes = bytes
    }
}
