// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// Whether the name at `ancestor` is the one at `name` or stands above it; case does not count.
    ///
    /// Both must have been checked: they end within the message, and pointers in them lead
    /// backwards, each to an earlier place than the one before.
    func isName(at ancestor: Int, atOrAbove name: Int) -> Bool {
        let count = labelCount(ofName: ancestor)
        let surplus = labelCount(ofName: name) &- count
        guard surplus >= 0 else { return false }
        var lower = label(at: name)
        for _ in 0..<surplus { lower = label(behind: lower) }
        var upper = label(at: ancestor)
        for _ in 0..<count {
            // The length counts as a byte like the others: it is below every letter.
            for index in 0...Int(self[upper]) {
                guard self[upper &+ index].asciiLowercased == self[lower &+ index].asciiLowercased
                else { return false }
            }
            upper = label(behind: upper)
            lower = label(behind: lower)
        }
        return true
    }

    /// The number of labels of the name at `offset`, the root not counted.
    private func labelCount(ofName offset: Int) -> Int {
        var count = 0
        var place = label(at: offset)
        while self[place] != 0 {
            count &+= 1
            place = label(behind: place)
        }
        return count
    }

    /// Where the label is that a name goes on with at `offset`.
    private func label(at offset: Int) -> Int {
        var place = offset
        while self[place] >= 0xC0 { place = Int(uint16(at: place) & 0x3FFF) }
        return place
    }

    /// Where the label is that follows the one at `place`.
    private func label(behind place: Int) -> Int { label(at: place &+ Int(self[place]) &+ 1) }
}
