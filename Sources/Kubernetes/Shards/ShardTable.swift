// SPDX-License-Identifier: Apache-2.0

/// One of the shards of a table.
protocol TableShard: Sendable {
    /// How many bits of a hash, its upper ones, tell the shard; an even number.
    static var bitCount: Int { get }
}

/// Some thousand shards, of which copies share all that are not replaced.
///
/// It has two levels of one width, 64 or 128: to replace one shard copies the references to twice
/// as many others, and touches the reference counts of no more than these. Reading takes one more
/// step for that.
struct ShardTable<Shard: TableShard>: Sendable {
    static var count: Int { 1 << Shard.bitCount }
    private static var widthBitCount: Int { Shard.bitCount / 2 }
    private static var width: Int { 1 << widthBitCount }

    private var groups: [[Shard]]

    /// A table in which all shards are the same.
    init(repeating shard: Shard) {
        groups = Array(
            repeating: Array(repeating: shard, count: Self.width),
            count: Self.width
        )
    }

    /// The number of the shard for what has this hash.
    static func number(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> UInt64(64 &- Shard.bitCount))
    }

    /// The shard of a number below `count`.
    subscript(number: Int) -> Shard {
        get { groups[number >> Self.widthBitCount][number & (Self.width &- 1)] }
        set { groups[number >> Self.widthBitCount][number & (Self.width &- 1)] = newValue }
    }
}

/// Groups that copies share are not looked into.
extension ShardTable: Equatable where Shard: Equatable {}

extension ShardTable where Shard: Equatable {
    /// The numbers of the shards that are others in `other`; groups that both share are not looked
    /// into.
    func numbers(otherwiseThan other: ShardTable) -> [Int] {
        groups.indices.filter { groups[$0] != other.groups[$0] }.flatMap { group in
            let first = group << Self.widthBitCount
            return (first..<(first + Self.width)).filter { self[$0] != other[$0] }
        }
    }
}

/// The places in the words of all shards, as one row of numbers.
enum ShardPlace {
    /// The number of a place in a shard.
    static func index(_ shard: Int, _ place: Int) -> Int { shard << 32 | place }

    /// The shard of names that a place lies in; a number that no place has leads to some shard.
    static func shard(_ index: Int) -> Int {
        index >> 32 & (ShardTable<ClusterShard>.count &- 1)
    }

    /// The same of a place among the shards of addresses.
    static func reverseShard(_ index: Int) -> Int { index >> 32 & (ReverseTable.shardCount &- 1) }

    /// The place within its shard.
    static func place(_ index: Int) -> Int { index & 0xFFFF_FFFF }
}
