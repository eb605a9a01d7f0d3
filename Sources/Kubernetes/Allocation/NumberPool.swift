// SPDX-License-Identifier: Apache-2.0

/// Numbers from 0 that are given out, each to one holder at a time.
///
/// The first ones are the static band (KEP-3070, KEP-3668): they are for those who ask for a number,
/// and given to others only when no other number is left.
struct NumberPool: Sendable {
    /// The most numbers of one pool.
    static let maximumCount = 1 << 20

    let count: Int
    /// How many of the first numbers are the static band.
    let staticCount: Int
    /// How many of the first numbers nobody gets who does not ask for them.
    let reservedCount: Int
    private(set) var takenCount = 0
    /// A bit for each number; made as far as numbers were ever taken.
    private var words: [UInt64] = []
    /// The same of numbers that somebody may come back for.
    private var wishes: [UInt64] = []

    init(count: Int, staticCount: Int, reservedCount: Int = 0) {
        self.count = max(0, min(count, Self.maximumCount))
        self.staticCount = max(0, min(staticCount, self.count))
        self.reservedCount = max(0, min(reservedCount, self.count))
    }

    /// How many numbers of a service range are the static band (KEP-3070).
    static func staticCount(ofAddresses size: Int) -> Int {
        size <= 16 ? 0 : min(max(16, size / 16), 256)
    }

    /// How many ports of the nodes are the static band (KEP-3668).
    static func staticCount(ofPorts size: Int) -> Int {
        size <= 16 ? 0 : min(max(16, size / 32), 128)
    }

    func isTaken(_ number: Int) -> Bool {
        number >> 6 < words.count && words[number >> 6] >> UInt64(number & 63) & 1 == 1
    }

    /// Notes whether somebody may come back for a number: others get it only when no other is left.
    mutating func setWished(_ number: Int, _ isWished: Bool) {
        guard (0..<count).contains(number) else { return }
        let place = number >> 6
        if place >= wishes.count {
            guard isWished else { return }
            wishes += repeatElement(0, count: place + 1 - wishes.count)
        }
        let bit: UInt64 = 1 << UInt64(number & 63)
        if isWished { wishes[place] |= bit } else { wishes[place] &= ~bit }
    }

    /// Takes a number; false when somebody has it or there is no such number.
    @discardableResult
    mutating func take(_ number: Int) -> Bool {
        guard (0..<count).contains(number), !isTaken(number) else { return false }
        let place = number >> 6
        if place >= words.count {
            words += repeatElement(0, count: place + 1 - words.count)
        }
        words[place] |= 1 << UInt64(number & 63)
        takenCount += 1
        return true
    }

    /// Gives a number back.
    mutating func release(_ number: Int) {
        guard (0..<count).contains(number), isTaken(number) else { return }
        words[number >> 6] &= ~(1 << UInt64(number & 63))
        takenCount -= 1
    }

    /// The number that whoever has this hash gets, which is not taken yet; nil when all are.
    ///
    /// It depends on the hash, on what is taken or may be asked for again, and on nothing else: from
    /// a place in the dynamic band upwards, then from its beginning, then the same in the static
    /// band.
    func choice(_ hash: UInt64) -> Int? {
        guard takenCount < count else { return nil }
        let start = max(staticCount, reservedCount)
        let bands = [start..<count, reservedCount..<start]
        for minding in wishes.isEmpty ? [false] : [true, false] {
            for band in bands {
                if let number = free(in: band, hash, mindingWishes: minding) { return number }
            }
        }
        return nil
    }

    private func free(in band: Range<Int>, _ hash: UInt64, mindingWishes: Bool) -> Int? {
        guard !band.isEmpty else { return nil }
        let start = band.lowerBound + Int(hash % UInt64(band.count))
        return firstFree(in: start..<band.upperBound, mindingWishes)
            ?? firstFree(in: band.lowerBound..<start, mindingWishes)
    }

    private func firstFree(in range: Range<Int>, _ mindsWishes: Bool) -> Int? {
        var number = range.lowerBound
        while number < range.upperBound {
            let place = number >> 6
            var taken = place < words.count ? words[place] : 0
            if mindsWishes, place < wishes.count { taken |= wishes[place] }
            let free = ~taken >> UInt64(number & 63)
            if free != 0 {
                let found = number + free.trailingZeroBitCount
                return found < range.upperBound ? found : nil
            }
            number = (place + 1) << 6
        }
        return nil
    }
}
