// SPDX-License-Identifier: Apache-2.0

import Plugin

/// How many exchanges a second end, over the last seconds.
struct ExchangeRate: Hashable, Sendable {
    /// How many looks are remembered; one is taken about once a second.
    static let maximumLookCount = 11
    /// The shortest time that tells a rate, in nanoseconds.
    private static let shortestNanoseconds: UInt64 = 500_000_000

    /// How many exchanges had ended at a moment.
    private struct Look: Hashable, Sendable {
        let moment: Moment
        let count: UInt64
    }

    private var looks: [Look] = []

    /// Remembers how many have ended by now.
    mutating func note(_ count: UInt64, at now: Moment) {
        looks.append(Look(moment: now, count: count))
        if looks.count > Self.maximumLookCount { looks.removeFirst() }
    }

    /// The rate up to now, when `count` have ended; nil while nothing is known.
    func perSecond(_ count: UInt64, at now: Moment) -> Double? {
        guard let first = looks.first else { return nil }
        let time = now.nanoseconds(since: first.moment)
        guard time >= Self.shortestNanoseconds, count >= first.count else { return nil }
        return Double(count - first.count) * 1e9 / Double(time)
    }
}
