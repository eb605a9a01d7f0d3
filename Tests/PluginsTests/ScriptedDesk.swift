// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Testing
import Wire

/// A desk whose upstreams follow a script, with a clock that moves only while somebody waits.
final class ScriptedDesk: Desk {
    /// What an upstream does.
    enum Act {
        case reply(Message, afterMilliseconds: UInt64 = 10)
        case bytes([UInt8])
        case timeout
        case failure(String)
        /// The question comes back in another case.
        case changedCase
        /// So does that of this reply, over TCP.
        case plainReply(Message)
    }

    /// An exchange that has not ended.
    private struct Open {
        let contest: UInt64
        let tag: Int
        let exchange: Exchange
        /// When it ends and how; nil when it never does.
        let news: (due: Moment, reply: Reply)?
        /// Who learns of it until when, once its question is left.
        var heir: (until: Moment, learn: Contest.Heir)?
    }

    private struct State {
        var now = Moment(nanoseconds: 1_000_000_000)
        var asked: [Exchange] = []
        var began: [Moment] = []
        var random: UInt64 = 0
        var contestCount: UInt64 = 0
        var open: [Open] = []
        var detached: [@Sendable (any Desk) async -> Void] = []

        mutating func nextContest() -> UInt64 {
            contestCount += 1
            return contestCount
        }
    }

    private let state = Mutex(State())
    private let script: @Sendable (Exchange, Int) -> Act
    private let takesWork: Bool

    /// `script` is given each exchange and how many came before it; `takesWork`: whether there is a
    /// place for work that no client waits for.
    init(takesWork: Bool = false, _ script: @escaping @Sendable (Exchange, Int) -> Act) {
        self.takesWork = takesWork
        self.script = script
    }

    /// The exchanges so far.
    var asked: [Exchange] { state.withLock { $0.asked } }

    /// The exchanges so far as `TRANSPORT ADDRESS`.
    var calls: [String] { asked.map { "\($0.transport.name) \($0.upstream.address)" } }

    var now: Moment { state.withLock { $0.now } }

    func advance(milliseconds: UInt64) { advance(to: now.adding(milliseconds: milliseconds)) }

    /// When each exchange began, in milliseconds of the clock, which starts at 1,000.
    var began: [UInt64] { state.withLock { $0.began.map { $0.nanoseconds / 1_000_000 } } }

    /// How many exchanges are open.
    var openCount: Int { state.withLock { $0.open.count } }

    func randomBits() -> UInt64 {
        state.withLock { state in
            state.random &+= 1
            return state.random
        }
    }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        LookupResult(code: .serverFailure)
    }

    func begin(_ exchange: Exchange, tag: Int, in contest: inout Contest) {
        if contest.number == 0 { contest.number = state.withLock { $0.nextContest() } }
        let (count, now) = state.withLock { state in
            state.asked.append(exchange)
            state.began.append(state.now)
            return (state.asked.count - 1, state.now)
        }
        var news: (due: Moment, reply: Reply)?
        switch script(exchange, count) {
        case .reply(let message, let milliseconds):
            let reply = (try? message.encoded()).map { Reply.message($0) } ?? .failure("no message")
            news = (now.adding(milliseconds: milliseconds), reply)
        case .plainReply(let message):
            let reply = (try? message.encoded()).map { Reply.plainMessage($0) }
            news = (now.adding(milliseconds: 10), reply ?? .failure("no message"))
        case .bytes(let bytes): news = (now, .message(bytes))
        case .timeout: break
        case .failure(let text): news = (now, .failure(text))
        case .changedCase: news = (now.adding(milliseconds: 10), .changedCase)
        }
        let open = Open(contest: contest.number, tag: tag, exchange: exchange, news: news)
        state.withLock { $0.open.append(open) }
    }

    func news(of contest: Contest, until moment: Moment) async -> Contest.News? {
        let next: (due: Moment, index: Int)? = state.withLock { state in
            let places = state.open.indices.filter {
                state.open[$0].contest == contest.number && state.open[$0].heir == nil
            }
            return places.compactMap { place in state.open[place].news.map { ($0.due, place) } }
                .min { $0.0 < $1.0 }
        }
        guard let next, next.due <= moment else {
            advance(to: moment)
            return nil
        }
        let ended = state.withLock { $0.open.remove(at: next.index) }
        advance(to: next.due)
        return ended.news.map { Contest.News(tag: ended.tag, reply: $0.reply) }
    }

    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {
        state.withLock { state in
            if heir == nil { state.open.removeAll { $0.contest == contest.number } }
            for index in state.open.indices where state.open[index].contest == contest.number {
                state.open[index].heir = heir.map { (moment, $0) }
            }
        }
        advance(to: now)
    }

    /// Moves the clock on, and tells heirs what has happened by then.
    private func advance(to moment: Moment) {
        while true {
            let next: (Moment, Int)? = state.withLock { state in
                state.open.indices.compactMap { index in
                    guard let heir = state.open[index].heir else { return nil }
                    return (min(heir.until, state.open[index].news?.due ?? heir.until), index)
                }.min { $0.0 < $1.0 }
            }
            guard let next, next.0 <= moment else { break }
            let ended = state.withLock { state in
                state.now = max(state.now, next.0)
                return state.open.remove(at: next.1)
            }
            let isLate = (ended.news?.due ?? Moment(nanoseconds: .max)) > next.0
            let reply = isLate ? Reply.timeout : ended.news?.reply ?? .timeout
            ended.heir?.learn(Contest.News(tag: ended.tag, reply: reply), next.0)
        }
        state.withLock { $0.now = max($0.now, moment) }
    }

    func sleep(until moment: Moment, orRungBy bell: Bell) async { advance(to: moment) }

    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool {
        if takesWork { state.withLock { $0.detached.append(work) } }
        return takesWork
    }

    /// Does the work that no client waits for.
    func runDetached() async {
        let works = state.withLock { state in
            defer { state.detached = [] }
            return state.detached
        }
        for work in works { await work(self) }
    }
}

extension Exchange {
    /// A reply to this exchange's question, with `addresses` for its name.
    func reply(
        _ code: ResponseCode = .noError,
        _ addresses: [String] = [],
        flags: Flags = [.recursionAvailable],
        afterMilliseconds milliseconds: UInt64 = 10,
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
        return .reply(reply, afterMilliseconds: milliseconds)
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
    let outcome = await serve(waiting, with: plugin, into: &answer, desk)
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

/// Has a plugin begin what a query waits for, and goes on with that as far as it is needed, as a
/// server does.
private func serve(
    _ waiting: WaitingQuery,
    with plugin: some Answerer,
    into answer: inout Answer,
    _ desk: ScriptedDesk
) async -> Outcome {
    guard let begun = plugin.begin(waiting, finding: answer, desk: desk) else {
        return await plugin.resume(waiting, into: &answer, desk: desk)
    }
    if begun.contest.number != 0 {
        let until = min(begun.until, waiting.deadline)
        let news = await desk.news(of: begun.contest, until: until)
        if begun.course.end(with: news, into: &answer, desk: desk) { return .done }
    }
    return await begun.course.goOn(into: &answer, desk: desk)
}

/// Something that is not so at first.
final class Flag: Sendable {
    private let isSet = Mutex(false)

    var value: Bool { isSet.withLock { $0 } }

    func set() { isSet.withLock { $0 = true } }
}
