// SPDX-License-Identifier: Apache-2.0

import Wire

/// A hash table of indices, open-addressed and never more than half full.
///
/// It holds no keys: whoever asks compares what the index leads to.
struct ClusterIndex: Hashable, Sendable {
    /// An index and one more; 0 where there is none.
    private var slots: [UInt32]
    private let mask: UInt64
    private(set) var count = 0

    /// An empty table for up to `capacity` indices.
    init(capacity: Int) {
        var size = 4
        while size < capacity * 2 { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        mask = UInt64(size - 1)
    }

    /// The first place to look for what has this hash.
    func firstSlot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & mask) }

    /// The place to look next.
    func slot(after slot: Int) -> Int { (slot &+ 1) & Int(truncatingIfNeeded: mask) }

    /// The index at a place; -1 where the search ends.
    ///
    /// LIMIT: at least half of the places are free, so that every search ends.
    @inline(__always)
    func entry(at slot: Int) -> Int { Int(slots[slot]) &- 1 }

    /// Adds an index that is not in the table; beyond the capacity it is left out.
    mutating func insert(_ index: Int, hash: UInt64) {
        guard count < slots.count / 2 else { return }
        var slot = firstSlot(hash)
        while slots[slot] != 0 { slot = self.slot(after: slot) }
        slots[slot] = UInt32(truncatingIfNeeded: index &+ 1)
        count += 1
    }
}

extension IPAddress {
    /// The hash under which a table keeps this address.
    var tableHash: UInt64 {
        let salt: UInt64 = family == .v4 ? 0xD6E8_FEB8_6659_FD93 : 0xA076_1D64_78BD_642F
        let first = (high ^ salt).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        let mixed = first.high ^ first.low ^ low
        let second = (mixed ^ salt).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return second.high ^ second.low
    }
}
