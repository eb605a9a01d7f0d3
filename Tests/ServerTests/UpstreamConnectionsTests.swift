// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Testing
import Wire

@testable import Server

/// Questions over TCP, on real sockets; the test is the upstream.
@Suite struct UpstreamConnectionsTests {
    @Test func asksAndHandsOnTheAnswer() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask("www.example.")
        try upstream.accept(bench)
        let question = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(question)])
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.first?.answers.map(\.data) == [[192, 0, 2, 9]])
        #expect(bench.sockets.connections.questionCount == 0)
        #expect(bench.sockets.connections.connectionCount == 1)
    }

    @Test func asksManyOnOneConnectionAndTakesAnswersInAnyOrder() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        let count = UpstreamConnections.wantedQuestionCount
        try bench.ask((0..<count).map { "n\($0).example." })
        try upstream.accept(bench)
        let questions = try upstream.next(count, bench)
        let replies = try questions.enumerated().map {
            try Bench.reply($0.element, last: UInt8($0.offset))
        }
        try upstream.write(replies.reversed())
        try bench.run(untilAnswers: count)

        #expect(bench.sockets.connections.connectionCount == 1)
        #expect(Set(questions.map { $0.prefix(2) }).count == count)
        for answer in bench.answers {
            let question = try #require(answer.questions.first)
            let place = try questions.firstIndex {
                try Message(parsing: $0.span).questions == [question]
            }
            #expect(answer.answers.first?.data[3] == place.map { UInt8($0) })
        }
    }

    @Test func usesAConnectionAgain() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        for number in 0..<5 {
            try bench.ask("n\(number).example.")
            if number == 0 { try upstream.accept(bench) }
            let question = try #require(try upstream.next(1, bench).first)
            try upstream.write([Bench.reply(question)])
            try bench.run(untilAnswers: number + 1)
        }

        #expect(bench.sockets.connections.connectionCount == 1)
    }

    @Test(
        "However slowly an answer drips, it comes whole",
        arguments: [(512, 1), (4_096, 7), (65_535, 997), (65_535, 65_537)]
    )
    func takesAnswersInPieces(byteCount: Int, pieceByteCount: Int) throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask("www.example.")
        try upstream.accept(bench)
        var reply = try Bench.reply(#require(try upstream.next(1, bench).first))
        reply += [UInt8](repeating: 0, count: byteCount - reply.count)
        let bytes = [UInt8(byteCount >> 8), UInt8(byteCount & 255)] + reply
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            let piece = bytes[start..<min(start + pieceByteCount, bytes.count)]
            try upstream.write(bytes: Array(piece), bench)
            if start + pieceByteCount < bytes.count {
                bench.step()
                #expect(bench.endedCount == 0)
            }
        }
        try bench.run(untilAnswers: 1)

        #expect(bench.endedCount == 1)
    }

    @Test func asksAgainOnceWhatWasLostWithAConnection() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask(["a.example.", "b.example."])
        try upstream.accept(bench)
        let questions = try upstream.next(2, bench)
        try upstream.write([Bench.reply(questions[1])])
        try bench.run(untilAnswers: 1)
        upstream.close()
        try upstream.accept(bench)
        let again = try #require(try upstream.next(1, bench).first)
        #expect(again.dropFirst(2) == questions[0].dropFirst(2))

        try upstream.write([Bench.reply(again)])
        try bench.run(untilAnswers: 2)

        #expect(bench.answers.map(\.code) == [.noError, .noError])
        #expect(bench.orderCount == 2)
    }

    @Test func failsWhatIsLostTwice() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask("a.example.")
        for _ in 0..<2 {
            try upstream.accept(bench)
            _ = try upstream.next(1, bench)
            upstream.close()
        }
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.serverFailure])
        #expect(bench.sockets.connections.connectionCount == 0)
        #expect(bench.sockets.connections.questionCount == 0)
    }

    @Test("An upstream that sends nothing more is as good as gone")
    func leavesAHalfClosedConnection() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask("a.example.")
        try upstream.accept(bench)
        _ = try upstream.next(1, bench)
        try upstream.closeOutput()
        try upstream.accept(bench)
        let again = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(again)])
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.noError])
    }

    @Test func takesWhatCameBeforeTheEnd() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask(["a.example.", "b.example."])
        try upstream.accept(bench)
        let questions = try upstream.next(2, bench)
        try upstream.write(questions.map { try Bench.reply($0) })
        try upstream.closeOutput()
        try bench.run(untilAnswers: 2)

        #expect(bench.answers.map(\.code) == [.noError, .noError])
        try bench.run { bench.sockets.connections.connectionCount == 0 }
    }

    @Test func saysAtOnceThatNobodyListens() throws {
        let place = try StreamUpstream().place
        let bench = try UpstreamBench(place, over: .tcp)
        bench.udpByteCount = 1_232
        try bench.ask("a.example.")
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.serverFailure])
        #expect(bench.complaints.first?.contains("refused") == true)
        #expect(bench.sockets.connections.connectionCount == 0)
    }

    /// What is no answer to the open question.
    enum Nonsense: CaseIterable { case anotherId, anotherName, garbage, empty, shorterThanAHeader }

    @Test("It is ignored, and waiting goes on", arguments: Nonsense.allCases)
    func ignores(_ nonsense: Nonsense) throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask("www.example.")
        try upstream.accept(bench)
        let question = try #require(try upstream.next(1, bench).first)
        var reply = try Bench.reply(question, last: 66)
        switch nonsense {
        case .anotherId: reply[0] ^= 1
        case .anotherName: reply[13] ^= 3
        case .garbage: reply = [reply[0], reply[1]] + [UInt8](repeating: 0xFF, count: 900)
        case .empty: reply = []
        case .shorterThanAHeader: reply = Array(reply.prefix(11))
        }
        try upstream.write([reply, reply, reply])
        for _ in 0..<20 { bench.step(milliseconds: 1) }
        #expect(bench.endedCount == 0)
        try upstream.write([Bench.reply(question)])
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.first?.answers.map(\.data) == [[192, 0, 2, 9]])
    }

    @Test func closesWhatIsIdle() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        try bench.ask("www.example.")
        try upstream.accept(bench)
        let question = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(question)])
        try bench.run(untilAnswers: 1)
        bench.advance(milliseconds: ConnectionTerms.Values().idleMilliseconds - 1)
        bench.closeOld()
        #expect(bench.sockets.connections.connectionCount == 1)

        bench.advance(milliseconds: 1)
        bench.closeOld()

        #expect(bench.sockets.connections.connectionCount == 0)
    }

    @Test("After silence another connection is tried, and the silent one is closed")
    func leavesASilentConnection() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp, waitMilliseconds: 100)
        try bench.ask("a.example.")
        try upstream.accept(bench)
        _ = try upstream.next(1, bench)
        bench.advance(milliseconds: 100)
        #expect(bench.answers.map(\.code) == [.serverFailure])

        try bench.ask("b.example.")
        #expect(bench.sockets.connections.connectionCount == 2)
        bench.closeOld()
        #expect(bench.sockets.connections.connectionCount == 1)
        try upstream.accept(bench)
        let question = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(question)])
        try bench.run(untilAnswers: 2)
        #expect(bench.answers.last?.code == .noError)
    }

    @Test func opensSoManyConnectionsToOneUpstreamAndNoMore() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(upstream.place, over: .tcp)
        let count = UpstreamConnections.maximumUpstreamCount
        let wanted = count * UpstreamConnections.wantedQuestionCount
        try bench.ask((0..<wanted).map { "n\($0).example." })
        #expect(bench.sockets.connections.connectionCount == count)

        try bench.ask((0..<100).map { "m\($0).example." })

        #expect(bench.sockets.connections.connectionCount == count)
        #expect(bench.sockets.connections.questionCount == wanted + 100)
    }

    @Test func asksFromTheAddressThatIsWanted() throws {
        let upstream = try StreamUpstream()
        let source = IPAddress(v4: 0x7F00_0002)
        let connection = try UpstreamConnection(
            1,
            to: upstream.place,
            from: source,
            on: ConnectionTerms(),
            at: Moment(nanoseconds: 0)
        )

        #expect(connection.socket.local.address == source)
    }

    @Test func asksSoManyQuestionsOnOneConnectionAndNoMore() throws {
        let upstream = try StreamUpstream()
        let connection = try UpstreamConnection(
            1,
            to: upstream.place,
            on: ConnectionTerms(),
            at: Moment(nanoseconds: 0)
        )
        let exchange = Exchange(
            upstream: upstream.place,
            transport: .tcp,
            message: try Bench.question("a.example."),
            deadline: Moment(nanoseconds: 1)
        )
        var ids: Set<UInt16> = []
        for number in 1...UpstreamConnection.maximumQuestionCount {
            #expect(connection.hasRoom(at: Moment(nanoseconds: 0)))
            let order = ExchangeOrder(id: UInt64(number), exchange: exchange)
            ids.insert(connection.ask(order, isSecondTry: false, at: Moment(nanoseconds: 0)))
        }

        #expect(!connection.hasRoom(at: Moment(nanoseconds: 0)))
        // All of them came with the same id.
        #expect(ids.count == UpstreamConnection.maximumQuestionCount)
        connection.end(1, id: 7)
        #expect(connection.open.count == UpstreamConnection.maximumQuestionCount - 1)
    }
}

