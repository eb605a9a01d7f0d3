// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Everything that happens by chance in a simulation, from one seed.
struct Dice: Sendable {
    private var bits: SplitMix

    init(seed: UInt64) { bits = SplitMix(seed: seed) }

    /// 64 even bits.
    mutating func next() -> UInt64 { bits.next() }

    /// A number from 0 to `bound` - 1.
    mutating func below(_ bound: Int) -> Int { bits.number(below: bound) }

    /// A number of `range`.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in so many of a hundred cases.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// True in so many of a thousand cases.
    mutating func rare(_ perMille: Int) -> Bool { below(1_000) < perMille }

    /// One of the values, which are at least one.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// Dice of their own, so that more throws in one place change nothing in another.
    mutating func fork() -> Dice { Dice(seed: bits.next()) }
}

extension SplitMix {
    /// The first number that comes of a seed.
    static func first(of seed: UInt64) -> UInt64 {
        var bits = SplitMix(seed: seed)
        return bits.next()
    }
}
