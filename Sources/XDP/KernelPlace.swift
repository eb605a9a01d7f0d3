// SPDX-License-Identifier: Apache-2.0

import Wire

/// Where queries come to: an address and port, and the table that answers there.
package struct KernelPlace: Hashable, Sendable {
    package static let keyByteCount = 20
    package static let byteCount = 8

    /// Where its fields lie.
    enum Offset {
        static let table: Int16 = 0
        static let firstTally: Int16 = 4
    }

    /// The key in the map.
    package let key: [UInt8]
    /// The value in the map.
    package let bytes: [UInt8]

    /// `firstTally`: the number of the tally of the first zone.
    package init(_ endpoint: Endpoint, table: UInt32, firstTally: UInt32) {
        var key: [UInt8] = []
        var (high, low) = (endpoint.address.high, endpoint.address.low)
        if endpoint.address.family == .v4 {
            high = 0
            low = 0xFFFF_0000_0000 | low & 0xFFFF_FFFF
        }
        for word in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                key.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        key += [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xFF), 0, 0]
        self.key = key
        var bytes: [UInt8] = []
        bytes.append(native: table)
        bytes.append(native: firstTally)
        self.bytes = bytes
    }
}

extension [UInt8] {
    /// Appends a number as programs of this machine read it, which all begin with the lowest byte.
    mutating func append(native value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
