// SPDX-License-Identifier: Apache-2.0

import Glibc
import Metrics
import Plugin
import Posix
import Testing
import Wire

@testable import Server

@Suite struct StreamSocketsTests {
    /// In a process of its own, because the limit concerns all of a process.
    @Test func restsWhenDescriptorsRunOutAndGoesOnLater() async {
        await #expect(processExitsWith: .success) {
            let now = Moment(nanoseconds: 0)
            let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
            let listener = try TCPListener(binding: place, sharingPort: false)
            let poll = try Poll()
            try poll.add(listener.number, .input, token: Worker.Token.make(Worker.Token.tcp, 0))
            let client = try TCPSocket(connectingTo: listener.local)
            #expect(try poll.wait(milliseconds: 60_000) == 1)
            var limit = rlimit()
            let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            try #require(unsafe getrlimit(kind, &limit) == 0)
            // None at all, so that nothing can be opened whatever another thread closes meanwhile.
            limit.rlim_cur = 0
            try #require(unsafe setrlimit(kind, &limit) == 0)
            let (registry, log) = (Registry(), KeptLog())
            let board = SocketBoard(workerCount: 1, counting: registry, log: log)
            var streams = StreamSockets(sharing: board)

            streams.accept(listener, listener: 0, poll, now)

            // The connection still waits; but nobody is told of it.
            #expect(try poll.wait(milliseconds: 0) == 0)
            let resting = streams.takeRestingListeners()
            #expect(resting == [0])
            let restingAfter = streams.takeRestingListeners()
            #expect(restingAfter == [])
            // And the operator was told.
            #expect(
                log.lines == ["[WARNING] tcp: refused a connection: accept: too many open files"]
            )
            let lines = StreamReportsTests.lines(registry, "apus_tcp_connections_refused_total")
            #expect(lines.first?.hasSuffix("{reason=\"accept_failed\"} 1") == true)

