// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import TLS
import Testing
import Wire

@testable import Server

/// Questions over TLS, on real sockets; the test is the upstream.
@Suite struct SecureConnectionTests {
    private func bench(
        _ upstream: SecureUpstream,
        _ terms: ConnectionTerms,
        over transport: Transport = .tcp,
        waitMilliseconds: UInt64 = 1_000
    ) throws -> UpstreamBench {
        let bench = try UpstreamBench(
            upstream.place,
            over: transport,
            waitMilliseconds: waitMilliseconds,
            on: terms
        )
        bench.udpByteCount = 1_232
        return bench
    }

    @Test("Whatever transport was asked for", arguments: [Transport.tcp, .udp])
    func asksAndHandsOnTheAnswer(transport: Transport) throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms(), over: transport)
        try bench.ask("www.example.")
        try upstream.accept(bench)
        let question = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(question)], bench)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.first?.answers.map(\.data) == [[192, 0, 2, 9]])
        #expect(upstream.session?.applicationProtocol == "dot")
        #expect(bench.sockets.connections.questionCount == 0)
        #expect(bench.sockets.connections.connectionCount == 1)
    }

    @Test("The name that is asked for is nowhere to be read on the way")
    func saysNothingInPlainText() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("secretive.example.")
        try upstream.accept(bench)
        let first = try upstream.rawBytes(bench)
        let reply = try upstream.handshakeOutput(after: first)
        try upstream.write(raw: reply, bench)
        let second = try upstream.rawBytes(bench)

        let secret = Array("secretive".utf8)
        let all = first + second
        #expect(first.first == 22 && all.count > 200)
        #expect(!all.indices.contains { all[$0...].starts(with: secret) })
        // It did come.
        var plain: [UInt8] = []
        try upstream.session?.receive(second.span, into: &plain)
        #expect(plain.indices.contains { plain[$0...].starts(with: secret) })
    }

    @Test func asksAHundredOnOneConnectionAndTakesAnswersInAnyOrder() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("first.example.")
        try upstream.accept(bench)
        let first = try #require(try upstream.next(1, bench).first)
        try upstream.write([Bench.reply(first)], bench)
        try bench.run(untilAnswers: 1)

        // In four steps, so that no second connection is wanted.
        for step in 0..<4 {
            let count = 25
            try bench.ask((0..<count).map { "n\(step)-\($0).example." })
            let questions = try upstream.next(count, bench)
            let replies = try questions.enumerated().map {
                try Bench.reply($0.element, last: UInt8($0.offset))
            }
            try upstream.write(replies.reversed(), bench)
            try bench.run(untilAnswers: 1 + (step + 1) * count)

            for answer in bench.answers.suffix(count) {
                let question = try #require(answer.questions.first)
                let place = try questions.firstIndex {
                    try Message(parsing: $0.span).questions == [question]
                }
                #expect(answer.answers.first?.data[3] == place.map { UInt8($0) })
            }
        }
        #expect(bench.sockets.connections.connectionCount == 1)
        #expect(upstream.connectionCount == 1)
    }

    @Test("However slowly hands are shaken and an answer drips", arguments: [1, 7, 1_000])
    func takesBytesInPieces(pieceByteCount: Int) throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("www.example.")
        try upstream.accept(bench)
        let handshake = try upstream.handshakeOutput(after: try upstream.rawBytes(bench))
        try drip(handshake, pieceByteCount, upstream, bench)
        let question = try #require(try upstream.next(1, bench).first)
        var reply = try Bench.reply(question)
        reply += [UInt8](repeating: 0, count: 3_000 - reply.count)
        try drip(try upstream.encrypted([reply]), pieceByteCount, upstream, bench)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.noError])
    }

    private func drip(
        _ bytes: [UInt8],
        _ byteCount: Int,
        _ upstream: SecureUpstream,
        _ bench: UpstreamBench
    ) throws {
        for start in stride(from: 0, to: bytes.count, by: byteCount) {
            let end = min(start + byteCount, bytes.count)
            try upstream.write(raw: Array(bytes[start..<end]), bench)
            bench.step()
        }
    }

    @Test func takesTheLongestAnswer() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("www.example.")
        try upstream.accept(bench)
        var reply = try Bench.reply(#require(try upstream.next(1, bench).first))
        reply += [UInt8](repeating: 0, count: 65_535 - reply.count)
        try upstream.write([reply], bench)
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.noError])
    }

    // MARK: Who it is

    /// How a certificate may be wrong, and what is said.
    enum Fault: CaseIterable {
        case name, authority, time

        var complaint: String {
            switch self {
            case .name: "certificate is for other.example, not dns.example"
            case .authority: "certificate is from an unknown authority, 'Example Authority'"
            case .time: "certificate has expired on 2027-01-15"
            }
        }
    }

    @Test("Who cannot prove who it is learns nothing", arguments: Fault.allCases)
    func asksNobodyElse(fault: Fault) throws {
        let upstream =
            switch fault {
            case .name: try SecureUpstream(names: ["other.example"])
            case .authority: try SecureUpstream()
            case .time:
                try SecureUpstream(valid: SecureUpstream.now - 80_000..<SecureUpstream.now - 9)
            }
        let terms =
            fault == .authority
            ? try SecureUpstream(authority: "Other").terms() : try upstream.terms()
        let bench = try bench(upstream, terms)
        try bench.ask("www.example.")
        try upstream.accept(bench)
        #expect(throws: TLSError.self) { try upstream.next(1, bench) }
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.serverFailure])
        #expect(bench.complaints == [fault.complaint])
        #expect(bench.sockets.connections.connectionCount == 0)
        #expect(bench.sockets.datagrams.socketCount == 0)

        // For a while it is not even asked; then it is.
        try bench.ask("again.example.")
        #expect(bench.complaints == [fault.complaint, fault.complaint])
        #expect(bench.sockets.connections.connectionCount == 0)
        bench.advance(milliseconds: UpstreamConnections.refusalMilliseconds)
        try bench.ask("later.example.")
        #expect(bench.sockets.connections.connectionCount == 1)
    }

    @Test func remembersSoManyRefusalsAndNoMore() throws {
        let upstream = try SecureUpstream()
        let security = try upstream.terms().values.security
        let count = UpstreamConnections.maximumRefusalCount + 1
        var terms: [String: ConnectionTerms] = [:]
        for number in 0..<count {
            terms["n\(number).example."] = ConnectionTerms(
                ConnectionTerms.Values(security: security)
            )
        }
        let bench = try UpstreamBench([
            .forwarding(to: upstream.place, over: .tcp, termsByName: terms)
        ])
        for number in 0..<count {
            try bench.ask("n\(number).example.")
            try upstream.accept(bench)
            try upstream.write(raw: Array("HTTP/1.1 400".utf8), bench)
            try bench.run(untilAnswers: number + 1)
            #expect(bench.sockets.connections.refusalCount == min(number + 1, count - 1))
        }
        bench.advance(milliseconds: UpstreamConnections.refusalMilliseconds)
        bench.closeOld()

        #expect(bench.sockets.connections.refusalCount == 0)
    }

    @Test("Connections on other terms are never shared")
    func keepsTermsApart() throws {
        let upstream = try SecureUpstream(names: ["dns.example", "other.example"])
        let bench = try UpstreamBench([
            .forwarding(
                to: upstream.place,
                over: .tcp,
                termsByName: [
                    "a.example.": try upstream.terms(),
                    "b.example.": try upstream.terms(for: "other.example"),
                ]
            )
        ])
        try bench.ask(["a.example.", "b.example.", "c.example."])

        #expect(bench.sockets.connections.connectionCount == 3)
    }

    @Test("The next connection begins with a ticket of the one before")
    func resumes() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        for number in 0..<3 {
            try bench.ask("n\(number).example.")
            try upstream.accept(bench)
            let question = try #require(try upstream.next(1, bench).first)
            #expect(upstream.session?.isResumed == (number > 0))
            try upstream.write([Bench.reply(question)], bench)
            try bench.run(untilAnswers: number + 1)
            try upstream.end(bench)
            try bench.run { bench.sockets.connections.connectionCount == 0 }
        }

        #expect(bench.answers.map(\.code) == [.noError, .noError, .noError])
    }

    // MARK: Ends

    /// How a connection may end while questions are open.
    enum Ending: CaseIterable { case announced, cut, half, garbage }

    @Test("What is lost with a connection is asked again once", arguments: Ending.allCases)
    func asksAgain(after ending: Ending) throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask(["a.example.", "b.example."])
        try upstream.accept(bench)
        let questions = try upstream.next(2, bench)
        try upstream.write([Bench.reply(questions[1])], bench)
        try bench.run(untilAnswers: 1)
        switch ending {
        case .announced: try upstream.end(bench)
        case .cut: upstream.close()
        case .half: try upstream.closeOutput()
        case .garbage:
            let garbage = [UInt8](repeating: 0x5A, count: 35)
            try upstream.write(raw: [0x17, 3, 3, 0, 35] + garbage, bench)
        }
        try upstream.accept(bench)
        let again = try #require(try upstream.next(1, bench).first)
        #expect(again.dropFirst(2) == questions[0].dropFirst(2))
        try upstream.write([Bench.reply(again)], bench)
        try bench.run(untilAnswers: 2)

        #expect(bench.answers.map(\.code) == [.noError, .noError])
        #expect(upstream.session?.isResumed == true)
    }

    @Test func failsWhatIsLostTwice() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("a.example.")
        for _ in 0..<2 {
            try upstream.accept(bench)
            _ = try upstream.next(1, bench)
            upstream.close()
        }
        try bench.run(untilAnswers: 1)

        #expect(bench.answers.map(\.code) == [.serverFailure])
        #expect(bench.complaints == ["the upstream closed the connection"])
        #expect(bench.sockets.connections.connectionCount == 0)
    }

    @Test("Who closes instead of shaking hands is not asked again by us")
    func leavesWhoClosesFirst() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("a.example.")
        try upstream.accept(bench)
        _ = try upstream.rawBytes(bench)
        upstream.close()
        try bench.run(untilAnswers: 1)

        #expect(bench.complaints == ["closed during the handshake"])
        #expect(try !upstream.hasCaller())
    }

    @Test("Who answers in plain text is told apart")
    func leavesPlainServers() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms())
        try bench.ask("a.example.")
        try upstream.accept(bench)
        try upstream.write(raw: [0, 12, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0], bench)
        try bench.run(untilAnswers: 1)

        #expect(bench.complaints == ["what the other side sends is not TLS"])
    }

    @Test("Who never ends to shake hands costs a question its time, and no more")
    func leavesASilentHandshake() throws {
        let upstream = try SecureUpstream()
        let bench = try bench(upstream, try upstream.terms(), waitMilliseconds: 100)
        try bench.ask("a.example.")
        try upstream.accept(bench)
        let handshake = try upstream.handshakeOutput(after: try upstream.rawBytes(bench))
        try upstream.write(raw: Array(handshake.prefix(50)), bench)
        for _ in 0..<10 { bench.step(milliseconds: 1) }
        #expect(bench.endedCount == 0)
        bench.advance(milliseconds: 100)
        #expect(bench.answers.map(\.code) == [.serverFailure])
        bench.closeOld()

        #expect(bench.sockets.connections.connectionCount == 0)
    }

    @Test("A connection that ends at any byte of the handshake is the end of it")
    func endsAnywhere() throws {
        let upstream = try SecureUpstream()
        let terms = try upstream.terms()
        for length in stride(from: 0, to: 900, by: 47) {
            let bench = try bench(upstream, terms)
            try bench.ask("a.example.")
            try upstream.accept(bench)
            let handshake = try upstream.handshakeOutput(after: try upstream.rawBytes(bench))
            try #require(length < handshake.count || length > 500)
            guard length < handshake.count else { break }
            try upstream.write(raw: Array(handshake.prefix(length)), bench)
            upstream.close()
            try bench.run(untilAnswers: 1)

            #expect(bench.answers.map(\.code) == [.serverFailure])
            #expect(bench.sockets.connections.questionCount == 0)
        }
    }
}
