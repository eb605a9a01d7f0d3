// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// Where a waiting query goes on.
struct WaitingPlace: Sendable {
    /// What was served when the query came; it stays alive until the query is answered.
    let configuration: Configuration
    let arrival: Arrival
    let serverBlock: ServerBlock
    /// The place of the plugin in its chain.
    let plugin: Int
}

/// A query that was set aside, and what it may ask: the core's desk, and the configuration that it
/// began with.
final class WaitingDesk: Desk {
    let core: CoreDesk
    let waiting: WaitingQuery
    let place: WaitingPlace
    /// When the client's query is given up: no wait for its sake goes on beyond it.
    let deadline: Moment

    /// `deadline`: unless it is the query's own.
    init(
        _ core: CoreDesk,
        _ waiting: WaitingQuery,
        at place: WaitingPlace,
        until deadline: Moment? = nil
    ) {
        self.core = core
        self.waiting = waiting
        self.place = place
        self.deadline = deadline ?? waiting.deadline
    }

    var now: Moment { core.now }

    func randomBits() -> UInt64 { core.random() }

    func begin(_ exchange: consuming Exchange, tag: Int, in contest: inout Contest) {
        exchange.deadline = min(exchange.deadline, deadline)
        core.begin(exchange, tag: tag, in: &contest)
    }

    func news(of contest: Contest, until moment: Moment) async -> Contest.News? {
        await core.news(of: contest, until: min(moment, deadline))
    }

    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {
        core.leave(contest, until: moment, to: heir)
    }

    func sleep(until moment: Moment, orRungBy bell: Bell) async {
        await core.sleep(until: min(moment, deadline), orRungBy: bell)
    }

    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool {
        core.detach(work, asking: self)
    }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        guard waiting.query.depth < LookupResult.maximumDepth, !waiting.isAsking(question),
            let name = try? QueryName(question.name)
        else { return LookupResult(code: .serverFailure) }
        var query = waiting.query.renamed(name)
        query.type = question.type
        query.recordClass = question.recordClass
        query.depth += 1
        let listener = place.configuration.listeners[place.arrival.listener]
        guard let block = listener.route(&query) else {
            return LookupResult(code: .refused)
        }
        let message = Self.message(question, for: query)
        query.byteCount = message.count
        let next = WaitingQuery(
            query: query,
            message: message,
            deadline: waiting.deadline,
            parent: waiting
        )
        let chain = listener.blocks[block].chain
        var answer = Answer(counting: core.cells)
        var waitingPlugin = -1
        var outcome = chain.answer(next.query, into: &answer, waitingPlugin: &waitingPlugin)
        if outcome == .wait {
            outcome = await chain.resume(next, at: waitingPlugin, into: &answer, desk: self)
        }
        return LookupResult(
            code: answer.code,
            isRecursionAvailable: answer.isRecursionAvailable,
            isTruncated: answer.isTruncated,
            isAnswered: outcome == .done,
            answers: answer.records(in: .answer, question: next.query.name),
            authorities: answer.records(in: .authority, question: next.query.name)
        )
    }

    /// The message that a client would have sent for this question.
    private static func message(_ question: Question, for query: borrowing Query) -> [UInt8] {
        var flags = query.header.flags.intersection(.repeated)
        flags.opcode = .query
        var message = Message(header: Header(id: 0, flags: flags))
        message.questions = [question]
        if let options = query.options {
            message.additionals = [
                Record(
                    owner: .root,
                    type: .opt,
                    recordClass: RecordClass(rawValue: options.udpByteCount),
                    ttl: options.wantsSignatures ? 0x8000 : 0,
                    data: []
                )
            ]
        }
        // One question and OPT always fit.
        return (try? message.encoded()) ?? []
    }
}
