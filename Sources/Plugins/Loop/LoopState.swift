// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization

/// Whether questions to one upstream come back to us, over all workers and over reloads.
final class LoopState: Sendable {
    /// What came of sending out a question.
    enum Finding: Equatable {
        /// It came back: the upstream is left alone for so many nanoseconds, the first time or not.
        case loop(pauseNanoseconds: UInt64)
        /// It did not come back any more.
        case recovered
        /// Nothing was heard for so long that it is asked again: it may drop just such questions.
        case silent
        /// It did not come back, as before.
        case fine
    }

    /// How long an upstream is left alone first, in nanoseconds; twice as long each time after.
    static let firstPauseNanoseconds: UInt64 = 30_000_000_000
    static let longestPauseNanoseconds: UInt64 = 600_000_000_000
    /// The shortest time between two looks because so much is being forwarded, in nanoseconds.
    static let shortestIntervalNanoseconds: UInt64 = 10_000_000_000
    /// When it is looked at again of which nothing was heard, in nanoseconds: where very many
    /// exchanges are left behind, those of looks are dropped as well.
    static let unheardNanoseconds: UInt64 = LoopWatch.waitNanoseconds + 1_000_000_000
    /// How often it is looked at again where nothing at all came of a look.
    static let maximumLostCount = 6

    // Relaxed throughout: each number stands for itself.
    private let closed = Atomic<Bool>(false)
    private let isBack = Atomic<Bool>(false)
    /// When it may be looked at again, in nanoseconds of the server's clock.
    private let nextLook = Atomic<UInt64>(0)
    /// Whether a look came to something, or too many did not.
    private let isSettled = Atomic<Bool>(false)
    /// The looks in a row that nothing came of.
    private let lostCount = Atomic<Int>(0)
    private let pause = Atomic<UInt64>(0)

    init() {}

    /// Whether it must not be asked.
    var isClosed: Bool { closed.load(ordering: .relaxed) }

    /// Whether a question is to be sent out; of several queries that ask, one is told so.
    ///
    /// `isEager`: whether to look at an upstream until one look has come to something; `isPressed`:
    /// whether so much is being forwarded that it may be a loop.
    func isLookDue(at now: Moment, isEager: Bool, isPressed: Bool) -> Bool {
        let due = nextLook.load(ordering: .relaxed)
        guard now.nanoseconds >= due,
            isPressed || isClosed || isEager && !isSettled.load(ordering: .relaxed)
        else { return false }
        let next = now.adding(nanoseconds: Self.unheardNanoseconds)
        guard
            nextLook.compareExchange(
                expected: due,
                desired: next.nanoseconds,
                ordering: .relaxed
            ).exchanged
        else { return false }
        isBack.store(false, ordering: .relaxed)
        return true
    }

    /// The question that is out has come back: nobody is asked there from now on.
    func noteReturn() {
        isBack.store(true, ordering: .relaxed)
        closed.store(true, ordering: .relaxed)
    }

    /// The exchange in which the question was sent out is over.
    ///
    /// `isAnswered`: whether anything came of it. A question that was lost, or an upstream that is
    /// not up, says nothing; it is looked at again some times. One that was left alone gets questions
    /// again then, and is looked at with the first of them: none is left alone for good.
    func conclude(isAnswered: Bool, at now: Moment) -> Finding {
        let isBack = isBack.load(ordering: .relaxed)
        let next = now.adding(nanoseconds: Self.shortestIntervalNanoseconds)
        nextLook.store(next.nanoseconds, ordering: .relaxed)
        if !isAnswered, !isBack {
            let lost = lostCount.wrappingAdd(1, ordering: .relaxed).oldValue
            if lost < Self.maximumLostCount { return .fine }
            if closed.exchange(false, ordering: .relaxed) { return beginAnew(at: now) }
        }
        lostCount.store(0, ordering: .relaxed)
        isSettled.store(true, ordering: .relaxed)
        guard isBack else {
            pause.store(0, ordering: .relaxed)
            return closed.exchange(false, ordering: .relaxed) ? .recovered : .fine
        }
        let last = pause.load(ordering: .relaxed)
        let length =
            last == 0 ? Self.firstPauseNanoseconds : min(2 * last, Self.longestPauseNanoseconds)
        pause.store(length, ordering: .relaxed)
        nextLook.store(now.adding(nanoseconds: length).nanoseconds, ordering: .relaxed)
        return .loop(pauseNanoseconds: length)
    }

    /// Looks as at the start, but remembers how long it was left alone.
    private func beginAnew(at now: Moment) -> Finding {
        lostCount.store(0, ordering: .relaxed)
        isSettled.store(false, ordering: .relaxed)
        nextLook.store(now.nanoseconds, ordering: .relaxed)
        return .silent
    }
}
