// SPDX-License-Identifier: Apache-2.0

/// Values by the hashes of their keys, as many as there are for each, of which copies share
/// everything in which they do not differ.
///
/// It is cut into 64 × 64 parts by the hashes, and each part is one sorted list: an entry costs what
/// it holds, and a few hundred thousand of them leave some fifty to a part. A copy that is changed
/// copies the part that it changes, and the two lists above it; a table that nobody else holds is
/// changed in place. 44 bits of a hash count, so that whoever asks must compare the keys.
struct SharedTable<Value: Equatable & Sendable>: Sendable {
    private static var width: Int { 64 }

    /// One value.
    struct Entry: Sendable {
        /// The bits of the hash that the part does not tell.
        fileprivate let key: UInt32
        /// Values of one key come in the order of their ranks, those of one rank as they were added.
        let rank: UInt32
        let value: Value
    }

    private var groups = Array(
        repeating: Array(repeating: [Entry](), count: Self.width),
        count: Self.width
    )

    /// The values of a key, and perhaps those of another with nearly the same hash.
    subscript(hash: UInt64) -> ArraySlice<Entry> {
        let (group, part) = Self.place(of: hash)
        let entries = groups[group][part]
        return entries[Self.run(of: Self.key(of: hash), in: entries)]
    }

    mutating func insert(_ value: Value, at hash: UInt64, rank: UInt32 = 0) {
        let (group, part) = Self.place(of: hash)
        let entry = Entry(key: Self.key(of: hash), rank: rank, value: value)
        let index = groups[group][part].partitioningIndex { ($0.key, $0.rank) > (entry.key, rank) }
        groups[group][part].insertSparingly(entry, at: index)
    }

    /// Takes out the first such value of this rank, if there is any.
    mutating func remove(_ value: Value, at hash: UInt64, rank: UInt32 = 0) {
        let (group, part) = Self.place(of: hash)
        let key = Self.key(of: hash)
        var index = groups[group][part].partitioningIndex { ($0.key, $0.rank) >= (key, rank) }
        while index < groups[group][part].count {
            let entry = groups[group][part][index]
            guard entry.key == key, entry.rank == rank else { return }
            if entry.value == value {
                groups[group][part].remove(at: index)
                return
            }
            index += 1
        }
    }

    /// All entries, in no order that means anything.
    var entries: some Sequence<Entry> { groups.lazy.joined().joined() }

    private static func place(of hash: UInt64) -> (group: Int, part: Int) {
        (Int(hash >> 58), Int(hash >> 52 & 63))
    }

    private static func key(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 20) }

    private static func run(of key: UInt32, in entries: [Entry]) -> Range<Int> {
        let lower = entries.partitioningIndex { $0.key >= key }
        var upper = lower
        while upper < entries.count, entries[upper].key == key { upper += 1 }
        return lower..<upper
    }
}

extension Array {
    /// Inserts an element, making room for an eighth more; doubling would leave a third unused.
    fileprivate mutating func insertSparingly(_ element: Element, at index: Int) {
        if count == capacity { reserveCapacity(count + count / 8 + 1) }
        insert(element, at: index)
    }
}
