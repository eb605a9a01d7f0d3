// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Testing
import Wire

/// A desk whose upstreams follow a script, with a clock that only they move.
final class ScriptedDesk: Desk {
    /// What an upstream does.
    enum Act {
        case reply(Message, afterMilliseconds: UInt64 = 10)
        case bytes([UInt8])
        case timeout
        case failure(String)
    }

    private struct State {
        var now = Moment(nanoseconds: 1_000_000_000)
        var asked: [Exchange] = []
        var random: UInt64 = 0
    }

    private let state = Mutex(State())
    private let script: @Sendable (Exchange, Int) -> Act

    /// `script` is given each exchange and how many came before it.
    init(_ script: @escaping @Sendable (Exchange, Int) -> Act) { self.script = script }

    /// The exchanges so far.
    var asked: [Exchange] { state.withLock { $0.asked } }

    /// The exchanges so far as `TRANSPORT ADDRESS`.
    var calls: [String] { asked.map { "\($0.transport.name) \($0.upstream.address)" } }

    var now: Moment { state.withLock { $0.now } }

    func advance(milliseconds: UInt64) {
        state.withLock { $0.now = $0.now.adding(milliseconds: milliseconds) }
    }

    func randomBits() -> UInt64 {
        state.withLock { state in
            state.random &+= 1
            return state.random
        }
    }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        LookupResult(code: .serverFailure)
    }

    func ask(_ exchange: Exchange) async -> Reply {
        let count = state.withLock { state in
            state.asked.append(exchange)
            return state.asked.count - 1
        }
        switch script(exchange, count) {
        case .reply(let message, let milliseconds):
            advance(milliseconds: milliseconds)
            return (try? message.encoded()).map { .message($0) } ?? .failure("no message")
        case .bytes(let bytes): return .message(bytes)
        case .timeout:
            state.withLock { $0.now = max($0.now, exchange.deadline) }
            return .timeout
        case .failure(let text): return .failure(text)
        }
    }

    func sleep(until moment: Moment) async {}
}

extension Exchange {
    /// A reply to this exchange's question, with `addresses` for its name.
    func reply(
        _ code: ResponseCode = .noError,
        _ addresses: [String] = [],
        flags: Flags = [.recursionAvailable],
        change: (inout Message) -> Void = { _ in }
    ) -> ScriptedDesk.Act {
        guard let asked = try? Message(parsing: message.span) else {
            return .failure("no question")
        }
        var header = asked.header
        header.flags.formUnion(flags.union(.response))
        header.flags.code = UInt8(code.rawValue & 15)
        var reply = Message(header: header)
        reply.questions = asked.questions
        for text in addresses {
            guard let address = IPAddress(text), let question = asked.questions.first else {
                return .failure("no address")
            }
            reply.answers.append(
                Record(
                    owner: question.name,
                    type: address.family == .v4 ? .a : .aaaa,
                    ttl: 60,
                    data: (0..<address.byteCount).map { address.byte(at: $0) }
                )
            )
        }
        change(&reply)
        return .reply(reply)
    }
}

/// What a plugin made of a waiting query.
struct Resumed: Equatable {
    var answered: Answered
    var failure: String
    var extendedError: ExtendedError?
    var flags: [String]

    var code: ResponseCode { answered.code }
    var answers: [String] { answered.answers }
}

/// The message that a client would send for `query`.
func message(of query: borrowing Query, options: [UInt8]? = nil) throws -> [UInt8] {
    var message = Message(header: query.header)
    message.questions = [query.question]
    if let client = query.options {
        message.additionals = [
            Record(
                owner: .root,
                type: .opt,
                recordClass: RecordClass(rawValue: client.udpByteCount),
                ttl: client.wantsSignatures ? 0x8000 : 0,
                data: options ?? []
            )
        ]
    }
    return try message.encoded()
}

/// Asks one plugin that must wait, as a chain does.
func resume(
    _ plugin: some Answerer,
    _ query: consuming Query,
    _ desk: ScriptedDesk,
    message bytes: [UInt8]? = nil,
    cells: WorkerCells = Registry().cells(forWorker: 0)
) async throws -> Resumed {
    let bytes = try bytes ?? message(of: query)
    let waiting = WaitingQuery(
        query: query,
        message: bytes,
        deadline: desk.now.adding(milliseconds: 5_000)
    )
    var answer = Answer(counting: cells)
    let outcome = await plugin.resume(waiting, into: &answer, desk: desk)
    (plugin as? any Finisher)?.finish(waiting.query, &answer)
    var flags: [String] = []
    if answer.isAuthoritative { flags.append("aa") }
    if answer.isTruncated { flags.append("tc") }
    if answer.isRecursionAvailable { flags.append("ra") }
    if answer.isAuthenticData { flags.append("ad") }
    return Resumed(
        answered: Answered(outcome, waiting.query, answer),
        failure: answer.failure,
        extendedError: answer.extendedError,
        flags: flags
    )
}
