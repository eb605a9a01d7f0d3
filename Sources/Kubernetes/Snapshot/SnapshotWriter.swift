// SPDX-License-Identifier: Apache-2.0

import Wire

/// Writes a cluster into a file, part by part, so that it is never in memory twice.
package struct SnapshotWriter {
    private let cluster: Cluster
    /// The words that are written at present, and how many of them are.
    private var words: [UInt32]
    private var place = 0
    /// The number of the next shard, those of Pods behind those of names.
    private var shard = 0
    private var checksum = Checksum()
    private var hasEnded = false

    /// `fingerprint`: what tells the settings that the cluster was made with from others.
    package init(_ cluster: Cluster, serial: UInt32, fingerprint: UInt64) {
        self.cluster = cluster
        words = SnapshotFormat.mark
        words.append(SnapshotFormat.version)
        words.append(serial)
        words.append(UInt32(truncatingIfNeeded: fingerprint >> 32))
        words.append(UInt32(truncatingIfNeeded: fingerprint))
    }

    /// How many bytes all parts have together.
    package var byteCount: Int {
        var wordCount = 0
        for number in 0..<ShardTable<ClusterShard>.count {
            wordCount += 1 + cluster.shards[number].blocks.count
        }
        for number in 0..<ShardTable<PodShard>.count {
            wordCount += Self.words(of: cluster.pods[number]).count
        }
        return SnapshotFormat.headByteCount + 4 * wordCount + SnapshotFormat.checksumByteCount
    }

    /// The next part; nil at the end.
    package mutating func next() -> [UInt8]? {
        guard !hasEnded else { return nil }
        var part = [UInt8](repeating: 0, count: SnapshotFormat.partByteCount)
        var count = 0
        while count < part.count, moveOn() {
            let size = min(words.count - place, (part.count - count) / 4)
            var target = part.mutableSpan
            for index in 0..<size { target.set32(words[place + index], at: count + index * 4) }
            place += size
            count += size * 4
        }
        guard count == 0 else {
            part.removeLast(part.count - count)
            checksum.add(part.span)
            return part
        }
        hasEnded = true
        var end = [UInt8](repeating: 0, count: SnapshotFormat.checksumByteCount)
        var target = end.mutableSpan
        target.set64(checksum.value, at: 0)
        return end
    }

    /// Goes on to the next shard when the words are written; false when there is none.
    private mutating func moveOn() -> Bool {
        guard place == words.count else { return true }
        place = 0
        let count = ShardTable<ClusterShard>.count
        switch shard {
        case ..<count:
            let blocks = cluster.shards[shard].blocks
            words = [UInt32(truncatingIfNeeded: blocks.count)] + blocks
        case ..<(count + ShardTable<PodShard>.count):
            words = Self.words(of: cluster.pods[shard - count])
        default:
            words = []
            return false
        }
        shard += 1
        return true
    }

    /// How many Pods a shard has, and these.
    private static func words(of shard: PodShard) -> [UInt32] {
        let names = shard.names
        var words = [UInt32(truncatingIfNeeded: names.count)]
        for name in names { words.append(name) }
        return words
    }
}

extension ClusterShard {
    /// All blocks, one behind the other.
    fileprivate var blocks: ArraySlice<UInt32> {
        blockCount == 0 ? [] : words[start(ofBlock: 0)...]
    }
}

extension [UInt32] {
    /// Appends the name of a Pod: how many words the address has, the address, the namespace with
    /// its length in front.
    fileprivate mutating func append(_ name: PodName) {
        let address = name.address.words
        append(UInt32(truncatingIfNeeded: address.count))
        append(contentsOf: address)
        append(label: name.namespace)
    }
}