            limit.rlim_cur = limit.rlim_max
            try #require(unsafe setrlimit(kind, &limit) == 0)
            let token = Worker.Token.make(Worker.Token.tcp, 0)
            try poll.change(listener.number, .input, token: token)
            #expect(try poll.wait(milliseconds: 60_000) == 1)
            streams.accept(listener, listener: 0, poll, now)
            _ = try client.write([0])
            #expect(try poll.wait(milliseconds: 60_000) == 1)
            #expect(poll.event(at: 0).token >> 56 == Worker.Token.stream)
        }
    }

    @Test("Everything asked in one go is answered", arguments: [false, true])
    func answersEverythingThatWasAskedInOneGo(closesOutput: Bool) throws {
        // Some 1.4 MB of answers: more than is kept for one client, several times over.
        let bench = try StreamBench(addressCount: 300)
        let questions = try StreamBench.questions(300)
        #expect(try bench.client.write(questions[...]) == questions.count)
        if closesOutput { try bench.client.closeOutput() }

        try bench.run()

        #expect(bench.ids == Array(0..<300))
        #expect(bench.hasEnded == closesOutput)
        #expect(bench.failure == nil)
    }

    @Test func looksAtTheMessagesOfATurnBeforeItAnswersTheFirst() throws {
        let steps = StepList()
        let bench = try StreamBench(serving: steps.plugin())
        #expect(try bench.step())
        let limit = StreamSockets.maximumTurnMessageCount
        // One more than a turn has, and the beginning of another that is not all there.
        let questions = try StreamBench.questions(limit + 2).dropLast()
        #expect(try bench.client.write(questions) == questions.count)

        try bench.run()

        let turn = Array(0..<limit)
        let expected =
            turn.map { "look \($0)" } + turn.map { "answer \($0)" }
            + ["look \(limit)", "answer \(limit)"]
        #expect(steps.all == expected)
    }

    @Test func looksAtAMessageOnceHoweverOftenATurnSends() throws {
        let steps = StepList()
        // All answers of a turn are more than is gathered at a time.
        let bench = try StreamBench(serving: steps.plugin(addressCount: 300))
        #expect(try bench.step())
        let count = StreamSockets.maximumTurnMessageCount
        let questions = try StreamBench.questions(count)
        #expect(try bench.client.write(questions[...]) == questions.count)

        try bench.run()

        #expect(bench.ids.count == count)
        #expect(steps.all.filter { $0.hasPrefix("look") } == (0..<count).map { "look \($0)" })
    }

    @Test func looksAtNoMoreMessagesThanMayBeAnswered() throws {
        let steps = StepList()
        let bench = try StreamBench(serving: steps.plugin(addressCount: nil))
        #expect(try bench.step())
        let limit = Streams.maximumWaitingCount
        let questions = try StreamBench.questions(limit + 70)
        #expect(try bench.client.write(questions[...]) == questions.count)
        while try bench.step(patience: 200) {}
        #expect(steps.all.filter { $0.hasPrefix("look") }.count == limit)

        let answer = try Bench.question("x.example.")
        bench.streams.answer(answer, on: 1, &bench.core, bench.poll, bench.now)

        #expect(steps.all.suffix(2) == ["look \(limit)", "answer \(limit)"])
        #expect(steps.all.filter { $0.hasPrefix("look") }.count == limit + 1)
    }

    @Test func answersSoManyMessagesInATurnAndTheRestInTheNextOnes() throws {
        let bench = try StreamBench(addressCount: 1)
        let count = 3 * StreamSockets.maximumTurnMessageCount
        let questions = try StreamBench.questions(count)
        #expect(try bench.step())
        #expect(try bench.client.write(questions[...]) == questions.count)
        var counts: [Int] = []

        repeat {
            _ = try bench.step(patience: 1_000)
            try bench.read()
            counts.append(bench.ids.count)
        } while bench.hasWork && counts.count < 10

        #expect(counts == (1...3).map { $0 * StreamSockets.maximumTurnMessageCount })
        #expect(bench.ids == (0..<count).map { UInt16($0) })
    }

    @Test func givesOthersTheirTurnWhileOneHasMoreToBeAnswered() throws {
        let bench = try StreamBench(addressCount: 1)
        let other = try bench.connect()
        let questions = try StreamBench.questions(4 * StreamSockets.maximumTurnMessageCount)
        #expect(try bench.step())
        #expect(try bench.client.write(questions[...]) == questions.count)
        #expect(try bench.step(clientReads: false))
        #expect(bench.hasWork)
        let question = try StreamBench.questions(1)
        #expect(try other.write(question[...]) == question.count)

        #expect(try bench.step(clientReads: false))

        #expect(bench.hasWork)
        var buffer = [UInt8](repeating: 0, count: 1_000)
        guard case .bytes = try other.read(into: &buffer) else {
            Issue.record("the other client has no answer yet")
            return
        }
    }

    @Test func cutsOffWhoDoesNotReadAndKeepsNothingForThem() throws {
        let registry = Registry()
        let board = SocketBoard(workerCount: 1, counting: registry, log: SilentLog())
        let bench = try StreamBench(addressCount: 3_000, sharing: board)
        // Some 48 KB each: far more than the system takes for one connection.
        let questions = try StreamBench.questions(1_000)
        #expect(try bench.client.write(questions[...]) == questions.count)
        while try bench.step(clientReads: false, patience: 500) {}
        #expect(board.streamBudget.count == 1)
        let limit = bench.now.adding(milliseconds: Streams.writeMilliseconds)

        bench.streams.closeOverdue(at: Moment(nanoseconds: limit.nanoseconds - 1))
        #expect(board.streamBudget.count == 1)
        bench.streams.closeOverdue(at: limit)

        try #require(board.streamBudget.count == 0)
        while !bench.hasEnded { try bench.read() }
        // A reset, and nothing that the system goes on sending.
        #expect(bench.failure?.code == ECONNRESET)
        let lines = StreamReportsTests.lines(registry, "apus_tcp_connections_cut_total")
        #expect(lines.last == "apus_tcp_connections_cut_total{reason=\"slow_reader\"} 1")
    }

    @Test("Who is idle is reset only with answers unread", arguments: [false, true])
    func resetsAnIdleConnectionWhoseAnswersTheSystemHolds(reads: Bool) throws {
        let bench = try StreamBench(addressCount: 3_000)
        // Some 240 KB: the system takes them all, and the client's side not all of them.
        let questions = try StreamBench.questions(5)
        #expect(try bench.client.write(questions[...]) == questions.count)
        while try bench.step(clientReads: reads, patience: 500) {}
        try #require(bench.isIdle)

        bench.streams.closeOverdue(at: bench.now.adding(milliseconds: Streams.idleMilliseconds))

        while !bench.hasEnded { try bench.read() }
        #expect(bench.failure?.code == (reads ? nil : ECONNRESET))
        #expect(!reads || bench.ids == Array(0..<5))
    }

    @Test func cutsOffWhoHoldsMostWhenAllTogetherHoldTooMuch() throws {
        let registry = Registry()
        let board = SocketBoard(
            workerCount: 1,
            budget: StreamBudget(maximumHeldByteCount: 100_000),
            counting: registry,
            log: SilentLog()
        )
        let bench = try StreamBench(addressCount: 3_000, sharing: board)
        let questions = try StreamBench.questions(1_000)
        let other = try bench.connect()
        #expect(try other.write([0]) == 1)
        #expect(try bench.client.write(questions[...]) == questions.count)

        while try bench.step(clientReads: false, patience: 500) {}

        try #require(board.streamBudget.count == 1)
        #expect(!board.streamBudget.isExceeded)
        while !bench.hasEnded { try bench.read() }
        #expect(bench.failure?.code == ECONNRESET)
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(try other.read(into: &buffer) == .nothing)
        let lines = StreamReportsTests.lines(registry, "apus_tcp_connections_cut_total")
        #expect(lines.first == "apus_tcp_connections_cut_total{reason=\"memory\"} 1")
    }

    @Test func tellsOfConnectionsBeyondTheLimitOfAClient() throws {
        let (registry, log) = (Registry(), KeptLog())
        let board = SocketBoard(workerCount: 1, counting: registry, log: log)
        for _ in 1..<StreamBudget.maximumClientConnectionCount {
            try board.streamBudget.open(IPAddress(v4: 0x7F00_0001))
        }
        let bench = try StreamBench(addressCount: 1, sharing: board)
        #expect(try bench.step())
        #expect(board.streamBudget.count == StreamBudget.maximumClientConnectionCount)
        #expect(log.lines == [])

        let other = try bench.connect()
        #expect(try bench.step())

        #expect(board.streamBudget.count == StreamBudget.maximumClientConnectionCount)
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(try other.read(into: &buffer) == .end)
        #expect(
            log.lines == [
                "[WARNING] tcp: refused a connection: 512 connections of 127.0.0.1 are open"
            ]
        )
        let lines = StreamReportsTests.lines(registry, "apus_tcp_connections_refused_total")
        #expect(lines.contains("apus_tcp_connections_refused_total{reason=\"client_limit\"} 1"))
    }
}
