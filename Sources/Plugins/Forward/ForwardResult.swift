// SPDX-License-Identifier: Apache-2.0

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
