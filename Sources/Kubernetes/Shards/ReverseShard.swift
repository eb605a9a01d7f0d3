// SPDX-License-Identifier: Apache-2.0

import Wire

/// A node of the cluster that an address leads back to.
struct ReverseClaim: Hashable, Sendable {
    /// How many bits tell the block; `ClusterShard.maximumBlockCount` is 2 to that.
    private static var blockBitCount: UInt32 { 18 }
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
///     number of IPv4 addresses, number of IPv6 addresses
///     the entries of IPv4, sorted: address, claim
///     the entries of IPv6, sorted: address (four words), claim
///     lists of claims
///
/// A claim is two words. Where there are several on one address, they are a list: how many there
/// are, how many of them are told, and the claims. The entry then tells how far behind all entries
/// it begins, and `ReverseClaim.listMark`.
///
/// A shard is small, so that an address is found by halving: of a million, each has some sixteen.
struct ReverseShard: Equatable, Sendable {
    static let empty = ReverseShard([0, 0])
    static var v4EntryCount: Int { 3 }
    static var v6EntryCount: Int { 6 }

    let words: [UInt32]

    init(_ words: [UInt32]) { self.words = words }

    /// The places of the words in front of the entries.
    enum Head {
        static var v4Count: Int { 0 }
        static var v6Count: Int { 1 }
        static var count: Int { 2 }
    }

    var v4Count: Int { Int(words[Head.v4Count]) }
    var v6Count: Int { Int(words[Head.v6Count]) }

    /// Where the entry of an address stands, by its place among all.
    func entry(_ place: Int) -> Int {
        let beyond = max(0, place - v4Count)
        return Head.count + (place - beyond) * Self.v4EntryCount + beyond * Self.v6EntryCount
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

/// Sixteen shards of addresses, which a table keeps as one, so that it has a third level.
struct ReverseGroup: TableShard, Equatable {
    static var bitCount: Int { 12 }
    static let empty = ReverseGroup(shards: Array(repeating: .empty, count: 1 << memberBitCount))
    /// How many more bits of a hash tell which of them.
    static var memberBitCount: Int { 4 }

    var shards: [ReverseShard]
}

/// The shards of addresses by their numbers, 65,536 of them: where one in a hundred of a million
/// addresses changes, most shards stay as they are.
typealias ReverseTable = ShardTable<ReverseGroup>

/// Each step begins at the table, as in `Cluster`.
extension ReverseTable {
    static var shardBitCount: Int { ReverseGroup.bitCount + ReverseGroup.memberBitCount }
    static var shardCount: Int { 1 << shardBitCount }
    private static var memberMask: Int { 1 << ReverseGroup.memberBitCount &- 1 }

    /// The number of the shard that an address lies in.
    static func shard(of address: IPAddress) -> Int {
        Int(truncatingIfNeeded: address.tableHash >> UInt64(64 &- shardBitCount))
    }

    /// The shard of a number below `shardCount`.
    subscript(shard number: Int) -> ReverseShard {
        get { self[number >> ReverseGroup.memberBitCount].shards[number & Self.memberMask] }
        set {
            self[number >> ReverseGroup.memberBitCount].shards[number & Self.memberMask] = newValue
        }
    }

    @inline(__always)
    private func word(_ place: Int, in number: Int) -> UInt32 { self[shard: number].words[place] }

    /// Where the claim in the entry of an address stands in its shard; 0 for none.
    func place(of address: IPAddress, in number: Int) -> Int {
        let isV4 = address.family == .v4
        let v4Count = Int(word(ReverseShard.Head.v4Count, in: number))
        var first = ReverseShard.Head.count
        var count = v4Count
        if !isV4 {
            first &+= v4Count &* ReverseShard.v4EntryCount
            count = Int(word(ReverseShard.Head.v6Count, in: number))
        }
        let size = isV4 ? ReverseShard.v4EntryCount : ReverseShard.v6EntryCount
        while count > 0 {
            let half = count >> 1
            let entry = first &+ half &* size
            let (high, low) = isV4 ? (0, UInt64(word(entry, in: number))) : v6(entry, in: number)
            if high == address.high, low == address.low { return entry &+ size &- 2 }
            if high == address.high ? low < address.low : high < address.high {
                first = entry &+ size
                count &-= half &+ 1
            } else {
                count = half
            }
        }
        return 0
    }

    /// The two halves of an IPv6 address.
    @inline(__always)
    private func v6(_ entry: Int, in number: Int) -> (high: UInt64, low: UInt64) {
        (
            UInt64(word(entry, in: number)) << 32 | UInt64(word(entry &+ 1, in: number)),
            UInt64(word(entry &+ 2, in: number)) << 32 | UInt64(word(entry &+ 3, in: number))
        )
    }

    /// The claims that are told, from where the one in the entry stands.
    func claims(_ place: Int, in number: Int) -> ClusterRange {
        guard word(place &+ 1, in: number) == ReverseClaim.listMark else {
            return ClusterRange(ShardPlace.index(number, place), count: 1, stride: 2)
        }
        let list =
            ReverseShard.Head.count
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
