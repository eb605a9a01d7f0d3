// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Synchronization
import Wire

/// A desk that finds one thing, whatever is looked up.
final class LookupDesk: Desk {
    private let result: LookupResult
    private let questions = Mutex<[Question]>([])

    init(_ result: LookupResult) { self.result = result }

    /// What was looked up so far.
    var asked: [Question] { questions.withLock { $0 } }

    let now = Moment(nanoseconds: 1_000_000_000)

    func randomBits() -> UInt64 { 7 }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        questions.withLock { $0.append(question) }
        return result
    }

    func begin(_ exchange: Exchange, tag: Int, in contest: inout Contest) {}

    func news(of contest: Contest, until moment: Moment) async -> Contest.News? { nil }

    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {}

    func sleep(until moment: Moment, orRungBy bell: Bell) async {}

    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool { false }
}

extension Served {
    /// What a question gets that may have to wait.
    func resolve(
        _ name: String,
        _ type: RecordType,
        _ desk: any Desk
    ) async throws -> Reading {
        let plugin = try plugin()
        let query = try PluginsTests.query(name, type)
        var answer = Answer(counting: Metrics.Registry().cells(forWorker: 0))
        let waiting = WaitingQuery(
            query: query,
            message: [],
            deadline: desk.now.adding(milliseconds: 5_000)
        )
        var outcome = plugin.answer(waiting.query, into: &answer)
        if outcome == .wait {
            outcome = await plugin.resume(waiting, into: &answer, desk: desk)
        }
        return Reading(outcome, waiting.query, answer)
    }
}
