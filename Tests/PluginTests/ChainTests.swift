// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Synchronization
import Testing
import Wire

/// What happened to the plugins of one chain, in its order.
private final class Diary: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}

/// A plugin that does as it was told, and writes down what it was asked.
private struct Actor: Answerer, Finisher, Observer {
    static let manual = Manual(name: "actor", summary: "does as it was told", example: "actor")

    let name: String
    let outcome: Outcome
    var resumed = Outcome.done
    let diary: Diary

    init(_ name: String, _ outcome: Outcome, resumed: Outcome = .done, _ diary: Diary) {
        self.name = name
        self.outcome = outcome
        self.resumed = resumed
        self.diary = diary
    }

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        self.init("", .pass, Diary())
    }

    func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        diary.add("\(name) answers")
        return outcome
    }

    func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        diary.add("\(name) resumes")
        return resumed
    }

    func finish(_ query: borrowing Query, _ answer: inout Answer) {
        diary.add("\(name) finishes \(answer.code) \(answer.answeringPlugin)")
    }

    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) { diary.add("\(name) sent \(report.byteCount)") }
}

/// A desk where nothing can be had.
private struct ClosedDesk: Desk {
    var now: Moment { Moment(nanoseconds: 0) }

    func randomBits() -> UInt64 { 4 }

    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        LookupResult(code: .serverFailure)
    }

    func begin(_ exchange: Exchange, tag: Int, in contest: inout Contest) {}

    func news(of contest: Contest, until moment: Moment) async -> Contest.News? { nil }

    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {}

    func sleep(until moment: Moment, orRungBy bell: Bell) async {}

    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool { false }
}

@Suite struct ChainTests {
    private let diary = Diary()

    private func actor(_ name: String, _ outcome: Outcome, resumed: Outcome = .done) -> Actor {
        Actor(name, outcome, resumed: resumed, diary)
    }

    private func ask(
        _ plugins: [Actor]
    ) throws -> (outcome: Outcome, place: Int, code: ResponseCode) {
        var answer = Answer.empty()
        var place = -1
        let outcome = Chain(plugins).answer(
            try Query.asking("a."),
            into: &answer,
            waitingPlugin: &place
        )
        return (outcome, place, answer.code)
    }

    private func resume(
        _ plugins: [Actor],
        at place: Int
    ) async throws -> (outcome: Outcome, code: ResponseCode, failure: String) {
        var answer = Answer.empty()
        let waiting = WaitingQuery(
            query: try Query.asking("a."),
            message: [],
            deadline: Moment(nanoseconds: 0)
        )
        let outcome = await Chain(plugins).resume(
            waiting,
            at: place,
            into: &answer,
            desk: ClosedDesk()
        )
        return (outcome, answer.code, answer.failure)
    }

    @Test func asksInOrderAndFinishesInTheOther() throws {
        let result = try ask([actor("a", .pass), actor("b", .done), actor("c", .done)])

        #expect(result.outcome == .done)
        #expect(
            diary.all == [
                "a answers", "b answers", "b finishes NOERROR 1", "a finishes NOERROR 1",
            ]
        )
    }

    @Test func failsWhereEveryPluginPasses() throws {
        let result = try ask([actor("a", .pass), actor("b", .pass)])

        #expect(result.outcome == .done)
        #expect(result.code == .serverFailure)
        #expect(
            diary.all == [
                "a answers", "b answers", "b finishes SERVFAIL -1", "a finishes SERVFAIL -1",
            ]
        )
    }

    @Test func refusesWithoutAnyPlugin() throws {
        #expect(try ask([]).code == .refused)
    }

    @Test func saysWhyToClientsThatSpeakEDNS() throws {
        let query = try Query.asking("a.")
        var answer = Answer.empty()
        var place = -1

        _ = Chain([]).answer(query, into: &answer, waitingPlugin: &place)
        #expect(answer.extendedError?.code == .notAuthoritative)

        answer.removeAll()
        _ = Chain([actor("a", .pass)]).answer(query, into: &answer, waitingPlugin: &place)
        #expect(answer.extendedError?.code == .other)
        #expect(answer.extendedError?.text == answer.failure)
    }

    @Test func letsPluginsFinishWhatIsDropped() throws {
        let result = try ask([actor("a", .pass), actor("b", .drop)])

        #expect(result.outcome == .drop)
        #expect(diary.all.last == "a finishes NOERROR -1")
    }

    @Test func stopsWhereAPluginWaits() throws {
        let result = try ask([actor("a", .pass), actor("b", .wait), actor("c", .done)])

        #expect(result.outcome == .wait)
        #expect(result.place == 1)
        #expect(diary.all == ["a answers", "b answers"])
    }

    @Test func goesOnAtThePluginThatWaited() async throws {
        let plugins = [actor("a", .pass), actor("b", .wait), actor("c", .done)]

        let result = try await resume(plugins, at: 1)

        #expect(result.outcome == .done)
        #expect(
            diary.all == ["b resumes", "b finishes NOERROR 1", "a finishes NOERROR 1"]
        )
    }

    @Test func goesOnBehindAPluginThatWaitedAndThenPassed() async throws {
        let plugins = [
            actor("a", .wait, resumed: .pass), actor("b", .pass), actor("c", .wait),
            actor("d", .done),
        ]

        let result = try await resume(plugins, at: 0)

        #expect(result.outcome == .done)
        #expect(
            diary.all == [
                "a resumes", "b answers", "c answers", "c resumes", "c finishes NOERROR 2",
                "b finishes NOERROR 2", "a finishes NOERROR 2",
            ]
        )
    }

    @Test func failsWhereAllPassAfterWaiting() async throws {
        let result = try await resume([actor("a", .wait, resumed: .pass)], at: 0)

        #expect(result.outcome == .done)
        #expect(result.code == .serverFailure)
    }

    @Test func dropsAfterWaiting() async throws {
        #expect(try await resume([actor("a", .wait, resumed: .drop)], at: 0).outcome == .drop)
    }

    @Test func failsWhereAPluginWaitsTwice() async throws {
        let result = try await resume([actor("a", .wait, resumed: .wait)], at: 0)

        #expect(result.outcome == .done)
        #expect(result.code == .serverFailure)
        #expect(result.failure == "plugin actor wants to wait without end")
    }

    @Test func tellsEveryPluginWhatWasSentFirstPluginLast() throws {
        var answer = Answer.empty()
        let query = try Query.asking("a.")
        let report = answer.report(query, byteCount: 40, durationNanoseconds: 0)
        Chain([actor("a", .pass), actor("b", .pass)]).sent(query, report, counting: answer.cells)
        answer.removeAll()

        #expect(diary.all == ["b sent 40", "a sent 40"])
    }

    @Test func knowsTheNamesOfItsPlugins() {
        #expect(Chain([actor("a", .pass)]).names == ["actor"])
    }
}
