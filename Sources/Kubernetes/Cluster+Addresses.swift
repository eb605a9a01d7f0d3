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
        guard count > 0 else { return }
        // What belongs together never lies in two shards.
        let shard = shards[ShardPlace.shard(first)]
        let place = ShardPlace.place(first)
        buffer.set(shard.words.span.extracting(place..<(place &+ count)), at: 0)
    }
}
