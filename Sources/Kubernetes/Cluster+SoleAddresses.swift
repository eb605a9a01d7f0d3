// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// Names each Service that has exactly one address of a family of its own, up to `svc`.
    ///
    /// `other`: the cluster before or after a change; the shards that both share are left out. It is
    ///   nil for all Services. `body`: is given the name in wire form without a last zero, and the
    ///   type of the address.
    package func soleAddresses(
        otherwiseThan other: Cluster?,
        _ body: ([UInt8], RecordType) -> Void
    ) {
        let service: [UInt8] = [3, 0x73, 0x76, 0x63]
        let all = Array(0..<ShardTable<ClusterShard>.count)
        for number in other.map({ shards.numbers(otherwiseThan: $0.shards) }) ?? all {
            let shard = shards[number]
            for block in 0..<shard.blockCount {
                let start = shard.start(ofBlock: block)
                let node = ShardPlace.index(number, start)
                guard kind(of: node) == .clusterIP else { continue }
                let (hasOneV4, hasOneV6) = (v4(of: node).count == 1, v6(of: node).count == 1)
                guard hasOneV4 || hasOneV6 else { continue }
                let count = shard.words[start].nameByteCount
                let name = shard.words.bytes(at: start + BlockWord.count, count: count) + service
                if hasOneV4 { body(name, .a) }
                if hasOneV6 { body(name, .aaaa) }
            }
        }
    }
}
