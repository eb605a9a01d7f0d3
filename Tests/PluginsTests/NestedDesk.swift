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

    init(plugin: Forward, query: consuming Query, message: [UInt8], cells: WorkerCells) {
        self.plugin = plugin
        self.query = query
        self.message = message
        self.cells = cells
    }

    /// What became of the second query.
    var inner: Resumed? { found.withLock { $0 } }

    let now = Moment(nanoseconds: 1_000_000_000)

    func randomBits() -> UInt64 { 7 }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        LookupResult(code: .serverFailure)
    }

    func sleep(until moment: Moment) async {}

    func ask(_ exchange: Exchange) async -> Reply {
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }
        let second = try? await PluginsTests.resume(
            plugin,
            query.copied(),
            desk,
            message: message,
            cells: cells
        )
        found.withLock { $0 = second }
        return await desk.ask(exchange)
    }

    /// Sends the first query, and tells its code.
    func resume() async throws -> ResponseCode {
        let waiting = WaitingQuery(
            query: query.copied(),
            message: message,
            deadline: now.adding(milliseconds: 5_000)
        )
        var answer = Answer(counting: cells)
        _ = await plugin.resume(waiting, into: &answer, desk: self)
        return answer.code
    }
}
