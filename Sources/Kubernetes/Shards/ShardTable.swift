// SPDX-License-Identifier: Apache-2.0

/// 4,096 shards, of which copies share all that are not replaced.
///
/// It has two levels of 64: to replace one shard copies the references to 128 others, and touches
/// the reference counts of no more than these. Reading takes one more step for that.
struct ShardTable<Shard: Sendable>: Sendable {
    /// How many bits of a hash, its upper ones, tell the shard.
    static var bitCount: Int { 12 }
    static var count: Int { 1 << bitCount }
    private static var width: Int { 64 }

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
        Int(truncatingIfNeeded: hash >> UInt64(64 &- bitCount))
    }

    /// The shard of a number below `count`.
    subscript(number: Int) -> Shard {
        get { groups[number >> 6][number & 63] }
        set { groups[number >> 6][number & 63] = newValue }
    }
}

/// Groups that copies share are not looked into.
extension ShardTable: Equatable where Shard: Equatable {}

/// The places in the words of all shards, as one row of numbers.
enum ShardPlace {
    /// The number of a place in a shard.
    static func index(_ shard: Int, _ place: Int) -> Int { shard << 32 | place }

    /// The shard that a place lies in; a number that no place has leads to some shard.
    static func shard(_ index: Int) -> Int { index >> 32 & 0xFFF }

    /// The place within its shard.
    static func place(_ index: Int) -> Int { index & 0xFFFF_FFFF }
}
