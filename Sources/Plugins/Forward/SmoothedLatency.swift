// SPDX-License-Identifier: Apache-2.0

/// How long an upstream takes to reply, smoothed, and how far single replies are from it, in one
/// word of memory (RFC 6298 §2).
struct SmoothedLatency: Hashable, Sendable {
    /// The wait of an attempt before anything is known, in nanoseconds.
    static let firstTimeoutNanoseconds: UInt64 = 400_000_000
    static let shortestTimeoutNanoseconds: UInt64 = 50_000_000
    static let longestTimeoutNanoseconds: UInt64 = 1_000_000_000
    /// The longest latency that is learnt; what takes longer counts as this.
    private static let maximumMicroseconds: UInt64 = 10_000_000

    /// The smoothed latency in eighths of a microsecond in the upper half, the smoothed distance
    /// from it in quarters of one in the lower; 0 when nothing is known.
    let bits: UInt64

    init(bits: UInt64 = 0) { self.bits = bits }

    private init(eighths: UInt64, quarters: UInt64) {
        bits = max(eighths, 1) << 32 | min(quarters, UInt64(UInt32.max))
    }

    private var eighths: UInt64 { bits >> 32 }
    private var quarters: UInt64 { bits & UInt64(UInt32.max) }

    var isKnown: Bool { bits != 0 }

    /// The smoothed latency; 0 when nothing is known.
    var nanoseconds: UInt64 { eighths * 125 }

    /// What is known after one more reply that took `nanoseconds`.
    func adding(nanoseconds: UInt64) -> SmoothedLatency {
        let sample = min(nanoseconds / 1_000, Self.maximumMicroseconds)
        guard isKnown else { return SmoothedLatency(eighths: sample * 8, quarters: sample * 2) }
        let smoothed = eighths / 8
        let distance = sample > smoothed ? sample - smoothed : smoothed - sample
        return SmoothedLatency(
            eighths: eighths - smoothed + sample,
            quarters: quarters - quarters / 4 + distance
        )
    }

    /// Whether it differs so little from `other` that nobody need be told.
    func isLike(_ other: SmoothedLatency) -> Bool {
        Self.areLike(eighths, other.eighths) && Self.areLike(quarters, other.quarters)
    }

    private static func areLike(_ first: UInt64, _ second: UInt64) -> Bool {
        let distance = first > second ? first - second : second - first
        return distance <= max(first, second) / 64 + 8
    }

    /// How long an attempt waits before another is made: twice the smoothed latency and four times
    /// the distance from it, within bounds.
    var timeoutNanoseconds: UInt64 {
        guard isKnown else { return Self.firstTimeoutNanoseconds }
        let wanted = (eighths / 4 + quarters) * 1_000
        return min(
            max(wanted, Self.shortestTimeoutNanoseconds),
            Self.longestTimeoutNanoseconds
        )
    }
}
