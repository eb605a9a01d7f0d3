// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization

/// How an upstream fares, over all workers and over reloads.
///
/// A failure counts only when nothing at all came from the upstream since the question was sent: a
/// packet lost among others, or one name that it never answers, says nothing about it. The first
/// makes it doubtful, a few in a row over some time make it down, one reply makes it well. Whoever is
/// not well is asked for an answer only when nobody is; until then a copy of a real query tries it
/// now and then.
final class UpstreamHealth: Sendable {
    /// What is to be thought of an upstream, the best first.
    enum Standing: Int, Sendable {
        case well
        /// Its last reply is older than its last failure.
        case doubtful
        /// It failed too often in a row.
        case down
        /// It sends questions back to us.
        case looping
    }

    /// The shortest time between two trials, in nanoseconds.
    private static let shortestIntervalNanoseconds: UInt64 = 10_000_000
    /// Failures in a row are not counted beyond this.
    private static let maximumFailureCount: UInt64 = 64
    /// How exactly the time of the last reply is kept, in nanoseconds.
    private static let replyGrainNanoseconds: UInt64 = 1_000_000
    /// How long it is remembered that an upstream does not keep the case of questions, in seconds.
    static let plainCaseSeconds: UInt64 = 3_600

    // Relaxed throughout: each number stands for itself, and a query that sees an old one does no
    // harm but ask an upstream once too often or too rarely. All are read before they are written:
    // a store takes the cache line from every other worker.
    private let latencyBits = Atomic<UInt64>(0)
    /// What the slowest of twenty replies take, in nanoseconds; followed only where it is of use.
    private let slowNanoseconds = Atomic<UInt64>(0)
    private let followsSlow = Atomic<Bool>(false)
    /// Failures in a row.
    private let failures = Atomic<UInt64>(0)
    /// When the question was sent that the first of them left without an answer, in nanoseconds of
    /// the server's clock.
    private let firstFailure = Atomic<UInt64>(0)
    private let isDown = Atomic<Bool>(false)
    /// When it replied last, in nanoseconds of the server's clock.
    private let lastReply = Atomic<UInt64>(0)
    /// From when on it may be tried, in the same unit.
    private let nextTrial = Atomic<UInt64>(0)
    /// Until when questions keep their case, in the same unit.
    private let plainCaseUntil = Atomic<UInt64>(0)
    /// How many questions it is asked at most.
    let pace = UpstreamPace()
    /// Whether questions to it come back to us.
    let loop = LoopState()

    init() {}

    var latency: SmoothedLatency { SmoothedLatency(bits: latencyBits.load(ordering: .relaxed)) }

    /// What nineteen of twenty replies do not exceed, in nanoseconds; 0 when that is not known.
    var slowLatency: UInt64 { slowNanoseconds.load(ordering: .relaxed) }

    /// How many questions in a row were left without an answer, as far as they count.
    var failureCount: Int { Int(truncatingIfNeeded: failures.load(ordering: .relaxed)) }

    /// When the first of those was asked.
    var failingSince: Moment { Moment(nanoseconds: firstFailure.load(ordering: .relaxed)) }

    /// When it replied last, to a millisecond; nil when it never did.
    var lastReplied: Moment? {
        let last = lastReply.load(ordering: .relaxed)
        return last == 0 ? nil : Moment(nanoseconds: last)
    }

    /// Has the slowest replies followed from now on.
    func followSlowReplies() { followsSlow.store(true, ordering: .relaxed) }

    /// What is to be thought of it; `maximumFailures`: more in a row mean down, 0 for always well.
    func standing(maximumFailures: UInt64) -> Standing {
        if loop.isClosed { return .looping }
        let count = failures.load(ordering: .relaxed)
        guard count > 0, maximumFailures > 0 else { return .well }
        return isDown.load(ordering: .relaxed) ? .down : .doubtful
    }

    /// Whether it is to be tried now; of several queries that ask, one is told so.
    ///
    /// `interval`: nanoseconds from one trial to the next.
    func isTrialDue(at now: Moment, interval: UInt64) -> Bool {
        let due = nextTrial.load(ordering: .relaxed)
        guard now.nanoseconds >= due else { return false }
        let (next, overflow) = now.nanoseconds.addingReportingOverflow(
            max(interval, Self.shortestIntervalNanoseconds)
        )
        return nextTrial.compareExchange(
            expected: due,
            desired: overflow ? .max : next,
            ordering: .relaxed
        ).exchanged
    }

    /// It replied now to what it was asked at `began`.
    func succeed(began: Moment, at now: Moment) {
        pace.noteReply(at: now)
        if followsSlow.load(ordering: .relaxed) {
            let known = SlowLatency(nanoseconds: slowLatency)
            let learnt = known.adding(nanoseconds: now.nanoseconds(since: began))
            slowNanoseconds.store(learnt.nanoseconds, ordering: .relaxed)
        }
        let known = latency
        let learnt = known.adding(nanoseconds: now.nanoseconds(since: began))
        if !known.isKnown || !learnt.isLike(known) {
            latencyBits.store(learnt.bits, ordering: .relaxed)
        }
        let last = Moment(nanoseconds: lastReply.load(ordering: .relaxed))
        if now.nanoseconds(since: last) >= Self.replyGrainNanoseconds {
            lastReply.store(now.nanoseconds, ordering: .relaxed)
        }
        if failures.load(ordering: .relaxed) != 0 {
            failures.store(0, ordering: .relaxed)
            isDown.store(false, ordering: .relaxed)
        }
    }

    /// It did not reply by now to what it was asked at `began`; true when that counts.
    ///
    /// `interval`: nanoseconds between two failures that might have shown in trials. It is down once
    /// as many as it may have would have had the time to fail.
    func fail(began: Moment, at now: Moment, maximumFailures: UInt64, interval: UInt64) -> Bool {
        let last = lastReply.load(ordering: .relaxed)
        guard last == 0 || last &+ Self.replyGrainNanoseconds <= began.nanoseconds else {
            pace.noteLoss(began: began, at: now)
            return false
        }
        guard maximumFailures > 0 else { return false }
        var count = failures.load(ordering: .relaxed)
        if count < Self.maximumFailureCount {
            count = failures.wrappingAdd(1, ordering: .relaxed).newValue
        }
        if count == 1 { firstFailure.store(began.nanoseconds, ordering: .relaxed) }
        let first = Moment(nanoseconds: firstFailure.load(ordering: .relaxed))
        let (time, overflow) = interval.multipliedReportingOverflow(by: maximumFailures)
        if count > min(maximumFailures, Self.maximumFailureCount - 1), !overflow,
            now.nanoseconds(since: first) >= time, !isDown.load(ordering: .relaxed)
        {
            isDown.store(true, ordering: .relaxed)
        }
        return true
    }

    /// Whether it may be asked with mixed case.
    func keepsCase(at now: Moment) -> Bool {
        now.nanoseconds >= plainCaseUntil.load(ordering: .relaxed)
    }

    /// It was seen not to keep the case of a question.
    func rememberPlainCase(at now: Moment) {
        let end = now.adding(milliseconds: Self.plainCaseSeconds * 1_000)
        plainCaseUntil.store(end.nanoseconds, ordering: .relaxed)
    }
}
