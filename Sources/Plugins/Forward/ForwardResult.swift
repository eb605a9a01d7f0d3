// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What came of asking upstreams, for all who ask the same.
///
/// `Forward.relay` says what of it a client is told.
enum ForwardResult: Sendable {
    /// Why nobody answered, for the log and for the client.
    struct Failure: Hashable, Sendable {
        let text: String
        let code: ExtendedErrorCode
    }

    /// `missing`: why the whole of a reply that was cut did not come; nil for a whole one.
    case reply(RelayedReply, missing: Failure? = nil)
    /// Nobody was asked, because too many are being asked already.
    case refused(String)
    /// Nobody was asked, because of all who ask too much this client asks most: why.
    case surplus(String)
    /// Nobody answered.
    case failed(Failure)

    static func failed(_ text: String, _ code: ExtendedErrorCode) -> ForwardResult {
        .failed(Failure(text: text, code: code))
    }

    /// Has a reply kept, its times to live brought within bounds, or that there was none.
    ///
    /// `began`: since when upstreams were asked.
    mutating func keep(
        in kept: some AnswerKeeping,
        _ waiting: WaitingQuery,
        as key: CacheKey,
        since began: Moment,
        at now: Moment
    ) {
        if case .failed(let failure) = self {
            // Upstreams that had little time have not failed.
            let taken = now.nanoseconds(since: began)
            guard now < waiting.deadline || taken >= Asking.patienceNanoseconds else { return }
            return kept.keepFailure(waiting.query, failure.text, as: key, at: now)
        }
        guard case .reply = self else { return }
        // Held once, so that it is changed where it lies.
        var result = ForwardResult.refused("")
        swap(&result, &self)
        guard case .reply(var reply, let missing) = consume result else { return }
        kept.keep(&reply, waiting.query, as: key, at: now)
        self = .reply(consume reply, missing: missing)
    }

    /// Why this client cannot be told what there is; nil where it can.
    ///
    /// A part is nothing to whoever came over TCP, as nobody could ask for the rest.
    func missing(for query: borrowing Query) -> Failure? {
        guard query.transport == .tcp, case .reply(_, let missing) = self else { return nil }
        return missing
    }
}
