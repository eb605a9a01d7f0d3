// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What came of asking upstreams.
enum ForwardResult: Sendable {
    case reply(RelayedReply)
    /// Nobody was asked, because too many are being asked already.
    case refused(String)
    /// Nobody was asked, because of all who ask too much this client asks most: why.
    case surplus(String)
    /// Nobody answered: why, for the log and for the client.
    case failed(String, ExtendedErrorCode)

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
        switch self {
        case .reply(var reply):
            // Held once, so that it is changed where it lies.
            self = .refused("")
            kept.keep(&reply, waiting.query, as: key, at: now)
            self = .reply(reply)
        case .failed(let text, _):
            // Upstreams that had little time have not failed.
            let taken = now.nanoseconds(since: began)
            guard now < waiting.deadline || taken >= Asking.patienceNanoseconds else { return }
            kept.keepFailure(waiting.query, text, as: key, at: now)
        case .refused, .surplus: break
        }
    }
}

extension ForwardResult {
    /// Whether it can be told to a client: a part is nothing to whoever came over TCP, as nobody
    /// could ask for the rest.
    func suits(_ query: borrowing Query) -> Bool {
        guard case .reply(let reply) = self else { return true }
        return query.transport == .udp || !reply.flags.contains(.truncated)
    }
}
