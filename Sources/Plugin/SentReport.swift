// SPDX-License-Identifier: Apache-2.0

import Wire

/// What was sent for a query.
package struct SentReport: Sendable {
    package var code: ResponseCode
    /// The flags of the message sent.
    package var flags: Flags
    /// Whether the answer section held a record.
    package var hasAnswers: Bool
    /// The length of the message in bytes; 0 when nothing was sent.
    package var byteCount: Int
    /// The place in the chain of the plugin that took the query; -1 when none did.
    package var answeringPlugin: Int
    /// From the query's arrival to the answer, or to one of the seven given before it in the same
    /// batch, in nanoseconds.
    package var durationNanoseconds: UInt64

    package init(
        code: ResponseCode,
        flags: Flags,
        hasAnswers: Bool,
        byteCount: Int,
        answeringPlugin: Int,
        durationNanoseconds: UInt64
    ) {
        self.code = code
        self.flags = flags
        self.hasAnswers = hasAnswers
        self.byteCount = byteCount
        self.answeringPlugin = answeringPlugin
        self.durationNanoseconds = durationNanoseconds
    }
}
