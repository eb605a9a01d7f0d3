// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// Queries over UDP that were answered with one address each, counted together.
package struct QueryTally: Hashable, Sendable {
    /// The most bytes of such a query or answer.
    package static let maximumByteCount: UInt64 = 200

    /// How many asked for each type over each version of IP.
    package var aOverIPv4: UInt64 = 0
    package var aaaaOverIPv4: UInt64 = 0
    package var aOverIPv6: UInt64 = 0
    package var aaaaOverIPv6: UInt64 = 0
    /// How many wanted signatures (DO).
    package var signatures: UInt64 = 0
    /// The bytes of all queries, and how many of them had more than 100.
    package var queryBytes: UInt64 = 0
    package var queriesOver100: UInt64 = 0
    /// The bytes of all answers, and how many of them had more than 100.
    package var answerBytes: UInt64 = 0
    package var answersOver100: UInt64 = 0

    package init() {}

    /// The number of queries, each of which was answered.
    package var count: UInt64 { aOverIPv4 &+ aaaaOverIPv4 &+ aOverIPv6 &+ aaaaOverIPv6 }
}

/// An observer for which it is enough to learn now and then how many queries there were.
package protocol Tallier: Observer {
    /// Learns of queries that were answered without a worker.
    ///
    /// `place`: where in the chain stands who would have answered. `zone`: as `Query.zonePlace`.
    /// `local`: where they were sent to.
    func count(
        _ tally: QueryTally,
        answeredBy place: Int,
        zone: Int,
        local: IPAddress,
        in cells: SharedCells
    )
}
