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
        /// It did not come back, as before.
        case fine
    }

    /// How long an upstream is left alone first, in nanoseconds; twice as long each time after.
    static let firstPauseNanoseconds: UInt64 = 30_000_000_000
    static let longestPauseNanoseconds: UInt64 = 600_000_000_000
    /// The shortest time between two looks because so much is being forwarded, in nanoseconds.
    static let shortestIntervalNanoseconds: UInt64 = 10_000_000_000
    /// What `nextLook` is before the first.
    private static let never: UInt64 = 0

    // Relaxed throughout: each number stands for itself.
    private let closed = Atomic<Bool>(false)
    private let isBack = Atomic<Bool>(false)
    /// When it may be looked at again, in nanoseconds of the server's clock.
    private let nextLook = Atomic<UInt64>(LoopState.never)
    private let pause = Atomic<UInt64>(0)

    init() {}

    /// Whether it must not be asked.
    var isClosed: Bool { closed.load(ordering: .relaxed) }

    /// Whether a question is to be sent out; of several queries that ask, one is told so.
    ///
    /// `isEager`: whether to look at an upstream that was never looked at; `isPressed`: whether so
    /// much is being forwarded that it may be a loop.
    func isLookDue(at now: Moment, isEager: Bool, isPressed: Bool) -> Bool {
        let due = nextLook.load(ordering: .relaxed)
        let isFirst = due == Self.never
        guard isFirst ? isEager || isPressed : (isPressed || isClosed) && now.nanoseconds >= due
        else { return false }
        let next = now.adding(nanoseconds: Self.shortestIntervalNanoseconds)
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
    func conclude(at now: Moment) -> Finding {
        guard isBack.load(ordering: .relaxed) else {
            pause.store(0, ordering: .relaxed)
            return closed.exchange(false, ordering: .relaxed) ? .recovered : .fine
        }
        let last = pause.load(ordering: .relaxed)
        let next =
            last == 0 ? Self.firstPauseNanoseconds : min(2 * last, Self.longestPauseNanoseconds)
        pause.store(next, ordering: .relaxed)
        nextLook.store(now.adding(nanoseconds: next).nanoseconds, ordering: .relaxed)
        return .loop(pauseNanoseconds: next)
    }
}
