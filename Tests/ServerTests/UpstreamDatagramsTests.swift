// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Testing
import Wire

@testable import Server

/// Questions over UDP, on real sockets; the test is the upstream, and whoever forges replies.
@Suite struct UpstreamDatagramsTests {
    private static let name = "www.long-enough-to-have-a-case.example."

    @Test func asksAndHandsOnTheReply() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place)
        try bench.ask(Self.name)
        let asked = try #require(try upstream.next().first)
        try upstream.answer(asked)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.first?.answers.map(\.data) == [[192, 0, 2, 9]])
        #expect(bench.sockets.datagrams.questionCount == 0)
        #expect(bench.sockets.datagrams.strayCount == 0)
    }

    /// What is no reply to the question that is asked.
    enum Forgery: CaseIterable {
        case anotherId, anotherName, anotherType, noResponse, anotherPort, anotherAddress
        case garbage, shorterThanAHeader, empty, cut, twoQuestions
    }

    @Test("It is ignored, and waiting goes on", arguments: Forgery.allCases)
    func ignores(_ forgery: Forgery) throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place)
        try bench.ask(Self.name)
        let asked = try #require(try upstream.next().first)
        for _ in 0..<20 {
            try send(forgery, for: asked, from: upstream)
            bench.step(milliseconds: 1)
        }
        #expect(bench.answers.isEmpty)
        #expect(bench.endedCount == 0)

        try upstream.answer(asked)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map { $0.answers.map(\.data) } == [[[192, 0, 2, 9]]])
    }

    private func send(
        _ forgery: Forgery,
        for asked: BenchUpstream.Asked,
        from upstream: BenchUpstream
    ) throws {
        var reply = try Bench.reply(asked.question, last: 66)
        switch forgery {
        case .anotherId: reply[1] ^= 1
        case .anotherName: reply[14] ^= 3
        case .anotherType: reply[asked.question.count - 3] = 28
        case .noResponse: reply[2] &= 0x7F
        case .anotherPort:
            return try BenchUpstream().send(reply, to: asked.sender)
        case .anotherAddress:
            let port = upstream.place.port
            let other = Endpoint(IPAddress(v4: 0x7F00_0002), port: port)
            return try BenchUpstream(other).send(reply, to: asked.sender)
        case .garbage: reply = [reply[0], reply[1]] + [UInt8](repeating: 0xFF, count: 600)
        case .shorterThanAHeader: reply = Array(reply.prefix(11))
        case .empty: reply = [reply[0]]
        case .cut: reply = Array(reply.prefix(asked.question.count - 1))
        case .twoQuestions: reply[5] = 2
        }
        upstream.send(reply, to: asked.sender)
    }

    @Test func tellsThatTheCaseWasChanged() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place, mixesCase: true)
        try bench.ask(Self.name)
        let asked = try #require(try upstream.next().first)
        var reply = try Bench.reply(asked.question)
        reply[13] ^= 0x20
        upstream.send(reply, to: asked.sender)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.formatError])
    }

    @Test func ignoresWhatComesTooLate() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place, waitMilliseconds: 100)
        try bench.ask(Self.name)
        let asked = try #require(try upstream.next().first)
        bench.advance(milliseconds: 100)
        #expect(bench.answers.map(\.code) == [.serverFailure])
        #expect(bench.sockets.datagrams.questionCount == 0)

        try upstream.answer(asked)
        try bench.run { bench.sockets.datagrams.strayCount == 1 }

        #expect(bench.answers.count == 1)
        let strays = [bench.sockets.takeStrays(), bench.sockets.takeStrays()]
        #expect(strays == [1, 0])
    }

    @Test func saysAtOnceThatNobodyListens() throws {
        let place = try BenchUpstream().place
        let bench = try UpstreamBench(place)
        try bench.ask(["a.example.", "b.example."])
        try bench.run(untilAnswers: 2)

        #expect(bench.answers.map(\.code) == [.serverFailure, .serverFailure])
        #expect(bench.sockets.datagrams.questionCount == 0)
        // What an earlier question met costs the next one nothing but its own answer.
        try bench.ask("c.example.")
        try bench.run(untilAnswers: 3)
        #expect(bench.answers.count == 3)
    }

    @Test func asksManyInOneStepAndTellsThemApart() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place)
        let names = (0..<200).map { "n\($0).example." }
        try bench.ask(names)
        let asked = try upstream.next(names.count)
        for (place, asked) in asked.enumerated().reversed() {
            try upstream.answer(asked, last: UInt8(place))
        }
        try bench.run(untilAnswers: names.count)

        #expect(Set(bench.answers.flatMap { $0.answers.map(\.data[3]) }).count == names.count)
        for answer in bench.answers {
            let question = try #require(answer.questions.first)
            let place = try asked.firstIndex {
                try Message(parsing: $0.question.span).questions == [question]
            }
            #expect(answer.answers.first?.data[3] == place.map { UInt8($0) })
        }
    }

    @Test func asksFromSeveralPorts() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place)
        var ports: [UInt16: Int] = [:]
        for number in 0..<400 {
            try bench.ask("n\(number).example.")
            let asked = try #require(try upstream.next().first)
            ports[asked.sender.port, default: 0] += 1
            try upstream.answer(asked)
            try bench.run(untilAnswers: number + 1)
        }

        #expect(ports.count == UpstreamDatagrams.poolCount)
        // Each has one in eight of 400 on average; that one has less than 10 is one in 10^13.
        #expect(ports.values.allSatisfy { $0 >= 10 })
        #expect(bench.sockets.datagrams.socketCount == UpstreamDatagrams.poolCount)
    }

    @Test func givesUpAPortAfterSomeQuestions() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place)
        var asked: [UInt16: Int] = [:]
        // Steps of 64 find the limit of 4,096 exactly; each port takes part in every eighth.
        for step in 0..<1_000 where asked.count <= UpstreamDatagrams.poolCount {
            try bench.ask((0..<64).map { "n\(step)-\($0).example." })
            for question in try upstream.next(64) {
                asked[question.sender.port, default: 0] += 1
                // Errors are the cheapest replies.
                var header = Array(question.question.prefix(12))
                (header[2], header[3], header[5]) = (0x80, 5, 0)
                upstream.send(header, to: question.sender)
            }
            try bench.run(untilAnswers: (step + 1) * 64)
        }

        #expect(asked.values.max() == UpstreamDatagrams.maximumQuestionCount)
        // The old ones are closed.
        #expect(bench.sockets.datagrams.socketCount <= UpstreamDatagrams.poolCount)
    }

    @Test func givesUpAPortAfterAWhile() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place, waitMilliseconds: 60_000)
        try bench.ask("a.example.")
        let first = try #require(try upstream.next().first)
        bench.advance(milliseconds: 4_999)
        bench.closeOld()
        #expect(bench.sockets.datagrams.socketCount == 1)
        try upstream.answer(first)
        try bench.run(untilAnswers: 1)
        bench.advance(milliseconds: UpstreamDatagrams.maximumAgeMilliseconds - 5_000)
        bench.closeOld()
        #expect(bench.sockets.datagrams.socketCount == 1)

        bench.advance(milliseconds: 1)
        bench.closeOld()

        #expect(bench.sockets.datagrams.socketCount == 0)
    }

    @Test func keepsARetiredSocketUntilItsLastReply() throws {
        let upstream = try BenchUpstream()
        let bench = try UpstreamBench(upstream.place)
        bench.advance(milliseconds: 1)
        try bench.ask("a.example.")
        let asked = try #require(try upstream.next().first)
        bench.sockets.closeOld(at: Moment(nanoseconds: 100_000_000_000))
        #expect(bench.sockets.datagrams.socketCount == 1)

        try upstream.answer(asked)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.first?.answers.count == 1)
        #expect(bench.sockets.datagrams.socketCount == 0)
    }

    @Test func asksFromTheAddressThatIsWanted() throws {
        let upstream = try BenchUpstream()
        let place = upstream.place
        let sources = Noted<IPAddress?>()
        let plugin = ScriptedPlugin(resuming: { waiting, answer, desk in
            let all = sources.all
            let exchange = Exchange(
                upstream: place,
                transport: .udp,
                message: waiting.message,
                deadline: waiting.deadline,
                source: all[all.count - 1]
            )
            _ = await desk.ask(exchange)
            return .done
        })
        let bench = try UpstreamBench([plugin])
        var senders: [IPAddress] = []
        for source in [IPAddress(v4: 0x7F00_0002), nil, IPAddress(v4: 0x7F00_0003)] {
            sources.add(source)
            try bench.ask("a.example.")
            senders += try upstream.next().map(\.sender.address)
        }

        #expect(senders.map(\.description) == ["127.0.0.2", "127.0.0.1", "127.0.0.3"])
        #expect(bench.sockets.datagrams.socketCount == 3)
    }

    @Test func opensSoManySocketsAndNoMore() throws {
        let count = UpstreamDatagrams.maximumSocketCount
        let targets = Noted<Endpoint>()
        let plugin = ScriptedPlugin(resuming: { waiting, answer, desk in
            let all = targets.all
            let exchange = Exchange(
                upstream: all[all.count - 1],
                transport: .udp,
                message: waiting.message,
                deadline: waiting.deadline
            )
            answer.code = if case .failure = await desk.ask(exchange) { .refused } else { .noError }
            return .done
        })
        let bench = try UpstreamBench([plugin])
        // One socket each: nobody need listen there before the last look.
        for number in 0..<count {
            let address = IPAddress(v4: 0x7F00_0100 + UInt32(number))
            targets.add(Endpoint(address, port: 9))
            try bench.ask("n\(number).example.")
        }
        #expect(bench.sockets.datagrams.socketCount == count)
        targets.add(Endpoint(IPAddress(v4: 0x7F00_0900), port: 9))
        try bench.ask("last.example.")

        #expect(bench.answers.last?.code == .refused)
        #expect(bench.sockets.datagrams.socketCount == count)
    }
}
