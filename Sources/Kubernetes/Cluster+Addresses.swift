// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// Writes the IPv4 addresses at these indices, of one range, one behind the other, in network byte order.
    ///
    /// `buffer`: must hold 4 bytes for each.
    package func write(v4 indices: Range<Int>, into buffer: inout MutableSpan<UInt8>) {
        let shard = ShardPlace.shard(indices.lowerBound)
        let first = ShardPlace.place(indices.lowerBound)
        var offset = 0
        // Four at a time, as the way to them has to be gone again after each writing.
        while offset &+ 4 <= indices.count {
            let place = first &+ offset
            let one = shards[shard].tables.v4[place]
            let two = shards[shard].tables.v4[place &+ 1]
            let three = shards[shard].tables.v4[place &+ 2]
            let four = shards[shard].tables.v4[place &+ 3]
            buffer.set32(one, at: offset &* 4)
            buffer.set32(two, at: offset &* 4 &+ 4)
            buffer.set32(three, at: offset &* 4 &+ 8)
            buffer.set32(four, at: offset &* 4 &+ 12)
            offset &+= 4
        }
        while offset < indices.count {
            buffer.set32(shards[shard].tables.v4[first &+ offset], at: offset &* 4)
            offset &+= 1
        }
    }

    /// Writes the IPv6 addresses at these indices, of one range, one behind the other, in network byte order.
    ///
    /// `buffer`: must hold 16 bytes for each.
    package func write(v6 indices: Range<Int>, into buffer: inout MutableSpan<UInt8>) {
        let shard = ShardPlace.shard(indices.lowerBound)
        let first = ShardPlace.place(indices.lowerBound) &* 2
        for offset in 0..<(indices.count &* 2) {
            buffer.set64(shards[shard].tables.v6[first &+ offset], at: offset &* 8)
        }
    }
}
