// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// How entries come into the queues of a shard and leave them.
extension CacheShard {
    /// The cells of an entry.
    private func cellCount(_ cell: UInt32) -> Int {
        let places = CacheField.places(
            nameByteCount: Int(store.byte(cell, CacheField.nameByteCount)),
            byteCount: Int(store.uint16(cell, CacheField.byteCount))
        )
        return CellStore.cellCount(places + Int(store.uint16(cell, CacheField.recordCount)) * 2)
    }

    /// Cells for a new entry of a queue; others are thrown out for it until it fits.
    ///
    /// The result is nil for an entry that is too large for a shard, and where the hand finds
    /// nothing unused near by: what is in use is worth more than what is new.
    mutating func makeRoom(for byteCount: Int, in queue: Int) -> UInt32? {
        let wanted = CellStore.cellCount(byteCount)
        guard wanted * Self.largestEntryShare <= store.maximumCount else { return nil }
        if queues[queue].count >= maximumCounts[queue] {
            guard evict(from: queue) else { return nil }
        }
        // LIMIT: each step gives at least one cell back.
        while store.freeCount < wanted {
            let own = queues[queue].cellCount
            let isOver = own >= store.maximumCount / 2 || queues[1 - queue].count == 0
            guard evict(from: isOver && own > 0 ? queue : 1 - queue) else { return nil }
        }
        return store.take(byteCount: byteCount)
    }

    /// Throws out the entry of a queue that the hand finds unused; false when it finds none, having
    /// gone on some way.
    private mutating func evict(from queue: Int) -> Bool {
        var hand = queues[queue].hand
        if hand == CellStore.none { hand = queues[queue].oldest }
        guard hand != CellStore.none else { return false }
        for _ in 0..<Self.maximumHandSteps {
            guard store.byte(hand, CacheField.isUsed) != 0 else {
                queues[queue].hand = hand
                evictionCounts[queue] += 1
                remove(hand)
                return true
            }
            store.set(0 as UInt8, hand, CacheField.isUsed)
            let newer = store.uint32(hand, CacheField.newer)
            hand = newer == CellStore.none ? queues[queue].oldest : newer
        }
        queues[queue].hand = hand
        return false
    }

    /// Puts a new entry in front of its queue.
    mutating func enqueue(_ cell: UInt32, _ queue: Int, cellCount: Int) {
        let second = queues[queue].newest
        store.set(CellStore.none, cell, CacheField.newer)
        store.set(second, cell, CacheField.older)
        if second == CellStore.none {
            queues[queue].oldest = cell
        } else {
            store.set(cell, second, CacheField.newer)
        }
        queues[queue].newest = cell
        queues[queue].count += 1
        queues[queue].cellCount += cellCount
    }

    /// Takes an entry out of its queue and the index, and gives its cells back.
    mutating func remove(_ cell: UInt32) {
        let queue = kind(cell).queue
        let newer = store.uint32(cell, CacheField.newer)
        let older = store.uint32(cell, CacheField.older)
        if newer == CellStore.none {
            queues[queue].newest = older
        } else {
            store.set(older, newer, CacheField.older)
        }
        if older == CellStore.none {
            queues[queue].oldest = newer
        } else {
            store.set(newer, older, CacheField.newer)
        }
        // The hand goes on towards the newest.
        if queues[queue].hand == cell { queues[queue].hand = newer }
        queues[queue].count -= 1
        queues[queue].cellCount -= cellCount(cell)
        index.remove(store.uint64(cell, CacheField.hash), cell)
        store.release(cell)
    }

    /// Takes out the oldest entries of each queue that are of no use after `moment`, at most
    /// `maximum` of each.
    mutating func sweep(before moment: Moment, atMost maximum: Int) {
        for queue in 0..<2 {
            for _ in 0..<maximum {
                let oldest = queues[queue].oldest
                guard oldest != CellStore.none,
                    store.uint64(oldest, CacheField.expires) < moment.nanoseconds
                else { break }
                remove(oldest)
            }
        }
    }
}
