// SPDX-License-Identifier: Apache-2.0

/// How a life went.
package struct LifeReport: Hashable, Sendable, CustomStringConvertible {
    package let seed: UInt64
    /// The messages that reached the server.
    package let queryCount: Int
    package let answerCount: Int
    /// The configurations that were published after the first one.
    package let publishCount: Int
    /// Those among them for which the Corefile was read again.
    package let reloadCount: Int
    package let faults: FaultCounts
    /// A hash of everything that happened.
    package let hash: UInt64
    /// What was wrong; nil when nothing was.
    package let failure: String?

    package var description: String {
        failure
            ?? "seed \(seed): \(queryCount) queries, \(answerCount) answers, "
            + "\(publishCount) configurations, \(reloadCount) reloads; \(faults); "
            + "hash \(String(hash, radix: 16))"
    }
}
