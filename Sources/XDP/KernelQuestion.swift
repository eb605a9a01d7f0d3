// SPDX-License-Identifier: Apache-2.0

import Wire

/// A question of one table as the program looks it up: the key of the answers' map.
///
///     offset  bytes  field
///          0    124  the question in wire form and lower case: name, type, class; then zeros
///        124      1  the question's length
///        125      3  the table's number
package struct KernelQuestion: Hashable, Sendable {
    /// The longest question that the program takes, in bytes: a name of 120.
    package static let maximumByteCount = 124
    /// The shortest question that it looks for, in bytes: a name of 4.
    package static let minimumByteCount = 8
    package static let keyByteCount = 128
    /// The highest number of a table.
    package static let maximumTable: UInt32 = 0xFF_FFFF

    /// The key in the map.
    package let key: [UInt8]

    /// The question for `name`, in wire form with its last zero; nil when it is too long or short.
    package init?(_ name: Span<UInt8>, _ type: RecordType, table: UInt32) {
        let count = name.count + 4
        guard (Self.minimumByteCount...Self.maximumByteCount).contains(count) else { return nil }
        var key: [UInt8] = []
        key.reserveCapacity(Self.keyByteCount)
        for index in name.indices {
            let byte = name[index]
            key.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
        }
        key += [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 0xFF), 0, 1]
        key += [UInt8](repeating: 0, count: Self.maximumByteCount - count)
        key.append(native: (table & Self.maximumTable) << 8 | UInt32(count))
        self.key = key
    }
}
