// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// Writes the IPv4 addresses at these indices one behind the other, in network byte order.
    ///
    /// `buffer`: must hold 4 bytes for each.
    package func write(v4 indices: Range<Int>, into buffer: inout MutableSpan<UInt8>) {
        var target = 0
        for index in indices {
            buffer.set32(tables.v4[index], at: target)
            target &+= 4
        }
    }

    /// Writes the IPv6 addresses at these indices one behind the other, in network byte order.
    ///
    /// `buffer`: must hold 16 bytes for each.
    package func write(v6 indices: Range<Int>, into buffer: inout MutableSpan<UInt8>) {
        var target = 0
        for index in (indices.lowerBound &* 2)..<(indices.upperBound &* 2) {
            buffer.set64(tables.v6[index], at: target)
            target &+= 8
        }
    }
}
