// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

/// Look-ups of one name for the sake of another.
@Suite struct WaitingDeskTests {
    /// A plugin that looks up a name made from the one asked for, and hands on what it finds.
    private func chasing(
        _ noted: Noted<LookupResult>,
        _ next: @escaping @Sendable (borrowing Query) throws -> Question
    ) -> ScriptedPlugin {
        ScriptedPlugin(resuming: { waiting, answer, desk in
            guard let question = try? next(waiting.query) else { return .pass }
            let result = await desk.lookup(question, for: waiting)
            noted.add(result)
            answer.code = result.code
            for record in result.answers { answer.append(.answer, record) }
            return .done
        })
    }

    @Test func findsWhatAnotherBlockAnswersAtOnce() throws {
        let noted = Noted<LookupResult>()
        let target = Question(try Name("T.example."), .a)
        let bench = try Bench([
            ("org.", [chasing(noted) { _ in target }]), ("example.", [.address(4)]),
        ])
        #expect(try bench.ask("a.org.") == nil)

        let message = try #require(try bench.step().messages.first)

        #expect(message.questions == [Question(try Name("a.org."), .a)])
        #expect(message.answers.map(\.owner) == [target.name])
        #expect(message.answers.map(\.data) == [[192, 0, 2, 4]])
        #expect(noted.all.map(\.isAnswered) == [true])
    }

    @Test func findsWhatAnUpstreamAnswers() throws {
        let noted = Noted<LookupResult>()
        let target = Question(try Name("t.example."), .a)
        let bench = try Bench([
            ("org.", [chasing(noted) { _ in target }]), ("example.", [.forwarding()]),
        ])
        _ = try bench.ask("a.org.", .aaaa, size: 4_000)
        let order = try #require(bench.step().orders.first)
        let question = order.exchange.message
        let asked = try Message(parsing: question.span)

        #expect(asked.questions == [target])
        #expect(asked.header.flags == .recursionDesired)
        #expect(asked.options?.recordClass.rawValue == 4_000)
        let reply = try Bench.reply(order.exchange.message)
        let outputs = bench.step([ExchangeReply(id: order.id, news: .message(reply))])
        #expect(try outputs.messages.first?.answers.map(\.data) == [[192, 0, 2, 9]])
    }

    @Test func refusesWhatNoZoneHolds() throws {
        let noted = Noted<LookupResult>()
        let target = Question(try Name("t.com."), .a)
        let bench = try Bench([("org.", [chasing(noted) { _ in target }])])
        _ = try bench.ask("a.org.")
        bench.step()

        #expect(noted.all.map(\.code) == [.refused])
    }

    @Test func failsWhereALookUpGoesInACircle() throws {
        let noted = Noted<LookupResult>()
        let bench = try Bench([
            (
                "org.",
                [
                    chasing(noted) { query in
                        let isFirst = query.name.name.lowercased == (try Name("a.org."))
                        return Question(try Name(isFirst ? "B.org." : "A.org."), .a)
                    }
                ]
            )
        ])
        _ = try bench.ask("a.org.")

        let outputs = bench.step()

        #expect(try outputs.messages.map(\.code) == [.serverFailure])
        // Of b for a, which came from the one of a for b, which was not made.
        #expect(noted.all.map(\.code) == [.serverFailure, .serverFailure])
        #expect(!bench.isWaiting)
    }

    @Test func looksNoDeeperThanItsLimit() throws {
        let noted = Noted<LookupResult>()
        let depths = Noted<Int>()
        let bench = try Bench([
            (
                "org.",
                [
                    chasing(noted) { query in
                        depths.add(query.depth)
                        return Question(try query.name.name.prepending("x".utf8), .a)
                    }
                ]
            )
        ])
        _ = try bench.ask("org.")

        let outputs = bench.step()

        #expect(try outputs.messages.map(\.code) == [.serverFailure])
        #expect(depths.all == Array(0...LookupResult.maximumDepth))
    }

    @Test func saysWhenThereWasNoAnswer() throws {
        let noted = Noted<LookupResult>()
        let target = Question(try Name("t.example."), .a)
        let bench = try Bench([
            ("org.", [chasing(noted) { _ in target }]),
            ("example.", [ScriptedPlugin(answering: { _, _ in .drop })]),
        ])
        _ = try bench.ask("a.org.")
        bench.step()

        #expect(noted.all.map(\.isAnswered) == [false])
    }

    @Test func looksUpInTheConfigurationThatTheQueryBeganWith() throws {
        let noted = Noted<LookupResult>()
        let target = Question(try Name("t.example."), .a)
        let waiting = ScriptedPlugin(resuming: { waiting, _, desk in
            await desk.sleep(until: desk.now.adding(milliseconds: 10))
            noted.add(await desk.lookup(target, for: waiting))
            return .done
        })
        let bench = try Bench([("org.", [waiting]), ("example.", [.address(1)])])
        _ = try bench.ask("a.org.")
        bench.step()
        try bench.serve([("example.", [.address(2)])])
        bench.step(at: 10)

        #expect(noted.all.first?.answers.map(\.data) == [[192, 0, 2, 1]])
    }

    @Test func drawsBitsFromTheSourceItWasGiven() throws {
        let noted = Noted<UInt64>()
        let plugin = ScriptedPlugin(resuming: { _, _, desk in
            noted.add(desk.randomBits())
            noted.add(desk.randomBits())
            return .done
        })
        let bench = try Bench([("org.", [plugin])])
        _ = try bench.ask("org.")
        bench.step()

        #expect(Set(noted.all).count == 2)
    }

    @Test func endsEveryExchangeWithItsQuery() throws {
        let tooLong = WaitingQuery.maximumWaitMilliseconds * 10
        let bench = try Bench([("org.", [.forwarding(waitMilliseconds: tooLong)])])
        _ = try bench.ask("org.")
        let order = try #require(bench.step().orders.first)

        #expect(order.exchange.deadline.nanoseconds == 5_000_000_000)
        #expect(bench.step(at: 4_999).isEmpty)
        #expect(try bench.step(at: 5_000).messages.map(\.code) == [.serverFailure])
    }

    @Test func endsEverySleepWithItsQuery() throws {
        let noted = Noted<UInt64>()
        let plugin = ScriptedPlugin(resuming: { _, _, desk in
            for _ in 0..<3 {
                await desk.sleep(until: Moment(nanoseconds: .max))
                noted.add(desk.now.nanoseconds)
            }
            return .done
        })
        let bench = try Bench([("org.", [plugin])])
        _ = try bench.ask("org.")
        bench.step()
        for milliseconds in [4_999, 5_000, 5_001, 5_002] as [UInt64] {
            bench.step(at: milliseconds)
        }

        #expect(noted.all == [5_000_000_000, 5_001_000_000, 5_002_000_000])
        #expect(!bench.isWaiting)
    }
}
