// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

/// Queries that wait: for upstreams, for the time, for each other's places.
@Suite struct CoreDeskTests {
    @Test func asksAnUpstreamAndAnswersLater() throws {
        let bench = try Bench([("example.", [.forwarding()])])
        #expect(try bench.ask("www.example.", id: 99) == nil)
        let outputs = bench.step()
        let order = try #require(outputs.orders.first)

        #expect(bench.isWaiting)
        #expect(outputs.orders.count == 1)
        #expect(outputs.late.isEmpty)
        #expect(outputs.wakeAt?.nanoseconds == 1_000_000_000)
        // The rest of the question is the client's; the id is not.
        #expect(
            try order.exchange.message.dropFirst(2) == Bench.question("www.example.").dropFirst(2)
        )

        let reply = try Bench.reply(order.exchange.message)
        let ended = bench.step(at: 10, [ExchangeReply(id: order.id, news: .message(reply))])

        #expect(ended.endedExchanges == [order.id])
        #expect(ended.late.map(\.arrival.client) == [Bench.client])
        #expect(try ended.messages.map(\.header.id) == [99])
        #expect(try ended.messages.first?.answers.map(\.data) == [[192, 0, 2, 9]])
        #expect(!bench.isWaiting)
        #expect(ended.wakeAt == nil)
        #expect(bench.step(at: 2_000).isEmpty)
    }

    @Test func drawsAnotherIdForEveryQuestion() throws {
        let bench = try Bench([("example.", [.forwarding()])])
        for _ in 0..<200 { #expect(try bench.ask("www.example.") == nil) }

        let ids = bench.step().orders.map { order in
            let message = order.exchange.message
            return message.span.uint16(at: 0)
        }

        #expect(ids.count == 200)
        #expect(Set(ids).count > 190)
    }

    @Test func givesUpWhenTheTimeHasCome() throws {
        let bench = try Bench([("example.", [.forwarding(waitMilliseconds: 100)])])
        #expect(try bench.ask("www.example.", size: 1_232) == nil)
        let id = try #require(bench.step().orders.first?.id)

        #expect(bench.step(at: 99).isEmpty)
        let outputs = bench.step(at: 100)

        #expect(outputs.endedExchanges == [id])
        #expect(try outputs.messages.map(\.code) == [.serverFailure])
        #expect(
            try outputs.messages.first?.options?.data.dropFirst(6) == Array("timeout".utf8)[...]
        )
        #expect(!bench.isWaiting)
    }

    @Test func ignoresNewsOfExchangesThatAreOver() throws {
        let bench = try Bench([("example.", [.forwarding(waitMilliseconds: 100)])])
        _ = try bench.ask("www.example.")
        let order = try #require(bench.step().orders.first)
        bench.step(at: 100)
        // Another one waits now, so that the desk still looks at news.
        _ = try bench.ask("www.example.")
        bench.step()

        let reply = try Bench.reply(order.exchange.message)
        let outputs = bench.step(
            at: 101,
            [
                ExchangeReply(id: order.id, news: .message(reply)),
                ExchangeReply(id: 12_345, news: .message(reply)),
                ExchangeReply(id: order.id, news: .failure("late")),
            ]
        )

        #expect(outputs.isEmpty)
        #expect(bench.isWaiting)
    }

    @Test func ignoresForgedRepliesAndWaitsOn() throws {
        let bench = try Bench([("example.", [.forwarding()])])
        _ = try bench.ask("www.example.")
        let order = try #require(bench.step().orders.first)
        let good = try Bench.reply(order.exchange.message)
        var forged: [[UInt8]] = [[], [0], Array(good.prefix(12)), order.exchange.message]
        forged.append(try Bench.reply(Bench.question("www.example.", id: 0)))
        for offset in [0, 1, 2, 5, 13, 18, 26, 28] {
            var bytes = good
            bytes[offset] ^= offset == 2 ? 0x80 : 0x41
            forged.append(bytes)
        }
        for _ in 0..<70 {
            let news = forged.map { ExchangeReply(id: order.id, news: .message($0)) }
            #expect(bench.step(news).isEmpty)
        }

        let outputs = bench.step([ExchangeReply(id: order.id, news: .message(good))])

        #expect(try outputs.messages.first?.answers.map(\.data) == [[192, 0, 2, 9]])
    }

    @Test func tellsWhatTheNetworkRefused() throws {
        let bench = try Bench([("example.", [.forwarding()])])
        _ = try bench.ask("www.example.", size: 1_232)
        let id = try #require(bench.step().orders.first?.id)

        let outputs = bench.step([ExchangeReply(id: id, news: .failure("no route"))])

        #expect(outputs.endedExchanges == [id])
        #expect(try outputs.messages.first?.options?.data.suffix(8) == Array("no route".utf8)[...])
    }

    @Test func asksNobodyWithLessThanAHeader() throws {
        let plugin = ScriptedPlugin(resuming: { waiting, answer, desk in
            let exchange = Exchange(
                upstream: Bench.server,
                transport: .udp,
                message: Array(waiting.message.prefix(11)),
                deadline: waiting.deadline
            )
            guard case .failure = await desk.ask(exchange) else { return .drop }
            answer.code = .serverFailure
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        _ = try bench.ask("example.")

        let outputs = bench.step()

        #expect(outputs.orders.isEmpty)
        #expect(try outputs.messages.map(\.code) == [.serverFailure])
    }

    @Test func sleepsUntilItsTime() throws {
        let noted = Noted<UInt64>()
        let plugin = ScriptedPlugin(resuming: { _, answer, desk in
            await desk.sleep(until: desk.now.adding(milliseconds: 5))
            noted.add(desk.now.nanoseconds)
            await desk.sleep(until: desk.now.adding(milliseconds: 5))
            noted.add(desk.now.nanoseconds)
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        _ = try bench.ask("example.")

        #expect(bench.step().wakeAt?.nanoseconds == 5_000_000)
        #expect(bench.step(at: 4).isEmpty)
        #expect(bench.step(at: 7).wakeAt?.nanoseconds == 12_000_000)
        #expect(bench.step(at: 12).late.count == 1)
        #expect(noted.all == [7_000_000, 12_000_000])
    }

    @Test func tellsAWaitingQueryWhenItIsGivenUp() throws {
        let noted = Noted<UInt64>()
        let plugin = ScriptedPlugin(resuming: { waiting, _, _ in
            noted.add(waiting.deadline.nanoseconds)
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        bench.step(at: 3)
        _ = try bench.ask("example.")
        bench.step()

        #expect(noted.all == [(3 + WaitingQuery.maximumWaitMilliseconds) * 1_000_000])
    }

    @Test func reportsHowLongAQueryWaited() throws {
        let noted = Noted<SentReport>()
        let plugin = ScriptedPlugin(
            resuming: { _, _, desk in
                await desk.sleep(until: desk.now.adding(milliseconds: 40))
                return .done
            },
            sent: { _, report in noted.add(copy report) }
        )
        let bench = try Bench([("example.", [plugin])])
        _ = try bench.ask("example.")
        bench.step()
        let outputs = bench.step(at: 50)

        #expect(noted.all.map(\.durationNanoseconds) == [50_000_000])
        #expect(noted.all.map(\.byteCount) == outputs.late.map(\.bytes.count))
    }

    @Test(arguments: [(Transport.udp, 0), (.tcp, 1)])
    func tellsConnectionsThatNoAnswerComes(transport: Transport, count: Int) throws {
        let plugin = ScriptedPlugin(resuming: { _, _, _ in .drop })
        let bench = try Bench([("example.", [plugin])])
        #expect(try bench.ask("example.", transport: transport) == nil)

        let outputs = bench.step()

        #expect(outputs.late.count == count)
        #expect(outputs.late.allSatisfy { $0.bytes.isEmpty })
        #expect(!bench.isWaiting)
    }

    @Test func letsSoManyWaitAndNoMore() throws {
        let noted = Noted<String?>()
        let errors = ScriptedPlugin(
            answering: { _, _ in .pass },
            finishing: { _, answer in noted.add(answer.failure) }
        )
        let plugins = [errors, .forwarding(waitMilliseconds: 100)]
        let bench = try Bench([("example.", plugins)])
        let question = try Bench.question("example.", size: 1_232)
        // One client alone has half of the places.
        let limit = WaitingRoom.maximumCount / 2
        var atOnce = 0
        for _ in 0..<limit where !bench.send(question).isEmpty {
            atOnce += 1
        }
        let refused = try Message(parsing: bench.send(question).span)

        #expect(atOnce == 0)
        #expect(refused.code == .serverFailure)
        #expect(refused.options?.data.isEmpty == false)
        #expect(noted.all == ["too many queries wait for upstreams"])
        #expect(bench.step().orders.count == limit)
        // Once they are gone there is room again.
        #expect(bench.step(at: 100).late.count == limit)
        #expect(bench.send(question).isEmpty)
        #expect(bench.step().orders.count == 1)
    }

    @Test func leavesRoomForNamesThatAreServedHere() throws {
        var forwarding = ScriptedPlugin.forwarding(waitMilliseconds: 100)
        forwarding.givesWay = true
        let bench = try Bench([
            ("cluster.", [.forwarding(waitMilliseconds: 100)]),
            // The one that waits counts, not the one in front of it.
            (".", [ScriptedPlugin(answering: { _, _ in .pass }), forwarding]),
        ])
        let (outside, inside) = (try Bench.question("a."), try Bench.question("a.cluster."))
        func isSetAside(_ question: [UInt8], client: UInt32) -> Bool {
            bench.send(question, client: Endpoint(IPAddress(v4: client), port: 9)).isEmpty
        }
        for client in UInt32(0)..<20_000 { _ = isSetAside(outside, client: client) }

        let found = [
            isSetAside(outside, client: 99_999), isSetAside(inside, client: 99_999),
            isSetAside(outside, client: 99_998),
        ]

        #expect(found == [false, true, false])
    }

    @Test func finishesOnTheConfigurationItBeganWith() throws {
        let noted = Noted<String>()
        let old = ScriptedPlugin(
            resuming: { _, answer, desk in
                await desk.sleep(until: desk.now.adding(milliseconds: 10))
                answer.append(.answer, .question, IPAddress(v4: 1), ttl: 1)
                return .done
            },
            sent: { _, _ in noted.add("old") }
        )
        let bench = try Bench([("example.", [old])])
        _ = try bench.ask("example.")
        bench.step()
        try bench.serve([("example.", [.address(2)])])

        #expect(try bench.ask("example.")?.answers[0].data[3] == 2)
        bench.published.release()
        #expect(bench.published.retiredCount == 1)
        let outputs = bench.step(at: 10)
        #expect(try outputs.messages.first?.answers.map(\.data) == [[0, 0, 0, 1]])
        #expect(noted.all == ["old"])
        bench.published.release()
        #expect(bench.published.retiredCount == 0)
    }

    @Test func cutsALateAnswerToWhatTheClientTakes() throws {
        let plugin = ScriptedPlugin(resuming: { _, answer, _ in
            for last in UInt32(0)..<300 {
                answer.append(.answer, .question, IPAddress(v4: last), ttl: 1)
            }
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        _ = try bench.ask("example.")
        _ = try bench.ask("example.", transport: .tcp)

        let outputs = bench.step()

        #expect(outputs.late.first.map { $0.bytes.count <= 512 } == true)
        #expect(try outputs.messages.map { $0.header.flags.contains(.truncated) } == [true, false])
        #expect(try outputs.messages.last?.answers.count == 300)
    }
}
