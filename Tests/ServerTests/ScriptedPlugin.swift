// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// A plugin that does what a test tells it.
struct ScriptedPlugin: Answerer, MemoryPrefetcher, Finisher, Observer {
    static let manual = Manual(name: "scripted", summary: "does as told", example: "scripted")

    typealias Prefetching = @Sendable (Span<UInt8>) -> Void
    typealias Answering = @Sendable (borrowing Query, inout Answer) -> Outcome
    typealias Starting = @Sendable (WaitingQuery, any Desk) -> Beginning?
    typealias Resuming = @Sendable (WaitingQuery, inout Answer, any Desk) async -> Outcome
    typealias Finishing = @Sendable (borrowing Query, inout Answer) -> Void
    typealias Sent = @Sendable (borrowing Query, borrowing SentReport) -> Void

    let prefetching: Prefetching
    let answering: Answering
    let starting: Starting
    let resuming: Resuming
    let finishing: Finishing
    let sent: Sent
    /// Whether its waiting queries give way.
    var givesWay = false

    init(
        prefetching: @escaping Prefetching = { _ in },
        answering: @escaping Answering = { _, _ in .wait },
        starting: @escaping Starting = { _, _ in nil },
        resuming: @escaping Resuming = { _, _, _ in .pass },
        finishing: @escaping Finishing = { _, _ in },
        sent: @escaping Sent = { _, _ in }
    ) {
        self.prefetching = prefetching
        self.answering = answering
        self.starting = starting
        self.resuming = resuming
        self.finishing = finishing
        self.sent = sent
    }

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) { self.init() }

    func prefetchMemory(for message: Span<UInt8>) { prefetching(message) }

    func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        answering(query, &answer)
    }

    func begin(
        _ waiting: WaitingQuery,
        finding found: borrowing Answer,
        desk: any Desk
    ) -> Beginning? { starting(waiting, desk) }

    func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        await resuming(waiting, &answer, desk)
    }

    func finish(_ query: borrowing Query, _ answer: inout Answer) { finishing(query, &answer) }

    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) { sent(query, report) }

    /// Answers every name with one address.
    static func address(_ last: UInt8) -> ScriptedPlugin {
        ScriptedPlugin(answering: { _, answer in
            answer.append(.answer, .question, IPAddress(v4: 0xC000_0200 | UInt32(last)), ttl: 5)
            return .done
        })
    }

    /// Asks an upstream the client's own question, and hands on what it answers.
    static func forwarding(
        to upstream: Endpoint = Endpoint(IPAddress(v4: 0xC000_0235), port: 53),
        over transport: Transport = .udp,
        waitMilliseconds: UInt64 = 1_000,
        mixesCase: Bool = false,
        on terms: ConnectionTerms? = nil,
        termsByName: [String: ConnectionTerms] = [:]
    ) -> ScriptedPlugin {
        ScriptedPlugin(resuming: { waiting, answer, desk in
            let exchange = Exchange(
                upstream: upstream,
                transport: transport,
                message: waiting.message,
                deadline: desk.now.adding(milliseconds: waitMilliseconds),
                mixesCase: mixesCase,
                terms: termsByName["\(waiting.query.question.name)"] ?? terms
            )
            switch await desk.ask(exchange) {
            case .message(let bytes), .plainMessage(let bytes):
                guard let message = try? Message(parsing: bytes.span) else { return .pass }
                answer.code = message.code
                for record in message.answers { answer.append(.answer, record) }
            case .timeout:
                answer.code = .serverFailure
                answer.extendedError = ExtendedError(.noReachableAuthority, "timeout")
            case .changedCase: answer.code = .formatError
            case .failure(let text):
                answer.code = .serverFailure
                answer.extendedError = ExtendedError(.networkError, text)
            }
            return .done
        })
    }
}
