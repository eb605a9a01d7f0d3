// SPDX-License-Identifier: Apache-2.0

/// How often each kind of fault has happened.
package struct FaultCounts: Hashable, Sendable, CustomStringConvertible {
    /// Messages that never arrived, of clients and of upstreams.
    package var lost = 0
    /// Messages that arrived more than once.
    package var duplicated = 0
    /// Datagrams that arrived after one that was sent later.
    package var reordered = 0
    /// Messages that took much longer than others.
    package var delayed = 0
    /// Readings of a connection that ended in the middle of a message.
    package var split = 0
    /// Jumps of the server's clock.
    package var jumps = 0
    /// Readings of a file that was being written.
    package var torn = 0
    /// Changes of a file that nothing may come of: texts that are wrong.
    package var wrong = 0
    /// Replies of somebody who was not asked.
    package var forged = 0
    /// Upstreams that refused, failed or sent nonsense.
    package var failed = 0

    package init() {}

    /// Every kind with its name, in the order of the report.
    package var all: [(name: String, count: Int)] {
        [
            ("lost", lost), ("duplicated", duplicated), ("reordered", reordered),
            ("delayed", delayed), ("split reads", split), ("clock jumps", jumps),
            ("torn reads", torn), ("wrong files", wrong), ("forged replies", forged),
            ("failed upstreams", failed),
        ]
    }

    package var description: String {
        all.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }

    package static func += (sum: inout FaultCounts, other: FaultCounts) {
        sum.lost += other.lost
        sum.duplicated += other.duplicated
        sum.reordered += other.reordered
        sum.delayed += other.delayed
        sum.split += other.split
        sum.jumps += other.jumps
        sum.torn += other.torn
        sum.wrong += other.wrong
        sum.forged += other.forged
        sum.failed += other.failed
    }
}
