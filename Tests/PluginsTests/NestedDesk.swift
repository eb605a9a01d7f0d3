// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Synchronization
import Wire

/// A desk that lets a second query come while the first one waits for its upstream.
final class NestedDesk: Desk {
    private let plugin: Forward
    private let query: Query
    private let message: [UInt8]
    private let cells: WorkerCells
    private let found = Mutex<Resumed?>(nil)
    private let upstream = ScriptedDesk { exchange, _ in exchange.reply() }

    init(plugin: Forward, query: consuming Query, message: [UInt8], cells: WorkerCells) {
        self.plugin = plugin
        self.query = query
        self.message = message
        self.cells = cells
    }

    /// What became of the second query.
    var inner: Resumed? { found.withLock { $0 } }

    var now: Moment { upstream.now }

    func randomBits() -> UInt64 { 7 }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        LookupResult(code: .serverFailure)
    }

    func sleep(until moment: Moment, orRungBy bell: Bell) async {}

    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool { false }

    func begin(_ exchange: Exchange, tag: Int, in contest: inout Contest) {
        upstream.begin(exchange, tag: tag, in: &contest)
    }

    func news(of contest: Contest, until moment: Moment) async -> Contest.News? {
        let second = try? await PluginsTests.resume(
            plugin,
            query.copied(),
            ScriptedDesk { exchange, _ in exchange.reply() },
            message: message,
            cells: cells
        )
        found.withLock { $0 = second }
        return await upstream.news(of: contest, until: moment)
    }

    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {
        upstream.leave(contest, until: moment, to: heir)
    }

    /// Sends the first query, and tells its code.
    func resume() async throws -> ResponseCode {
        // What is the same as the other would share its exchange.
        var query = query.copied()
        query.type = .txt
        let waiting = WaitingQuery(
            query: query,
            message: message,
            deadline: now.adding(milliseconds: 5_000)
        )
        var answer = Answer(counting: cells)
        _ = await plugin.resume(waiting, into: &answer, desk: self)
        return answer.code
    }
}
