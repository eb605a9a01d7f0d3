// SPDX-License-Identifier: Apache-2.0

import Wire

/// A hash table of numbers from 1 on that lies in a row of words, open-addressed and never more
/// than half full.
///
/// Its slots are half a word each where the numbers fit, else a word. It holds no keys: whoever
/// asks compares what the number leads to.
struct WordIndex: Sendable {
    /// What a slot of half a word can hold.
    private static var maximumNarrowNumber: Int { 0xFFFF }

    /// One less than the number of slots, and in the highest bit whether they are words.
    let head: UInt32

    /// The table of which a row of words tells this.
    init(head: UInt32) { self.head = head }

    /// A table for up to `capacity` numbers, the largest of which is not above `largest`.
    init(capacity: Int, largest: Int) {
        var size = 2
        while size < capacity * 2 { size *= 2 }
        let width: UInt32 = largest > Self.maximumNarrowNumber ? 1 << 31 : 0
        head = UInt32(truncatingIfNeeded: size - 1) | width
    }

    var isWide: Bool { head >> 31 != 0 }
    private var mask: Int { Int(head & 0x7FFF_FFFF) }
    /// How many words the slots take.
    var wordCount: Int { isWide ? mask &+ 1 : (mask &+ 1) >> 1 }

    /// The first slot to look at for what has this hash.
    func firstSlot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

    /// The slot to look at next.
    func slot(after slot: Int) -> Int { (slot &+ 1) & mask }

    /// In which of its words a slot lies.
    func word(of slot: Int) -> Int { isWide ? slot : slot >> 1 }

    /// The number in a slot that lies in this word; 0 where the search ends.
    ///
    /// LIMIT: at least half of the slots are free, so that every search ends.
    func number(at slot: Int, in word: UInt32) -> Int {
        isWide ? Int(word) : Int(word >> (UInt32(truncatingIfNeeded: slot & 1) << 4) & 0xFFFF)
    }

    /// Adds a number to the table that begins at `start` of a row of words.
    func insert(_ number: Int, hash: UInt64, into words: inout [UInt32], at start: Int) {
        var slot = firstSlot(hash)
        while self.number(at: slot, in: words[start + word(of: slot)]) != 0 {
            slot = self.slot(after: slot)
        }
        let shift = isWide ? 0 : UInt32(truncatingIfNeeded: slot & 1) << 4
        words[start + word(of: slot)] |= UInt32(truncatingIfNeeded: number) << shift
    }
}
