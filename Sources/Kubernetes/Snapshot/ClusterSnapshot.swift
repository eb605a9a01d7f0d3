// SPDX-License-Identifier: Apache-2.0

import Wire

/// A cluster as a file kept it.
package struct ClusterSnapshot: Sendable {
    /// The largest file that is written or read, in bytes.
    package static let maximumByteCount = 1 << 30

    package let cluster: Cluster
    /// The second in which the answers last changed.
    package let serial: UInt32

    /// Reads a file; what is wrong with it never traps, and nothing of a damaged one is used.
    ///
    /// `fingerprint`: as it was written with `SnapshotWriter`.
    package init(_ bytes: [UInt8], fingerprint: UInt64) throws(SnapshotError) {
        var reader = try SnapshotReader(bytes)
        serial = reader.serial
        guard reader.fingerprint == fingerprint else { throw .otherSettings }
        var builder = ClusterBuilder(ClusterOptions())
        try builder.restore { () throws(SnapshotError) in
            try reader.blocks()
        } pods: { () throws(SnapshotError) in
            try reader.podNames()
        }
        guard reader.isAtEnd else { throw .damaged }
        cluster = Cluster(builder)
    }
}

/// Reads a file word by word, from behind its head on.
private struct SnapshotReader {
    private let bytes: [UInt8]
    private var offset = SnapshotFormat.headByteCount
    /// Where the checksum begins.
    private let end: Int

    /// Checks the mark, the version and the checksum.
    init(_ bytes: [UInt8]) throws(SnapshotError) {
        self.bytes = bytes
        end = bytes.count - SnapshotFormat.checksumByteCount
        guard end >= SnapshotFormat.headByteCount, end % 4 == 0 else { throw .foreign }
        let span = bytes.span
        for (index, word) in SnapshotFormat.mark.enumerated()
        where span.uint32(at: index * 4) != word {
            throw .foreign
        }
        guard span.uint32(at: 8) == SnapshotFormat.version else {
            throw .version(span.uint32(at: 8))
        }
        var checksum = Checksum()
        var start = 0
        while start < end {
            let next = min(start + SnapshotFormat.partByteCount, end)
            checksum.add(span.extracting(start..<next))
            start = next
        }
        guard span.uint64(at: end) == checksum.value else { throw .damaged }
    }

    var serial: UInt32 { bytes.span.uint32(at: 12) }
    var fingerprint: UInt64 { bytes.span.uint64(at: 16) }
    var isAtEnd: Bool { offset == end }

    private mutating func word() throws(SnapshotError) -> UInt32 {
        guard offset + 4 <= end else { throw .damaged }
        offset += 4
        return bytes.span.uint32(at: offset - 4)
    }

    private mutating func words(_ count: Int) throws(SnapshotError) -> [UInt32] {
        guard count <= (end - offset) / 4 else { throw .damaged }
        var words: [UInt32] = []
        words.reserveCapacity(count)
        let start = offset
        offset += count * 4
        let span = bytes.span
        for index in 0..<count { words.append(span.uint32(at: start + index * 4)) }
        return words
    }

    /// The blocks of the next shard of names.
    mutating func blocks() throws(SnapshotError) -> [UInt32] {
        let count = Int(try word())
        return try words(count)
    }

    /// The Pods of the next shard of those.
    mutating func podNames() throws(SnapshotError) -> [PodName] {
        var names: [PodName] = []
        for _ in 0..<(try word()) {
            let size = Int(try word())
            let bits = try words(size)
            guard let address = IPAddress(words: bits) else { throw .damaged }
            let label = try words(1)
            let count = Int(label[0] >> 24)
            guard count <= Name.maximumLabelByteCount else { throw .damaged }
            let text = label + (try words(count >> 2))
            names.append(PodName(namespace: Array(text.label(at: 0)), address: address))
        }
        return names
    }
}
