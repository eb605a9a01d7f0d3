// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

/// Exchanges that are open side by side for one question.
@Suite struct ContestsTests {
    private static let upstreams = (1...3).map {
        Endpoint(IPAddress(v4: 0xC000_0200 | $0), port: 53)
    }

    /// Begins an exchange with each upstream, and does with them as `body` says.
    private func bench(
        _ body: @escaping @Sendable (inout Contest, inout Answer, any Desk) async -> Void
    ) throws -> Bench {
        let plugin = ScriptedPlugin(resuming: { waiting, answer, desk in
            var contest = Contest()
            for (tag, upstream) in Self.upstreams.enumerated() {
                let exchange = Exchange(
                    upstream: upstream,
                    transport: .udp,
                    message: waiting.message,
                    deadline: waiting.deadline
                )
                desk.begin(exchange, tag: tag, in: &contest)
            }
            await body(&contest, &answer, desk)
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        #expect(try bench.ask("www.example.") == nil)
        return bench
    }

    private func news(_ order: ExchangeOrder) throws -> ExchangeReply {
        ExchangeReply(id: order.id, news: .message(try Bench.reply(order.exchange.message)))
    }

    private func heir(_ noted: Noted<String>) -> Contest.Heir {
        { news, now in
            let kind =
                switch news.reply {
                case .message: "message"
                case .changedCase: "changed case"
                case .plainMessage: "plain message"
                case .timeout: "timeout"
                case .failure(let text): text
                }
            noted.add("\(news.tag) \(kind) at \(now.nanoseconds / 1_000_000)")
        }
    }

    @Test func hearsTheFirstAndThenTheOthers() throws {
        let noted = Noted<Int?>()
        let bench = try bench { contest, _, desk in
            for _ in 0..<3 {
                let until = desk.now.adding(milliseconds: 50)
                noted.add(await desk.news(of: contest, until: until)?.tag)
            }
        }
        let orders = bench.step().orders

        #expect(orders.map(\.exchange.upstream) == Self.upstreams)
        #expect(Set(orders.map { $0.exchange.message.prefix(2) }).count == 3)
        let ended = bench.step(at: 10, [try news(orders[1])])
        #expect(ended.endedExchanges == [orders[1].id])
        // The timer of the first wait, at 50 ms, is not that of the second, at 60 ms.
        #expect(bench.step(at: 55).isEmpty)
        bench.step(at: 60)
        let last = bench.step(at: 70, [try news(orders[2])])

        #expect(noted.all == [1, nil, 2])
        #expect(last.late.count == 1)
    }

    @Test func keepsWhatEndedWhileNobodyWaited() throws {
        let noted = Noted<Int?>()
        let bench = try bench { contest, _, desk in
            for _ in 0..<3 {
                noted.add(
                    await desk.news(of: contest, until: desk.now.adding(milliseconds: 9))?.tag
                )
            }
        }
        let orders = bench.step().orders

        let outputs = bench.step(at: 5, try orders.reversed().map(news))

        #expect(noted.all == [2, 1, 0])
        #expect(outputs.late.count == 1)
        #expect(bench.step(at: 5_000).isEmpty)
    }

    @Test func endsWhatIsLeftToNobody() throws {
        let bench = try bench { contest, _, desk in
            _ = await desk.news(of: contest, until: desk.now.adding(milliseconds: 50))
            desk.leave(contest, until: desk.now.adding(milliseconds: 50), to: nil)
        }
        let orders = bench.step().orders

        let outputs = bench.step(at: 10, [try news(orders[0])])

        #expect(outputs.endedExchanges.sorted() == orders.map(\.id).sorted())
        #expect(outputs.wakeAt == nil)
        #expect(!bench.isWaiting)
    }

    @Test func opensNothingThatIsLeftInTheSameStep() throws {
        let bench = try bench { contest, _, desk in
            desk.leave(contest, until: desk.now.adding(milliseconds: 50), to: nil)
        }

        let outputs = bench.step()

        #expect(outputs.orders.isEmpty)
        #expect(!bench.isWaiting)
    }

    @Test func tellsAnHeirWhatBecameOfTheRest() throws {
        let noted = Noted<String>()
        let heir = heir(noted)
        let bench = try bench { contest, _, desk in
            _ = await desk.news(of: contest, until: desk.now.adding(milliseconds: 50))
            desk.leave(contest, until: desk.now.adding(milliseconds: 100), to: heir)
        }
        let orders = bench.step().orders

        let answered = bench.step(at: 10, [try news(orders[1])])
        #expect(answered.late.count == 1)
        #expect(answered.endedExchanges == [orders[1].id])
        #expect(!bench.isWaiting)
        #expect(answered.wakeAt?.nanoseconds == 50_000_000)
        #expect(bench.step(at: 30, [try news(orders[0])]).endedExchanges == [orders[0].id])
        #expect(bench.step(at: 109).isEmpty)
        let over = bench.step(at: 110)

        #expect(over.endedExchanges == [orders[2].id])
        #expect(noted.all == ["0 message at 30", "2 timeout at 110"])
        #expect(over.wakeAt == nil)
    }

    @Test func leavesSoManyOpenAndNoMore() throws {
        let noted = Noted<String>()
        let heir = heir(noted)
        let bench = try bench { contest, _, desk in
            desk.leave(contest, until: desk.now.adding(milliseconds: 100), to: heir)
        }
        let limit = Contests.maximumLeftCount
        for _ in 1..<limit { #expect(try bench.ask("www.example.") == nil) }

        let outputs = bench.step()

        // Three a query, so that the last one does not fit whole; the rest is never opened.
        #expect(outputs.orders.count == limit / 3 * 3)
        #expect(outputs.endedExchanges.count == 3 * limit - limit / 3 * 3)
        #expect(bench.step(at: 100).endedExchanges.count == limit / 3 * 3)
        #expect(noted.all.count == limit / 3 * 3)
    }

    @Test func saysThatLessThanAHeaderIsNoQuestion() throws {
        let noted = Noted<String>()
        let heir = heir(noted)
        let plugin = ScriptedPlugin(resuming: { waiting, _, desk in
            var contest = Contest()
            let exchange = Exchange(
                upstream: Bench.server,
                transport: .udp,
                message: Array(waiting.message.prefix(11)),
                deadline: waiting.deadline
            )
            desk.begin(exchange, tag: 7, in: &contest)
            if let news = await desk.news(of: contest, until: waiting.deadline) {
                heir(news, desk.now)
            }
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        _ = try bench.ask("example.")

        #expect(bench.step().orders.isEmpty)
        #expect(noted.all == ["7 the question is no message at 0"])
    }
}
