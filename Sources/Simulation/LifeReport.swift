// SPDX-License-Identifier: Apache-2.0

/// How a life went.
package struct LifeReport: Sendable, CustomStringConvertible {
    package let seed: UInt64
    /// The messages that reached the server.
    package let queryCount: Int
    package let answerCount: Int
    /// The configurations that were published after the first one.
    package let publishCount: Int
    /// A hash of everything that happened.
    package let hash: UInt64
    /// What was wrong; nil when nothing was.
    package let failure: String?

    package var description: String {
        failure
            ?? "seed \(seed): \(queryCount) queries, \(answerCount) answers, "
            + "\(publishCount) reloads, hash \(String(hash, radix: 16))"
    }
}
