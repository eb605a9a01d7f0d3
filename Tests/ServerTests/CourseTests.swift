// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Testing
import Wire

@testable import Server

/// Queries for which something was begun, and which need a task only where that is not the end.
@Suite struct CourseTests {
    /// Asks one upstream, and takes its first reply for the answer, or goes on in a task.
    private final class Asking: Course {
        private let isEnd: @Sendable (Contest.News?) -> Bool
        private let noted: Noted<String>

        init(_ noted: Noted<String>, _ isEnd: @escaping @Sendable (Contest.News?) -> Bool) {
            self.noted = noted
            self.isEnd = isEnd
        }

        func end(
            with news: Contest.News?,
            into answer: inout Answer,
            desk: any Desk
        ) -> Bool {
            noted.add(news == nil ? "time is over" : "news")
            guard isEnd(news) else { return false }
            answer.append(.answer, .question, IPAddress(v4: 1), ttl: 5)
            return true
        }

        func goOn(into answer: inout Answer, desk: any Desk) async -> Outcome {
            noted.add("task")
            await desk.sleep(until: desk.now.adding(milliseconds: 5))
            answer.append(.answer, .question, IPAddress(v4: 2), ttl: 5)
            return .done
        }
    }

    private let noted = Noted<String>()

    /// The question of a query, as it is sent upstream.
    private static func exchange(for waiting: WaitingQuery) -> Exchange {
        Exchange(
            upstream: Bench.server,
            transport: .udp,
            message: waiting.message,
            deadline: waiting.deadline
        )
    }

    /// `asks`: whether an upstream is asked before the query waits.
    private func bench(
        asks: Bool = true,
        until milliseconds: UInt64 = 100,
        _ isEnd: @escaping @Sendable (Contest.News?) -> Bool = { $0 != nil }
    ) throws -> Bench {
        let noted = noted
        let plugin = ScriptedPlugin(
            starting: { waiting, desk in
                var contest = Contest()
                let exchange = Self.exchange(for: waiting)
                if asks { desk.begin(exchange, tag: 3, in: &contest) }
                return Beginning(
                    of: Asking(noted, isEnd),
                    waitingFor: contest,
                    until: desk.now.adding(milliseconds: milliseconds)
                )
            },
            resuming: { _, _, _ in
                noted.add("resumed")
                return .pass
            },
            finishing: { _, answer in noted.add("finished by \(answer.answeringPlugin)") },
            sent: { _, report in noted.add("sent \(report.byteCount > 0)") }
        )
        return try Bench([("example.", [plugin])])
    }

    private func addresses(_ outputs: Outputs) throws -> [UInt8?] {
        try outputs.messages.map { $0.answers.first?.data.last }
    }

    @Test func endWithTheFirstReplyWithoutATask() throws {
        let bench = try bench()
        #expect(try bench.ask("www.example.", id: 99) == nil)
        let outputs = bench.step()
        let order = try #require(outputs.orders.first)
        #expect(outputs.wakeAt == Moment(nanoseconds: 100_000_000))
        #expect(bench.isWaiting)

        let reply = try Bench.reply(order.exchange.message)
        let ended = bench.step(at: 10, [ExchangeReply(id: order.id, news: .message(reply))])

        #expect(try addresses(ended) == [1])
        #expect(try ended.messages.map(\.header.id) == [99])
        #expect(ended.endedExchanges == [order.id])
        #expect(noted.all == ["news", "finished by 0", "sent true"])
        #expect(!bench.isWaiting)
        #expect(bench.step(at: 2_000).isEmpty)
    }

    @Test func goOnInATaskWhereThatIsNotTheEnd() throws {
        let bench = try bench { _ in false }
        _ = try bench.ask("www.example.")
        let order = try #require(bench.step().orders.first)

        let reply = try Bench.reply(order.exchange.message)
        let none = bench.step(at: 10, [ExchangeReply(id: order.id, news: .message(reply))])
        let ended = bench.step(at: 15)

        #expect(none.late.isEmpty)
        #expect(try addresses(ended) == [2])
        #expect(noted.all == ["news", "task", "finished by 0", "sent true"])
        #expect(!bench.isWaiting)
    }

    @Test func learnThatTheirTimeIsOver() throws {
        let bench = try bench()
        _ = try bench.ask("www.example.")
        bench.step()

        #expect(bench.step(at: 99).isEmpty)
        bench.step(at: 100)
        let ended = bench.step(at: 105)

        #expect(try addresses(ended) == [2])
        #expect(noted.all == ["time is over", "task", "finished by 0", "sent true"])
    }

    @Test func waitNoLongerThanTheirQueryMay() throws {
        let bench = try bench(until: 60_000) { _ in true }
        _ = try bench.ask("www.example.")

        #expect(bench.step().wakeAt == Moment(nanoseconds: 5_000_000_000))
        #expect(try addresses(bench.step(at: 5_000)) == [1])
    }

    @Test func goOnAtOnceWhereThereIsNothingToWaitFor() throws {
        let bench = try bench(asks: false)
        _ = try bench.ask("www.example.")
        bench.step()

        #expect(try addresses(bench.step(at: 5)) == [2])
        #expect(noted.all == ["task", "finished by 0", "sent true"])
    }

    @Test func ignoreForgedReplies() throws {
        let bench = try bench()
        _ = try bench.ask("www.example.")
        let order = try #require(bench.step().orders.first)
        var reply = try Bench.reply(order.exchange.message)
        reply[1] ^= 1

        #expect(bench.step([ExchangeReply(id: order.id, news: .message(reply))]).isEmpty)
        #expect(noted.all.isEmpty)
        #expect(bench.isWaiting)
    }

    @Test func areForgottenWithTheirDesk() throws {
        weak var kept: Noted<String>?
        do {
            let noted = Noted<String>()
            kept = noted
            let plugin = ScriptedPlugin(starting: { waiting, desk in
                var contest = Contest()
                let exchange = Self.exchange(for: waiting)
                desk.begin(exchange, tag: 0, in: &contest)
                let course = Asking(noted) { _ in true }
                return Beginning(of: course, waitingFor: contest, until: waiting.deadline)
            })
            let bench = try Bench([("example.", [plugin])])
            _ = try bench.ask("example.")
            bench.step()
        }

        #expect(kept == nil)
    }
}
