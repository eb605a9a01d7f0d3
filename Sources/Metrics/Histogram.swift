// SPDX-License-Identifier: Apache-2.0

/// One series of counted sizes or durations: an index into every worker's cells, and its bounds.
package struct Histogram: Sendable {
    let cell: UInt32
    package let scale: Scale

    /// A histogram that no page shows.
    package static let discarded = Histogram(
        cell: UInt32(CellBlock.margin),
        scale: Scale.size.withoutBounds
    )
}

/// The upper bounds of a histogram's buckets, as whole numbers of a small unit.
///
/// Whole numbers keep floating point off the packet path and make the page's text exact.
package struct Scale: Sendable, Equatable {
    /// What is observed and what the page shows.
    package enum Unit: UInt8, Sendable {
        /// Observed in nanoseconds, shown in seconds.
        case nanoseconds
        /// Observed and shown in bytes.
        case bytes
    }

    /// How many bounds a scale may have, not counting the last bucket, which has none.
    package static let maximumBounds = 20

    package let unit: Unit
    /// How many bounds there are.
    package let count: Int
    /// The first bound when each bound is twice the one before; else 0.
    private let doublingFrom: UInt64
    private let bounds: InlineArray<20, UInt64>

    /// A scale with the given bounds, which must rise.
    package init(_ unit: Unit, _ bounds: [UInt64]) {
        precondition(bounds.count <= Self.maximumBounds, "a scale has at most 20 bounds")
        let pairs = zip(bounds, bounds.dropFirst())
        precondition(pairs.allSatisfy { $0 < $1 }, "the bounds of a scale rise")

        self.unit = unit
        count = bounds.count
        let doubles = pairs.allSatisfy { $1 == $0 &* 2 }
        doublingFrom = doubles ? bounds.first ?? 0 : 0
        self.bounds = InlineArray { $0 < bounds.count ? bounds[$0] : UInt64.max }
    }

    /// 0.25 ms to 8.192 s, doubling: how long questions take.
    package static let time = Scale(.nanoseconds, (0..<16).map { 250_000 << $0 })
    /// 0.25 ms to 2.5 s, by tens: how long a health check takes.
    package static let slimTime = Scale(
        .nanoseconds,
        [250_000, 2_500_000, 25_000_000, 250_000_000, 2_500_000_000]
    )
    /// 1 ms to 524 s, doubling: how long a change of the cluster takes to be served.
    package static let programmingTime = Scale(.nanoseconds, (0..<20).map { 1_000_000 << $0 })
    /// The sizes of messages, in bytes.
    package static let size = Scale(
        .bytes,
        [
            0, 100, 200, 300, 400, 511, 1_023, 2_047, 4_095, 8_291, 16_000, 32_000, 48_000,
            64_000,
        ]
    )

    /// The bucket of `value`: the first whose bound is not below it; `count` when none is.
    package func bucket(of value: UInt64) -> Int {
        if doublingFrom != 0 {
            // The bound with as many bits as the value is the only one that needs comparing.
            let shift = doublingFrom.leadingZeroBitCount &- value.leadingZeroBitCount
            guard shift >= 0 else { return 0 }
            return min(value > doublingFrom &<< UInt64(shift) ? shift &+ 1 : shift, count)
        }
        var index = 0
        while index < count, bounds[index] < value { index &+= 1 }
        return index
    }

    /// The bound of the bucket at `index`, or nil for the last, which takes all.
    package func bound(_ index: Int) -> UInt64? {
        index >= 0 && index < count ? bounds[index] : nil
    }

    /// The same unit with only the bucket that takes all: a histogram that is a counter.
    var withoutBounds: Scale { Scale(unit, []) }
    /// Where the sum of all observations lies, after the buckets.
    var sumOffset: Int { count &+ 1 }
    /// How many cells a histogram of this scale takes: its buckets, and the sum.
    var cellCount: Int { count &+ 2 }

    package static func == (left: Self, right: Self) -> Bool {
        left.unit == right.unit && left.count == right.count
            && left.bounds.indices.allSatisfy { left.bounds[$0] == right.bounds[$0] }
    }
}
