// SPDX-License-Identifier: Apache-2.0

import Wire

/// Some Services with their endpoints, and some namespaces: all whose names fall to this shard.
///
/// Everything lies in one row of words, so that what an answer needs is next to each other:
///
///     index head, number of blocks, number of names
///     the slots of the index, which lead from a name to its node
///     where each block begins
///     the blocks: one a Service with its endpoints, then one a namespace
///
/// A node is a word of this row: the first of a block, or of an endpoint in it. What a shard holds
/// depends on its Services alone and not on how they came to be what they are, so that two clusters
/// of the same objects are the same, byte for byte.
struct ClusterShard: TableShard, Equatable {
    /// So many that of 100,000 Services six share one: it is made anew when one of them changes.
    static var bitCount: Int { 14 }
    /// The most blocks of a shard, which claims on addresses can tell apart.
    static let maximumBlockCount = 1 << 18
    /// How much of one is fetched ahead, in lines of memory: all of one with a Service or two; of a
    /// larger one its index, and the blocks of its first Services.
    static var prefetchedLineCount: UInt { 3 }
    static let empty = ClusterShard([1, 0, 0, 0])

    let words: [UInt32]

    init(_ words: [UInt32]) { self.words = words }

    /// The places of the words in front of the slots.
    enum Head {
        static var index: Int { 0 }
        static var blockCount: Int { 1 }
        static var nameCount: Int { 2 }
        static var count: Int { 3 }
    }

    /// The number of the shard of a name: the hash is that of a Service with its namespace, or of
    /// a namespace alone.
    static func number(of hash: UInt64) -> Int { ShardTable<ClusterShard>.number(of: hash) }
}

/// The places of the words that a block begins with; all places that it holds count from its
/// beginning, so that a block can be moved.
///
/// Behind these stand the name in wire form as far as the namespace, and the IPv4 addresses: that
/// is all that most questions need. Then comes the rest (`RestWord`).
enum BlockWord {
    /// The kind, in the lowest byte; the number of the name's bytes in the upper half.
    static var kind: Int { 0 }
    static var v4Count: Int { 1 }
    static var count: Int { 2 }
}

/// The places of the words of the rest of a block.
///
/// Behind these stand the IPv6 addresses (four words each), the detail, the groups, the endpoints,
/// and what those lead to.
enum RestWord {
    static var v6Count: Int { 0 }
    /// The number of ports of a Service with addresses; the bytes of an alias' target.
    static var detailCount: Int { 1 }
    static var groupCount: Int { 2 }
    static var groups: Int { 3 }
    static var endpointCount: Int { 4 }
    /// The number of all words of the block.
    static var size: Int { 5 }
    static var count: Int { 6 }
}

/// The places of the words of a group: endpoints of one Service that have the same ports.
///
/// The addresses are those of all its endpoints, each once, and there for headless Services only.
enum GroupWord {
    /// How far in front the block begins.
    static var block: Int { 0 }
    /// The number of its first endpoint among those of the Service.
    static var firstEndpoint: Int { 1 }
    static var endpointCount: Int { 2 }
    static var v4: Int { 3 }
    static var v4Count: Int { 4 }
    static var v6: Int { 5 }
    static var v6Count: Int { 6 }
    static var ports: Int { 7 }
    static var portCount: Int { 8 }
    /// The number of the addresses of all endpoints, each as often as endpoints have it.
    static var addressCount: Int { 9 }
    static var count: Int { 10 }
}

/// The places of the words of an endpoint.
enum EndpointWord {
    /// The kind, in the lowest byte; above it how far in front the group begins.
    static var kind: Int { 0 }
    /// How far behind the label stands, in wire form.
    static var label: Int { 1 }
    /// The IPv4 address; or how far behind the addresses stand, where it is not a single one: how
    /// many there are of IPv4, how many of IPv6, and these.
    static var address: Int { 2 }
    static var count: Int { 3 }
    /// What is set in the first word where the addresses stand elsewhere.
    static var hasList: UInt32 { 0x80 }
}

/// The places of the words of a port.
enum PortWord {
    /// The number; above it the transport's place among all and the number of the name's bytes.
    static var number: Int { 0 }
    /// How far behind its name stands, in lower case.
    static var name: Int { 1 }
    static var count: Int { 2 }
}

extension UInt32 {
    /// The kind that the first word of a node tells.
    var nodeKind: UInt32 { self & 0x7F }
    /// The number of bytes of a name that the first word of a block tells.
    var nameByteCount: Int { Int(self >> 16) }
    /// The number of words that a name takes whose length the first word of a block tells.
    var nameWordCount: Int { (nameByteCount &+ 3) >> 2 }
}

// MARK: Off the packet path

extension ClusterShard {
    var blockCount: Int { Int(words[Head.blockCount]) }
    var nameCount: Int { Int(words[Head.nameCount]) }

    /// Where a block begins.
    func start(ofBlock number: Int) -> Int {
        Int(words[Head.count + WordIndex(head: words[Head.index]).wordCount + number])
    }

    /// The words of a block.
    func block(_ number: Int) -> ArraySlice<UInt32> {
        let start = start(ofBlock: number)
        return words[start..<(start + Int(words[words.rest(ofBlock: start) + RestWord.size]))]
    }
}

extension Collection where Element == UInt32, Index == Int {
    /// The bytes of a text that begins with this word of the row.
    func bytes(at start: Int, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        append(bytesAt: start, count: count, to: &bytes)
        return bytes
    }

    /// Appends the bytes of a text that begins with this word.
    func append(bytesAt start: Int, count: Int, to bytes: inout [UInt8]) {
        for offset in 0..<count {
            let word = self[start + offset >> 2]
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(24 - offset % 4 * 8)))
        }
    }

    /// The label that begins with this word, without its length.
    func label(at start: Int) -> ArraySlice<UInt8> {
        bytes(at: start, count: Int(self[start] >> 24) + 1).dropFirst()
    }

    /// Where the rest of a block begins.
    func rest(ofBlock start: Int) -> Int {
        start + BlockWord.count + self[start].nameWordCount + Int(self[start + BlockWord.v4Count])
    }

    /// The labels of a block's name, the namespace first.
    func path(ofBlock start: Int) -> [ArraySlice<UInt8>] {
        let name = bytes(at: start + BlockWord.count, count: self[start].nameByteCount)
        let first = 1 + Int(name[0])
        guard first < name.count else { return [name.dropFirst()] }
        return [name[(first + 1)...], name[1..<first]]
    }
}
