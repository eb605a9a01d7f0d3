// SPDX-License-Identifier: Apache-2.0

/// Names that keys may have, found without looking at more than one or two of them.
package struct YAMLNames: Sendable, ExpressibleByArrayLiteral {
    /// The names, in the order in which they were given.
    package let all: [String]
    private let texts: [[UInt8]]
    /// A hash table, open-addressed and at most a quarter full: one more than the place of a name.
    private var slots: [UInt8]

    /// LIMIT: 255 names, written out in our own sources; more would not be found.
    package init(arrayLiteral names: String...) {
        all = names
        texts = names.prefix(255).map { Array($0.utf8) }
        var size = 4
        while size < names.count * 4 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        for (place, text) in texts.enumerated() {
            var slot = firstSlot(text.span)
            while slots[slot] != 0 { slot = (slot &+ 1) & (size &- 1) }
            slots[slot] = UInt8(truncatingIfNeeded: place &+ 1)
        }
    }

    /// Whether a text is one of the names.
    func contains(_ text: Span<UInt8>) -> Bool {
        var slot = firstSlot(text)
        while slots[slot] != 0 {
            let name = texts[Int(slots[slot]) &- 1]
            var index = 0
            if name.count == text.count {
                while index < name.count, name[index] == text[index] { index &+= 1 }
                if index == name.count { return true }
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return false
    }

    /// The slot to look at first, by the length and three of the letters.
    private func firstSlot(_ text: Span<UInt8>) -> Int {
        let count = text.count
        guard count > 0 else { return 0 }
        let (first, middle, last) = (text[0], text[count / 2], text[count &- 1])
        let mixed = count &+ Int(first) &* 5 &+ Int(middle) &* 11 &+ Int(last) &* 23
        return mixed & (slots.count &- 1)
    }
}
