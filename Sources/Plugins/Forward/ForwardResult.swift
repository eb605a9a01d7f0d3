// SPDX-License-Identifier: Apache-2.0

import Wire

/// What came of asking upstreams.
enum ForwardResult: Sendable {
    case reply(RelayedReply)
    /// Nobody was asked, because too many are being asked already.
    case refused(String)
    /// Nobody answered: why, for the log and for the client.
    case failed(String, ExtendedErrorCode)
}
