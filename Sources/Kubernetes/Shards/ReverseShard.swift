// SPDX-License-Identifier: Apache-2.0

import Wire

/// A node of the cluster that an address leads back to.
struct ReverseClaim: Hashable, Sendable {
    /// How many bits tell the block; `ClusterShard.maximumBlockCount` is 2 to that.
    private static var blockBitCount: UInt32 { 20 }
    /// What stands in the second word in place of a claim where there are several.
    static var listMark: UInt32 { .max }

    /// The shard, and the block in it.
    let place: UInt32
    /// The number of the endpoint of that Service and one more; 0 for the Service itself.
    let node: UInt32

    init(place: UInt32, node: UInt32) {
        self.place = place
        self.node = node
    }

    /// LIMIT: a shard has at most `ClusterShard.maximumBlockCount` blocks, and a Service at most
    /// `ServiceBlock.maximumEndpointCount` endpoints.
    init(shard: Int, block: Int, endpoint: Int?) {
        place =
            UInt32(truncatingIfNeeded: shard) << Self.blockBitCount
            | UInt32(truncatingIfNeeded: block)
        node = UInt32(truncatingIfNeeded: (endpoint ?? -1) &+ 1)
    }

    var shard: Int { Int(place >> Self.blockBitCount) }
    var block: Int { Int(place & (1 << Self.blockBitCount &- 1)) }
    /// The number of the endpoint; -1 for the Service itself.
    var endpoint: Int { Int(node) &- 1 }
}

/// Some addresses, and the nodes that they lead back to, in one row of words.
///
///     index head, number of IPv4 addresses, number of IPv6 addresses
///     the slots of the index, which lead from an address to the place of its entry, and one more
///     the entries of IPv4, sorted: address, claim
///     the entries of IPv6, sorted: address (four words), claim
///     lists of claims
///
/// A claim is two words. Where there are several on one address, they are a list: how many there
/// are, how many of them are told, and the claims. The entry then tells how far behind all entries
/// it begins, and `ReverseClaim.listMark`.
struct ReverseShard: Equatable, Sendable {
    static let empty = ReverseShard([1, 0, 0, 0])
    static var v4EntryCount: Int { 3 }
    static var v6EntryCount: Int { 6 }

    let words: [UInt32]

    init(_ words: [UInt32]) { self.words = words }

    /// The places of the words in front of the slots.
    enum Head {
        static var index: Int { 0 }
        static var v4Count: Int { 1 }
        static var v6Count: Int { 2 }
        static var count: Int { 3 }
    }

    var v4Count: Int { Int(words[Head.v4Count]) }
    var v6Count: Int { Int(words[Head.v6Count]) }
    var firstEntry: Int { Head.count + WordIndex(head: words[Head.index]).wordCount }

    /// Where the entry of an address stands, by its place among all.
    func entry(_ place: Int) -> Int {
        let beyond = max(0, place - v4Count)
        return firstEntry + (place - beyond) * Self.v4EntryCount + beyond * Self.v6EntryCount
    }

    /// The address of an entry, by its place among all.
    func address(_ place: Int) -> IPAddress {
        let entry = entry(place)
        guard place >= v4Count else { return IPAddress(v4: words[entry]) }
        return words.v6Address(at: entry)
    }

    /// The claim on an address; nil when there are several.
    func soleClaim(_ place: Int) -> ReverseClaim? {
        let start = entry(place) + (place < v4Count ? 1 : 4)
        guard words[start + 1] != ReverseClaim.listMark else { return nil }
        return ReverseClaim(place: words[start], node: words[start + 1])
    }

    /// All claims on an address, also those that are not told; and how many are.
    func claims(_ place: Int) -> (all: [ReverseClaim], told: Int) {
        if let claim = soleClaim(place) { return ([claim], 1) }
        let start = entry(place) + (place < v4Count ? 1 : 4)
        let list = entry(v4Count + v6Count) + Int(words[start])
        let all = (0..<Int(words[list])).map { number in
            ReverseClaim(
                place: words[list + 2 + number * 2],
                node: words[list + 3 + number * 2]
            )
        }
        return (all, Int(words[list + 1]))
    }
}

/// Each step begins at the table, as in `Cluster`.
extension ShardTable where Shard == ReverseShard {
    @inline(__always)
    private func word(_ place: Int, in number: Int) -> UInt32 { self[number].words[place] }

    /// Where the claim in the entry of an address stands; 0 for none.
    func place(of address: IPAddress, hash: UInt64, in number: Int) -> Int {
        let index = WordIndex(head: word(ReverseShard.Head.index, in: number))
        let first = ReverseShard.Head.count &+ index.wordCount
        let v4Count = Int(word(ReverseShard.Head.v4Count, in: number))
        var slot = index.firstSlot(hash)
        while true {
            let word = word(ReverseShard.Head.count &+ index.word(of: slot), in: number)
            let found = index.number(at: slot, in: word)
            guard found != 0 else { return 0 }
            let beyond = max(0, found &- 1 &- v4Count)
            let entry =
                first &+ (found &- 1 &- beyond) &* ReverseShard.v4EntryCount
                &+ beyond &* ReverseShard.v6EntryCount
            if found <= v4Count {
                if address.family == .v4, UInt64(self.word(entry, in: number)) == address.low {
                    return entry &+ 1
                }
            } else if isV6(entry, address, in: number) {
                return entry &+ 4
            }
            slot = index.slot(after: slot)
        }
    }

    @inline(__always)
    private func isV6(_ entry: Int, _ address: IPAddress, in number: Int) -> Bool {
        address.family == .v6
            && UInt64(word(entry, in: number)) << 32 | UInt64(word(entry &+ 1, in: number))
                == address.high
            && UInt64(word(entry &+ 2, in: number)) << 32 | UInt64(word(entry &+ 3, in: number))
                == address.low
    }

    /// The claims that are told, from where the one in the entry stands.
    func claims(_ place: Int, in number: Int) -> ClusterRange {
        guard word(place &+ 1, in: number) == ReverseClaim.listMark else {
            return ClusterRange(ShardPlace.index(number, place), count: 1, stride: 2)
        }
        let index = WordIndex(head: word(ReverseShard.Head.index, in: number))
        let list =
            ReverseShard.Head.count &+ index.wordCount
            &+ Int(word(ReverseShard.Head.v4Count, in: number)) &* ReverseShard.v4EntryCount
            &+ Int(word(ReverseShard.Head.v6Count, in: number)) &* ReverseShard.v6EntryCount
            &+ Int(word(place, in: number))
        return ClusterRange(
            ShardPlace.index(number, list &+ 2),
            count: Int(word(list &+ 1, in: number)),
            stride: 2
        )
    }

    /// The claim that stands somewhere.
    func claim(_ place: Int, in number: Int) -> ReverseClaim {
        ReverseClaim(place: word(place, in: number), node: word(place &+ 1, in: number))
    }
}
