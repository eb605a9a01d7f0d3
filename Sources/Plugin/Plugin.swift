// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Wire

/// A feature of the server: it reads its part of the Corefile, then takes part in every query.
///
/// A plugin never throws on the packet path: failing is an answer. It is a value with constants;
/// what changes (a zone, a cluster) is a snapshot, replaced by making the plugin anew.
package protocol Plugin: Sendable {
    /// Name, options, example and metrics: what help, docs and tests read.
    static var manual: Manual { get }

    /// Reads every stanza of this plugin in one server block, in the order of the file.
    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError)

    /// Answers a query from memory, passes it on, or says that it must wait.
    func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome

    /// Goes on with a query for which `answer` said `.wait`; never says `.wait` again.
    func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome

    /// Has a last look at an answer, on the way back through the chain; it may change it.
    func finish(_ query: borrowing Query, _ answer: inout Answer)

    /// Learns what was sent, for logs and counters; 0 bytes when nothing was.
    ///
    /// `cells`: where the worker that served the query counts.
    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    )
}

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
    /// From the query's arrival to the answer, in nanoseconds.
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

extension Plugin {
    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome { .pass }

    package func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome { .pass }

    package func finish(_ query: borrowing Query, _ answer: inout Answer) {}

    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {}
}
