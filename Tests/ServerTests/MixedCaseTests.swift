// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

/// Exchanges whose questions are sent in mixed case.
@Suite struct MixedCaseTests {
    private static let name = "www.a-rather-long-name.example."

    /// What is sent for a question, after so many others.
    private func order(_ bench: Bench, _ name: String = name) throws -> ExchangeOrder {
        _ = try bench.ask(name)
        return try #require(bench.step().orders.first)
    }

    @Test func mixesTheCaseOfEachQuestionAnew() throws {
        let bench = try Bench([("example.", [.forwarding(mixesCase: true)])])
        var sent: Set<[UInt8]> = []
        for _ in 0..<50 {
            let message = try order(bench).exchange.message
            sent.insert(Array(message.dropFirst(2)))
            let question = try Message(parsing: message.span).questions[0]

            #expect(try question.name.lowercased == Name(Self.name))
        }

        #expect(sent.count > 45)
    }

    @Test func leavesTheCaseAloneUnlessAsked() throws {
        let bench = try Bench([("example.", [.forwarding()])])

        let message = try order(bench, "Www.Example.").exchange.message

        #expect(try message.dropFirst(2) == Bench.question("Www.Example.").dropFirst(2))
    }

    @Test("Whoever asked may need to see the case that was asked with")
    func handsTheReplyOnAsItCame() throws {
        let noted = Noted<[UInt8]>()
        let plugin = ScriptedPlugin(resuming: { waiting, _, desk in
            let exchange = Exchange(
                upstream: Bench.server,
                transport: .udp,
                message: waiting.message,
                deadline: waiting.deadline,
                mixesCase: true
            )
            if case .message(let bytes) = await desk.ask(exchange) { noted.add(bytes) }
            return .drop
        })
        let bench = try Bench([("example.", [plugin])])
        let order = try order(bench, "wWw.Example.")
        let reply = try Bench.reply(order.exchange.message)
        bench.step([ExchangeReply(id: order.id, news: .message(reply))])

        #expect(noted.all == [reply])
    }

    @Test func takesNoReplyInAnotherCase() throws {
        let bench = try Bench([("example.", [.forwarding(mixesCase: true)])])
        let order = try order(bench)
        var reply = try Bench.reply(order.exchange.message)
        reply[13] ^= 0x20
        let outputs = bench.step([ExchangeReply(id: order.id, news: .message(reply))])

        // The plugin of the test answers so when it is told.
        #expect(try outputs.messages.map(\.code) == [.formatError])
        #expect(try outputs.messages.map(\.answers.count) == [0])
        #expect(outputs.endedExchanges == [order.id])
    }

    @Test("Over TCP the reply is believed, whatever its case")
    func takesAnotherCaseOverTCP() throws {
        let noted = Noted<[UInt8]>()
        let plugin = ScriptedPlugin(resuming: { waiting, _, desk in
            let exchange = Exchange(
                upstream: Bench.server,
                transport: .tcp,
                message: waiting.message,
                deadline: waiting.deadline,
                mixesCase: true
            )
            if case .plainMessage(let bytes) = await desk.ask(exchange) { noted.add(bytes) }
            return .drop
        })
        let bench = try Bench([("example.", [plugin])])
        let order = try order(bench, "wWw.Example.")
        var reply = try Bench.reply(order.exchange.message)
        reply[13] ^= 0x20
        bench.step([ExchangeReply(id: order.id, news: .message(reply))])

        #expect(noted.all == [reply])
    }

    @Test("Where case was not mixed, servers may write the name as they like")
    func takesAnotherCaseWhereItWasNotMixed() throws {
        let bench = try Bench([("example.", [.forwarding()])])
        let order = try order(bench, "WWW.example.")
        var reply = try Bench.reply(order.exchange.message)
        reply[13] ^= 0x20
        let outputs = bench.step([ExchangeReply(id: order.id, news: .message(reply))])

        #expect(try outputs.messages.map(\.answers.count) == [1])
    }

    @Test func takesABareRefusalWhereCaseWasMixed() throws {
        let bench = try Bench([("example.", [.forwarding(mixesCase: true)])])
        let order = try order(bench)
        var header = Array(order.exchange.message.prefix(12))
        (header[2], header[3], header[5]) = (0x80, 5, 0)
        let outputs = bench.step([ExchangeReply(id: order.id, news: .message(header))])

        #expect(try outputs.messages.map(\.code) == [.refused])
    }
}
