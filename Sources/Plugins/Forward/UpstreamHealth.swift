// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization

/// How an upstream fares, over all workers and over reloads.
///
/// Failures in a row make it down; then it is left alone for a pause that doubles with each further
/// failure, after which one real query tries it again. A reply makes it well at once. Within one
/// interval only one failure counts, so that a burst of lost packets, or one name that it never
/// answers, does not condemn it.
final class UpstreamHealth: Sendable {
    /// The longest pause, in nanoseconds.
    static let maximumPauseNanoseconds: UInt64 = 10_000_000_000
    /// Failures in a row are not counted beyond this.
    private static let maximumFailureCount: UInt64 = 64

    // Relaxed throughout: each number stands for itself, and a query that sees an old one does no
    // harm but ask an upstream once too often or too rarely.
    private let failures = Atomic<UInt64>(0)
    /// Until when it is left alone, in nanoseconds of the server's clock; 0 while it is well.
    private let pausedUntil = Atomic<UInt64>(0)
    /// When a failure counted last, in the same unit.
    private let lastFailure = Atomic<UInt64>(0)

    init() {}

    /// Whether it may be asked now; a query that is let through after a pause is its probe.
    func admits(at now: Moment, interval: UInt64) -> Bool {
        let end = pausedUntil.load(ordering: .relaxed)
        guard end != 0 else { return true }
        guard now.nanoseconds >= end else { return false }
        // Whoever wins asks; the others go on leaving it alone until the probe must be over.
        let next = now.nanoseconds &+ max(interval, 1)
        return pausedUntil.compareExchange(expected: end, desired: next, ordering: .relaxed)
            .exchanged
    }

    /// It replied.
    func succeed() {
        // Read first: a store would take the cache line from every other worker each time.
        if failures.load(ordering: .relaxed) != 0 { failures.store(0, ordering: .relaxed) }
        if pausedUntil.load(ordering: .relaxed) != 0 { pausedUntil.store(0, ordering: .relaxed) }
    }

    /// It did not reply; true when that counts.
    ///
    /// `maximumFailures`: more in a row mean down; 0 for never down. `interval`: nanoseconds.
    func fail(at now: Moment, maximumFailures: UInt64, interval: UInt64) -> Bool {
        guard maximumFailures > 0 else { return false }
        let last = lastFailure.load(ordering: .relaxed)
        guard failures.load(ordering: .relaxed) == 0 || now.nanoseconds >= last &+ interval,
            lastFailure.compareExchange(
                expected: last,
                desired: now.nanoseconds,
                ordering: .relaxed
            ).exchanged
        else { return false }
        var count = failures.load(ordering: .relaxed)
        if count < Self.maximumFailureCount {
            count = failures.wrappingAdd(1, ordering: .relaxed).newValue
        }
        guard count > maximumFailures else { return true }
        let doublings = min(count - maximumFailures - 1, 16)
        let pause = min(Self.maximumPauseNanoseconds, min(interval, 1 << 40) << doublings)
        pausedUntil.store(max(now.nanoseconds &+ pause, 1), ordering: .relaxed)
        return true
    }
}
