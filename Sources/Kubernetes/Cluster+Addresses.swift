// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// The IPv4 address of this number.
    package func v4(at index: Int) -> IPAddress { IPAddress(v4: word(index)) }

    /// The IPv6 address of this number.
    package func v6(at index: Int) -> IPAddress {
        IPAddress(word(index), word(index &+ 1), word(index &+ 2), word(index &+ 3))
    }

    /// Writes IPv4 addresses one behind the other, in network byte order.
    ///
    /// `buffer`: must hold 4 bytes for each.
    package func write(v4 range: ClusterRange, into buffer: inout MutableSpan<UInt8>) {
        write(words: range.count, from: range.first, into: &buffer)
    }

    /// Writes IPv6 addresses one behind the other, in network byte order.
    ///
    /// `buffer`: must hold 16 bytes for each.
    package func write(v6 range: ClusterRange, into buffer: inout MutableSpan<UInt8>) {
        write(words: range.count &* 4, from: range.first, into: &buffer)
    }

    private func write(words count: Int, from first: Int, into buffer: inout MutableSpan<UInt8>) {
        var done = 0
        // Four at a time, as the way to them has to be gone again after each writing.
        while done &+ 4 <= count {
            let one = word(first &+ done)
            let two = word(first &+ done &+ 1)
            let three = word(first &+ done &+ 2)
            let four = word(first &+ done &+ 3)
            buffer.set32(one, at: done &* 4)
            buffer.set32(two, at: done &* 4 &+ 4)
            buffer.set32(three, at: done &* 4 &+ 8)
            buffer.set32(four, at: done &* 4 &+ 12)
            done &+= 4
        }
        while done < count {
            buffer.set32(word(first &+ done), at: done &* 4)
            done &+= 1
        }
    }
}
