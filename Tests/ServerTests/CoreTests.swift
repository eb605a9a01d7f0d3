// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Server

@Suite struct CoreTests {
    @Test func answersAtOnceFromMemory() throws {
        let bench = try Bench([("example.", [.address(1)])])

        let message = try #require(try bench.ask("wWw.Example.", id: 77))

        #expect(message.header.id == 77)
        #expect(message.header.flags == [.response, .recursionDesired])
        #expect(message.questions == [Question(try Name("wWw.Example."), .a)])
        #expect(message.answers.map(\.data) == [[192, 0, 2, 1]])
        #expect(message.answers.map(\.owner) == [try Name("wWw.Example.")])
        #expect(message.additionals.isEmpty)
        #expect(!bench.isWaiting)
        #expect(bench.step().isEmpty)
    }

    @Test func asksTheBlockOfTheLongestZone() throws {
        let bench = try Bench([
            ("example.", [.address(1)]), ("sub.example.", [.address(2)]), (".", [.address(3)]),
        ])

        let answers = try ["a.example.", "a.SUB.example.", "com."].map {
            try #require(try bench.ask($0)).answers[0].data[3]
        }

        #expect(answers == [1, 2, 3])
    }

    @Test func refusesNamesOutsideItsZonesWithTheReason() throws {
        let bench = try Bench([("example.", [.address(1)])])

        let message = try #require(try bench.ask("example.org.", size: 4_096))

        #expect(message.code == .refused)
        #expect(message.questions == [Question(try Name("example.org."), .a)])
        #expect(message.answers.isEmpty)
        #expect(message.options?.recordClass.rawValue == 1_232)
        #expect(message.options?.data.starts(with: [0, 15]) == true)
        #expect(message.options?.data.dropFirst(4).prefix(2) == [0, 20])
        #expect(try bench.ask("example.org.")?.additionals.isEmpty == true)
    }

    @Test(arguments: [0, 2, 3, 254, 255] as [UInt16])
    func refusesOtherClassesUnlessABlockTakesThem(number: UInt16) throws {
        let recordClass = RecordClass(rawValue: number)
        let closed = try Bench([("example.", [.address(1)])])
        let open = try Bench([("example.", [.address(1)])], takesEveryClass: true)

        #expect(try closed.ask("a.example.", recordClass: recordClass)?.code == .refused)
        #expect(try open.ask("a.example.", recordClass: recordClass)?.code == .noError)
    }

