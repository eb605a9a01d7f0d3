// SPDX-License-Identifier: Apache-2.0

/// The upper bounds of a histogram's buckets, as whole numbers of a small unit.
///
/// Whole numbers keep floating point off the packet path and make the page's text exact. A scale is
/// a rule and not a list of bounds: it is as small as a pair of words, so that each series carries
/// its own, and a bucket is found without going anywhere else in memory.
package struct Scale: Sendable, Equatable {
    /// What is observed and what the page shows.
    package enum Unit: UInt8, Sendable {
        /// Observed in nanoseconds, shown in seconds.
        case nanoseconds
        /// Observed and shown in bytes.
        case bytes
    }

    /// How the bounds follow each other.
    private enum Steps: UInt8 {
        /// Each is twice the one before.
        case doubling
        /// Each is ten times the one before.
        case tens
        /// They are those of `messageSizes`.
        case messageSizes
    }

    /// How many bounds a scale may have, not counting the last bucket, which has none.
    package static let maximumBounds = 20

    /// The first bound.
    private let first: UInt64
    private let boundCount: UInt16
    private let steps: Steps
    package let unit: Unit

    private init(_ unit: Unit, _ steps: Steps, from first: UInt64, count: Int) {
        precondition(0...Self.maximumBounds ~= count, "a scale has at most 20 bounds")
        self.unit = unit
        self.steps = steps
        self.first = first
        boundCount = UInt16(count)
    }

    /// A scale of `count` bounds, each twice the one before; the last must fit in 64 bits.
    package static func doubling(_ unit: Unit, from first: UInt64, count: Int) -> Scale {
        precondition(
            first > 0 && count <= first.leadingZeroBitCount + 1,
            "the bounds of a scale begin above 0 and stay below 2^64"
        )
        return Scale(unit, .doubling, from: first, count: count)
    }

    /// 0.25 ms to 8.192 s, doubling: how long questions take.
    package static let time = doubling(.nanoseconds, from: 250_000, count: 16)
    /// 0.25 ms to 2.5 s, by tens: how long a health check takes.
    package static let slimTime = Scale(.nanoseconds, .tens, from: 250_000, count: 5)
    /// 1 ms to 524 s, doubling: how long a change of the cluster takes to be served.
    package static let programmingTime = doubling(.nanoseconds, from: 1_000_000, count: 20)
    /// The sizes of messages, in bytes.
    package static let size = Scale(.bytes, .messageSizes, from: 0, count: messageSizes.count)

    /// The bounds that CoreDNS has.
    private static let messageSizes: InlineArray<14, UInt64> = [
        0, 100, 200, 300, 400, 511, 1_023, 2_047, 4_095, 8_291, 16_000, 32_000, 48_000, 64_000,
    ]

    /// How many bounds there are.
    package var count: Int { Int(boundCount) }

    /// The bucket of `value`: the first whose bound is not below it; `count` when none is.
    @inline(__always)
    package func bucket(of value: UInt64) -> Int {
        switch steps {
        case .doubling:
            // The bound with as many bits as the value is the only one that needs comparing.
            let shift = first.leadingZeroBitCount &- value.leadingZeroBitCount
            guard shift >= 0 else { return 0 }
            return min(value > first &<< UInt64(shift) ? shift &+ 1 : shift, count)
        case .tens:
            var (index, bound) = (0, first)
            while index < count, bound < value {
                bound &*= 10
                index &+= 1
            }
            return index
        case .messageSizes:
            // Nearly all messages end in one of the first buckets; the compiler makes this walk a
            // row of comparisons with constants.
            var index = 0
            while index < Self.messageSizes.count, Self.messageSizes[index] < value {
                index &+= 1
            }
            return index
        }
    }

    /// The bound of the bucket at `index`, or nil for the last, which takes all.
    package func bound(_ index: Int) -> UInt64? {
        guard index >= 0, index < count else { return nil }
        switch steps {
        case .doubling: return first << UInt64(index)
        case .tens: return (0..<index).reduce(first) { bound, _ in bound * 10 }
        case .messageSizes: return Self.messageSizes[index]
        }
    }

    /// The same unit with only the bucket that takes all: a histogram that is a counter.
    var withoutBounds: Scale { Scale(unit, .doubling, from: 1, count: 0) }
    /// Where the sum of all observations lies, after the buckets.
    var sumOffset: Int { count &+ 1 }
    /// How many cells a histogram of this scale takes: its buckets, and the sum.
    var cellCount: Int { count &+ 2 }
}
