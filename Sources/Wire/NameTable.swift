// SPDX-License-Identifier: Apache-2.0

/// Where names already stand in the message being written, so that they need not be written twice
/// (RFC 1035 §4.1.4).
///
/// A fixed table of hashed suffixes; emptying it costs one addition. What does not fit is written
/// again in full, which is always right.
package struct NameTable: ~Copyable {
    /// The number of suffixes it remembers at most; a power of two.
    package static let maximumSuffixCount = 256
    /// How many neighbouring places are tried for one suffix.
    private static let maximumProbeCount = 8
    /// The last offset that a pointer can hold (14 bits).
    private static let maximumOffset = 0x3FFF

    /// Generation (24 bits), upper hash bits (26 bits), offset (14 bits).
    private var slots = InlineArray<256, UInt64>(repeating: 0)
    private var generation: UInt64 = 1

    package init() {}

    /// Forgets every suffix.
    package mutating func removeAll() {
        generation &+= 1
        if generation >> 24 != 0 {
            slots = InlineArray(repeating: 0)
            generation = 1
        }
    }

    /// The mark of a suffix with `hash` in this generation, its offset bits 0.
    private func mark(_ hash: UInt64) -> UInt64 { generation << 40 | (hash >> 38) << 14 }

    /// Remembers that a suffix with `hash` stands at `offset` of the message.
    package mutating func insert(_ hash: UInt64, at offset: Int) {
        guard offset <= Self.maximumOffset else { return }
        for probe in 0..<Self.maximumProbeCount {
            let index = Int(truncatingIfNeeded: hash &+ UInt64(probe)) & 0xFF
            if slots[index] >> 40 != generation {
                slots[index] = mark(hash) | UInt64(offset)
                return
            }
        }
    }

    /// The offset of a suffix with `hash` that `isSame` recognises; nil when there is none.
    package func offset(of hash: UInt64, where isSame: (Int) -> Bool) -> Int? {
        let wanted = mark(hash)
        for probe in 0..<Self.maximumProbeCount {
            let slot = slots[Int(truncatingIfNeeded: hash &+ UInt64(probe)) & 0xFF]
            if slot >> 40 != generation { return nil }
            if slot & ~0x3FFF == wanted {
                let offset = Int(slot & 0x3FFF)
                if isSame(offset) { return offset }
            }
        }
        return nil
    }
}