/// An upstream of a test that takes connections: one at a time is read and written.
final class StreamUpstream {
    private let listener: TCPListener
    private var socket: TCPSocket?
    private var input = StreamInput()
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init() throws {
        listener = try TCPListener(binding: UpstreamBench.loopback, sharingPort: false)
    }

    var place: Endpoint { listener.local }

    /// A connection that stays open.
    private final class Kept {
        let socket: TCPSocket
        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    private var kept: [Kept] = []

    /// Takes the next connection, and leaves the one before.
    func accept(_ bench: UpstreamBench, keepingTheOneBefore isKeeping: Bool = false) throws {
        input = StreamInput()
        if let before = socket.take(), isKeeping { kept.append(Kept(before)) }
        try bench.run {
            socket = try listener.accept()
            return socket != nil
        }
    }

    /// So many questions on the connection, waited for while the bench goes on.
    func next(_ count: Int, _ bench: UpstreamBench) throws -> [[UInt8]] {
        var questions: [[UInt8]] = []
        try bench.run {
            guard case .bytes(let byteCount) = try socket?.read(into: &buffer) else {
                return false
            }
            let bytes = Array(buffer.prefix(byteCount))
            input.take(bytes.span) { questions.append($0) }
            return questions.count >= count
        }
        return questions
    }

    /// Writes messages with their lengths in front.
    func write(_ messages: [[UInt8]]) throws {
        let bytes = messages.flatMap { message in
            [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
        }
        let count = try socket?.write(bytes[...])
        guard count == bytes.count else {
            throw SystemError(call: "a message of a test did not fit", code: 0)
        }
    }

    /// Writes bytes, however long it takes, while the bench goes on.
    func write(bytes: [UInt8], _ bench: UpstreamBench) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(try socket?.write(rest) ?? 0)
            if !rest.isEmpty { bench.step(milliseconds: 1) }
        }
    }

    func close() { socket = nil }

    func closeOutput() throws { try socket?.closeOutput() }
}
