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
}

extension ForwardResult {
    /// Whether it can be told to a client: a part is nothing to whoever came over TCP, as nobody
    /// could ask for the rest.
    func suits(_ query: borrowing Query) -> Bool {
        guard case .reply(let reply) = self else { return true }
        return query.transport == .udp || !reply.flags.contains(.truncated)
    }
}
