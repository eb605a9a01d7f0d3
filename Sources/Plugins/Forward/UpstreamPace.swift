// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// How many questions a second an upstream is asked at most, and by whom.
///
/// While it answers, nothing is counted. Once questions get lost although others are answered, what
/// it answers in a while is taken for what it can bear, and a little less is asked from then on, now
/// and then a little more. The questions of a client are refused the earlier, the more of all
/// questions are its own: so whoever floods is the first to feel it, and the others are asked for.
final class UpstreamPace: Sendable {
    /// What is to be done with a question.
    enum Admission: Equatable {
        case now
        /// It has to wait for its turn.
        case at(Moment)
        case refused
    }

    // Relaxed, because it only tells whether it is worth locking.
    private let isWatching = Atomic<Bool>(false)
    private let state = Mutex(PaceBook())

    init() {}

    /// The questions a second that it is asked at most, as they were learnt; nil while there is no
    /// need of a limit.
    var learntRate: Double? { state.withLock { $0.learntRate } }

    /// Whether a client's question may be sent.
    ///
    /// `maximumRate`: the limit of the Corefile in questions a second; 0 for none. `seed`: random
    /// bits that no client knows. `goesFirst`: whether it is asked for a name that is served here.
    func admit(
        _ client: IPAddress,
        at now: Moment,
        maximumRate: Int,
        goesFirst: Bool = false,
        seed: UInt64
    ) -> Admission {
        guard maximumRate > 0 || isWatching.load(ordering: .relaxed) else { return .now }
        return change {
            $0.admit(
                client,
                at: now,
                maximumRate: maximumRate,
                goesFirst: goesFirst,
                seed: seed
            )
        }
    }

    /// A reply came.
    func noteReply(at now: Moment) {
        guard isWatching.load(ordering: .relaxed) else { return }
        change { $0.noteReply(at: now) }
    }

    /// No reply came to what was asked at `began`, although the upstream replied to others.
    func noteLoss(began: Moment, at now: Moment) { change { $0.noteLoss(began: began, at: now) } }

    private func change<Result: Sendable>(_ body: (inout PaceBook) -> Result) -> Result {
        state.withLock { book in
            let result = body(&book)
            if book.isWatching != isWatching.load(ordering: .relaxed) {
                isWatching.store(book.isWatching, ordering: .relaxed)
            }
            return result
        }
    }
}