    @Test func countsWhatNoChainSees() throws {
        let bench = try Bench([("example.", [.address(1)])])
        _ = try bench.ask("example.org.")
        _ = try bench.ask("a.example.", recordClass: .chaos)

        let page = String(decoding: bench.registry.page(), as: UTF8.self)

        #expect(
            page.contains(
                "coredns_dns_responses_total{server=\"dns://:53\",zone=\"dropped\",view=\"\","
                    + "rcode=\"REFUSED\",plugin=\"\"} 2\n"
            )
        )
    }

    @Test func failsWhereEveryPluginPasses() throws {
        let bench = try Bench([("example.", [ScriptedPlugin(answering: { _, _ in .pass })])])

        #expect(try bench.ask("example.")?.code == .serverFailure)
    }

    @Test func sendsNothingForWhatIsDropped() throws {
        let noted = Noted<Int>()
        let dropping = ScriptedPlugin(
            answering: { _, _ in .drop },
            sent: { _, report in noted.add(report.byteCount) }
        )
        let bench = try Bench([("example.", [dropping])])

        #expect(try bench.ask("example.") == nil)
        #expect(noted.all == [0])
        #expect(!bench.isWaiting)
    }

    @Test func tellsTheChainWhatWasSent() throws {
        let noted = Noted<SentReport>()
        let plugin = ScriptedPlugin(
            answering: { _, answer in
                answer.code = .nameError
                return .done
            },
            sent: { _, report in noted.add(copy report) }
        )
        let bench = try Bench([("example.", [plugin])])
        let count = try bench.send(Bench.question("example.")).count

        #expect(noted.all.map(\.byteCount) == [count])
        #expect(noted.all.map(\.code) == [.nameError])
        #expect(noted.all.map(\.answeringPlugin) == [0])
    }

    @Test func forgetsOneAnswerBeforeTheNext() throws {
        let noted = Drawn()
        let plugin = ScriptedPlugin(answering: { _, answer in
            if noted.next() == 0 {
                answer.code = .nameError
                answer.isAuthoritative = true
                answer.append(.answer, .question, IPAddress(v4: 1), ttl: 1)
            }
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        _ = try bench.ask("example.")

        let message = try #require(try bench.ask("example."))

        #expect(message.code == .noError)
        #expect(message.header.flags == [.response, .recursionDesired])
        #expect(message.answers.isEmpty)
    }

    @Test func answersNobodyAtPort0() throws {
        let bench = try Bench([("example.", [.address(1)])])
        var client = Bench.client
        client.port = 0
        let question = try Bench.question("example.")

        #expect(bench.send(question, client: client).isEmpty)
        #expect(bench.send(Array(question.prefix(20)), client: client).isEmpty)
        client.port = 1
        #expect(!bench.send(question, client: client).isEmpty)
    }

    @Test func answersNothingForAListenerThatIsGone() throws {
        let bench = try Bench([("example.", [.address(1)])])

        #expect(try bench.send(Bench.question("example."), listener: 1).isEmpty)
    }

    @Test func servesTheNewConfigurationFromTheNextBatchOn() throws {
        let bench = try Bench([("example.", [.address(1)])])
        #expect(try bench.ask("example.")?.answers[0].data[3] == 1)

        try bench.serve([("example.", [.address(2)]), ("org.", [.address(3)])])

        #expect(try bench.ask("example.")?.answers[0].data[3] == 2)
        #expect(try bench.ask("org.")?.answers[0].data[3] == 3)
        bench.published.release()
        #expect(bench.published.retiredCount == 0)
    }

    @Test func tellsHowLongAnAnswerTookThatWasThereAtOnce() throws {
        let noted = Noted<SentReport>()
        let later = Moment(nanoseconds: 5_000_321)
        let plugin = ScriptedPlugin(
            answering: { _, _ in .done },
            sent: { _, report in noted.add(copy report) }
        )
        let bench = try Bench([("example.", [plugin])], clock: { later })
        bench.step(at: 5)

        _ = try bench.ask("example.")

        #expect(noted.all.map(\.durationNanoseconds) == [321])
    }

    @Test func looksAtTheClockOnceForEightAnswers() throws {
        let (noted, readings) = (Noted<SentReport>(), Noted<Void>())
        let plugin = ScriptedPlugin(
            answering: { _, _ in .done },
            sent: { _, report in noted.add(copy report) }
        )
        let clock: @Sendable () -> Moment = {
            readings.add(())
            return Moment(nanoseconds: UInt64(readings.all.count))
        }
        let bench = try Bench([("example.", [plugin])], clock: clock)

        let question = try Bench.question("example.")
        _ = bench.send(question, times: QueryService.answersPerReading + 1)
        _ = bench.send(question)

        #expect(noted.all.map(\.durationNanoseconds) == [1, 1, 1, 1, 1, 1, 1, 1, 2, 3])
    }

    @Test func tellsAPluginAllAboutTheQuery() throws {
        let noted = Noted<WaitingQuery>()
        let plugin = ScriptedPlugin(answering: { query, _ in
            noted.add(WaitingQuery(query: query.copied(), message: [], deadline: query.received))
            return .done
        })
        let bench = try Bench([("example.", [plugin])])
        bench.step(at: 5)
        let question = try Bench.question("a.b.example.", .txt, size: 900)
        _ = bench.send(question, transport: .tcp)
        _ = bench.send(question)

        #expect(noted.all.count == 2)
        let waiting = try #require(noted.all.first)

        #expect(waiting.query.client == Bench.client)
        #expect(waiting.query.local == Bench.server)
        #expect(waiting.query.transport == .tcp)
        #expect(waiting.query.received.nanoseconds == 5_000_000)
        #expect(waiting.query.type == .txt)
        #expect(waiting.query.zoneLabel == 2)
        #expect(waiting.query.byteCount == question.count)
        #expect(waiting.query.options?.udpByteCount == 900)
        #expect(waiting.query.depth == 0)
        #expect(waiting.query.randomBits != noted.all[1].query.randomBits)
    }

    @Test(
        arguments: [(Transport.udp, nil, 512), (.udp, 4_096, 1_232), (.tcp, nil, 65_535)]
            as [(Transport, UInt16?, Int)]
    )
    func sendsNoMoreThanTheClientTakes(transport: Transport, size: UInt16?, limit: Int) throws {
        let many = ScriptedPlugin(answering: { _, answer in
            for last in UInt32(0)..<300 {
                answer.append(.answer, .question, IPAddress(v4: last), ttl: 1)
            }
            return .done
        })
        let bench = try Bench([("example.", [many])])

        let bytes = try bench.send(Bench.question("example.", size: size), transport: transport)
        let message = try Message(parsing: bytes.span)

        #expect(bytes.count <= limit)
        #expect(message.header.flags.contains(.truncated) == (transport == .udp))
    }

    @Test func survivesEveryCutAndEveryFlippedBit() throws {
        let bench = try Bench([(".", [.address(1)])])
        let question = try Bench.question("www.example.", size: 1_232)
        var packets = (0..<question.count).map { Array(question.prefix($0)) }
        for bit in 0..<(question.count * 8) {
            var flipped = question
            flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            packets.append(flipped)
        }
        for packet in packets {
            let bytes = bench.send(packet)
            if packet.count < 12 || packet[2] >= 0x80 {
                #expect(bytes.isEmpty)
            } else {
                let message = try Message(parsing: bytes.span)
                #expect(message.header.id == UInt16(packet[0]) << 8 | UInt16(packet[1]))
                #expect(message.header.flags.contains(.response))
                #expect(bytes.count <= 512)
            }
        }
    }
}
