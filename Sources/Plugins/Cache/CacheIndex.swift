// SPDX-License-Identifier: Apache-2.0

/// Finds the entries of a shard by their hashes: open addressing, one word a slot.
///
/// A slot has 32 bits of the hash above the number of the entry's first cell, so that nearly every
/// look-up touches one line of it and the entry itself.
struct CacheIndex: Sendable {
    /// A slot that nothing was put in.
    private static let empty = UInt64.max
    /// The fewest slots.
    private static let minimumSlotCount = 16

    private var slots: [UInt64]
    private var mask: Int
    private(set) var count = 0

    init() {
        slots = [UInt64](repeating: Self.empty, count: Self.minimumSlotCount)
        mask = Self.minimumSlotCount - 1
    }

    /// The bytes it takes.
    var byteCount: Int { slots.count * 8 }

    /// The number of slots, to go through all entries.
    var slotCount: Int { slots.count }

    /// The first cell of the entry in a slot; nil where there is none.
    func cell(inSlot slot: Int) -> UInt32? {
        slots[slot] == Self.empty ? nil : UInt32(truncatingIfNeeded: slots[slot])
    }

    /// The slot where an entry with this hash would lie if nothing was in its way.
    private func home(_ tag: UInt32) -> Int {
        Int(tag) & mask
    }

    /// The 32 bits of a hash that a slot keeps.
    private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) }

    /// A look-up on its way from slot to slot.
    struct Probe {
        fileprivate let tag: UInt32
        fileprivate var slot: Int
    }

    /// Begins a look-up.
    func probe(_ hash: UInt64) -> Probe {
        let tag = Self.tag(hash)
        return Probe(tag: tag, slot: home(tag))
    }

    /// The next entry whose hash may be the one; nil when there is no more.
    func next(_ probe: inout Probe) -> UInt32? {
        // LIMIT: a quarter of the slots is always empty.
        while slots[probe.slot] != Self.empty {
            let word = slots[probe.slot]
            probe.slot = (probe.slot &+ 1) & mask
            if UInt32(truncatingIfNeeded: word >> 32) == probe.tag {
                return UInt32(truncatingIfNeeded: word)
            }
        }
        return nil
    }

    /// Whether an entry with this hash begins in a cell.
    func holds(_ hash: UInt64, _ cell: UInt32) -> Bool {
        var probe = probe(hash)
        while let found = next(&probe) {
            if found == cell { return true }
        }
        return false
    }

    /// Puts in an entry that is not there.
    mutating func insert(_ hash: UInt64, _ cell: UInt32) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        put(UInt64(Self.tag(hash)) << 32 | UInt64(cell))
        count += 1
    }

    private mutating func put(_ word: UInt64) {
        var slot = home(UInt32(truncatingIfNeeded: word >> 32))
        while slots[slot] != Self.empty { slot = (slot &+ 1) & mask }
        slots[slot] = word
    }

    /// Doubles the slots.
    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: Self.empty, count: old.count * 2)
        mask = slots.count - 1
        for word in old where word != Self.empty { put(word) }
    }

    /// Takes an entry out; those behind it that were pushed on move up.
    mutating func remove(_ hash: UInt64, _ cell: UInt32) {
        let word = UInt64(Self.tag(hash)) << 32 | UInt64(cell)
        var slot = home(Self.tag(hash))
        while slots[slot] != word {
            guard slots[slot] != Self.empty else { return }
            slot = (slot &+ 1) & mask
        }
        count -= 1
        var hole = slot
        var next = (slot &+ 1) & mask
        while slots[next] != Self.empty {
            let home = home(UInt32(truncatingIfNeeded: slots[next] >> 32))
            // It may fill the hole unless its home lies behind the hole.
            if (next &- home) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        slots[hole] = Self.empty
    }
}
