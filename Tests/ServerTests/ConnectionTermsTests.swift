// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Testing
import Wire

@testable import Server

/// How long connections are kept, on real sockets and the test's own time.
@Suite struct ConnectionTermsTests {
    private func terms(
        idleMilliseconds: UInt64 = 10_000,
        ageMilliseconds: UInt64 = 0,
        idleCount: Int = 0
    ) -> ConnectionTerms {
        ConnectionTerms(
            ConnectionTerms.Values(
                idleMilliseconds: idleMilliseconds,
                ageMilliseconds: ageMilliseconds,
                idleCount: idleCount
            )
        )
    }

    /// Asks one question on a connection that is new or not, and answers it.
    private func ask(
        _ name: String,
        isNew: Bool,
        _ upstream: StreamUpstream,
        _ bench: UpstreamBench,
        keepingTheOneBefore isKeeping: Bool = false
    ) throws {
        let count = bench.answers.count
        try bench.ask(name)
        if isNew { try upstream.accept(bench, keepingTheOneBefore: isKeeping) }
        let question = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(question)])
        try bench.run(untilAnswers: count + 1)
    }

    @Test("One that was idle too long is not asked, even before it is closed")
    func expires() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(
            upstream.place,
            over: .tcp,
            on: terms(idleMilliseconds: 200)
        )
        try ask("a.example.", isNew: true, upstream, bench)
        bench.advance(milliseconds: 199)
        try ask("b.example.", isNew: false, upstream, bench)
        bench.advance(milliseconds: 200)
        try ask("c.example.", isNew: true, upstream, bench, keepingTheOneBefore: true)
        #expect(bench.sockets.connections.connectionCount == 2)
        bench.closeOld()

        #expect(bench.sockets.connections.connectionCount == 1)
    }

    @Test("One that is too old takes no new questions, but keeps those it has")
    func ages() throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(
            upstream.place,
            over: .tcp,
            waitMilliseconds: 20_000,
            on: terms(ageMilliseconds: 15_000)
        )
        try ask("a.example.", isNew: true, upstream, bench)
        bench.advance(milliseconds: 9_000)
        try ask("b.example.", isNew: false, upstream, bench)
        bench.advance(milliseconds: 5_998)
        try bench.ask("c.example.")
        let question = try #require(try upstream.next(1, bench).first)
        bench.advance(milliseconds: 2)
        bench.closeOld()
        #expect(bench.sockets.connections.connectionCount == 1)
        try upstream.write([Bench.reply(question)])
        try bench.run(untilAnswers: 3)
        try ask("d.example.", isNew: true, upstream, bench)
        bench.closeOld()

        #expect(bench.sockets.connections.connectionCount == 1)
        #expect(bench.answers.map(\.code) == [.noError, .noError, .noError, .noError])
    }

    @Test("Of those without questions so many are kept", arguments: [(0, 3), (1, 1), (2, 2)])
    func keepsSoMany(limit: Int, kept: Int) throws {
        let upstream = try StreamUpstream()
        let bench = try UpstreamBench(
            upstream.place,
            over: .tcp,
            waitMilliseconds: 100,
            on: terms(idleCount: limit)
        )
        let count = 3 * UpstreamConnections.wantedQuestionCount
        try bench.ask((0..<count).map { "n\($0).example." })
        #expect(bench.sockets.connections.connectionCount == 3)
        for answered in 1...3 {
            try upstream.accept(bench, keepingTheOneBefore: true)
            let questions = try upstream.next(UpstreamConnections.wantedQuestionCount, bench)
            try upstream.write(questions.map { try Bench.reply($0) })
            try bench.run(untilAnswers: answered * questions.count)
        }
        bench.closeOld()

        #expect(bench.sockets.connections.connectionCount == kept)
    }

    @Test func countsConnectionsThatWereThereAndThoseThatWereNot() throws {
        let upstream = try StreamUpstream()
        let registry = Registry()
        let terms = ConnectionTerms(
            reuses: registry.counter(Family.counter("reuses_total", help: "Reuses.")),
            openings: registry.counter(Family.counter("openings_total", help: "Openings."))
        )
        let bench = try UpstreamBench(
            [.forwarding(to: upstream.place, over: .tcp, on: terms)],
            counting: registry
        )
        try ask("a.example.", isNew: true, upstream, bench)
        for number in 0..<3 { try ask("n\(number).example.", isNew: false, upstream, bench) }
        let page = String(decoding: registry.page(), as: UTF8.self)

        #expect(page.contains("\nreuses_total 3\n") && page.contains("\nopenings_total 1\n"))
    }
}
