// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Wire

/// A feature of the server: it reads its part of the Corefile, and may then take part in queries.
///
/// It is a value with constants; what changes (a zone, a cluster) is a snapshot, replaced by making
/// the plugin anew. What it does with a query is told by its other protocols: an `Answerer`
/// answers, a `Finisher` has a last look, an `Observer` counts, a `MemoryPrefetcher` says early where
/// answers lie. A query meets those who have something to do with it, and nobody else.
package protocol Plugin: Sendable {
    /// Name, options, example and metrics: what help, docs and tests read.
    static var manual: Manual { get }

    /// Reads every stanza of this plugin in one server block, in the order of the file.
    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError)
}

/// A plugin that answers queries.
///
/// It never throws on the packet path: failing is an answer.
package protocol Answerer: Plugin {
    /// Whether queries that wait for it give way to those of names that are served here, when more
    /// wait than there is room for; by default they do not.
    var givesWay: Bool { get }

    /// Answers a query from memory, passes it on, or says that it must wait.
    func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome

    /// Answers at once a query for which `answer` said `.wait`, and for which there is no place to
    /// wait; false, the default, where it cannot.
    func answerWithoutWaiting(_ query: borrowing Query, into answer: inout Answer) -> Bool

    /// Begins what a query waits for, for which `answer` said `.wait`; nil leaves all to `resume`.
    ///
    /// `found`: the answer as `answer` left it.
    func begin(
        _ waiting: WaitingQuery,
        finding found: borrowing Answer,
        desk: any Desk
    ) -> Beginning?

    /// Goes on with a query for which `answer` said `.wait`; never says `.wait` again.
    func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome
}

extension Answerer {
    package var givesWay: Bool { false }

    package func answerWithoutWaiting(
        _ query: borrowing Query,
        into answer: inout Answer
    ) -> Bool { false }

    package func begin(
        _ waiting: WaitingQuery,
        finding found: borrowing Answer,
        desk: any Desk
    ) -> Beginning? { nil }

    package func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome { .pass }
}

/// A plugin that has a last look at each answer on the way back through the chain.
package protocol Finisher: Plugin {
    /// Whether it has nothing to do with an answer that is one address and went well.
    ///
    /// Then the kernel may give such answers without it; by default it may not.
    var sparesSoleAddresses: Bool { get }

    /// Looks at an answer that this plugin or a later one gave; it may change it.
    func finish(_ query: borrowing Query, _ answer: inout Answer)
}

extension Finisher {
    package var sparesSoleAddresses: Bool { false }
}

/// A plugin that learns what was sent, for logs and counters.
package protocol Observer: Plugin {
    /// Learns what was sent for a query of its chain; 0 bytes when nothing was.
    ///
    /// `cells`: where the worker that served the query counts.
    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    )
}
