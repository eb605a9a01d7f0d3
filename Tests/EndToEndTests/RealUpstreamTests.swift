// SPDX-License-Identifier: Apache-2.0

import Foundation
import Plugin
import Posix
import Testing
import Wire

/// The program in front of name servers that others wrote.
@Suite struct RealUpstreamTests {
    typealias Kind = RealUpstream.Kind

    @Test(
        .enabled(
            if: Kind.installed.count == Kind.allCases.count,
            "unbound and knot are not both installed; 'scripts/setup tools' sees to it"
        )
    )
    func areInstalled() { #expect(Kind.installed == [.unbound, .knotd]) }

    /// A server that forwards everything to `upstream`.
    private static func server(to upstream: RealUpstream) throws -> RunningServer {
        try RunningServer(
            corefile: """
                . {
                    bind 127.0.0.1
                    prometheus 127.0.0.1:0
                    forward . \(upstream.place)
                }

                """
        )
    }

    /// A question, and how many records come back for it.
    struct Expectation: Sendable {
        var name: String
        var type: RecordType
        var transport = Transport.udp
        var code = ResponseCode.noError
        var answerCount = 1
        /// nil where servers differ.
        var authorityCount: Int? = 0
        var isTruncated = false
        var wantsSignatures = false
    }

    static let expectations = [
        Expectation(name: "www.example.", type: .a),
        Expectation(name: "www.example.", type: .a, transport: .tcp),
        Expectation(name: "www.example.", type: .aaaa),
        Expectation(name: "wWW.ExAmPlE.", type: .aaaa),
        Expectation(name: "alias.example.", type: .a, answerCount: 3),
        Expectation(name: "alias.example.", type: .mx, answerCount: 2, authorityCount: nil),
        Expectation(
            name: "nobody.example.",
            type: .a,
            code: .nameError,
            answerCount: 0,
            authorityCount: 1
        ),
        Expectation(name: "www.example.", type: .mx, answerCount: 0, authorityCount: 1),
        Expectation(name: "odd.example.", type: RecordType(rawValue: 65_400)),
        // More than a datagram holds: from upstream over TCP, to the client cut.
        Expectation(name: "long.example.", type: .txt, answerCount: 0, isTruncated: true),
        Expectation(name: "long.example.", type: .txt, transport: .tcp),
        Expectation(name: "www.example.", type: .a, answerCount: 2, wantsSignatures: true),
    ]

    @Test("What it says is what comes", arguments: Kind.installed)
    func relays(kind: Kind) throws {
        let upstream = try RealUpstream(kind)
        let server = try Self.server(to: upstream)
        let direct = PlainAsker(upstream.place)
        let forwarded = PlainAsker(PlainAsker.loopback(server.port))
        for wanted in Self.expectations {
            let question = Question(try Name(wanted.name), wanted.type)

            let right = try direct.ask(
                question,
                wanted.transport,
                wantsSignatures: wanted.wantsSignatures
            )
            let found = try forwarded.ask(
                question,
                wanted.transport,
                wantsSignatures: wanted.wantsSignatures
            )

            #expect(found.code == wanted.code, "\(wanted)")
            #expect(found.answers.count == wanted.answerCount, "\(wanted)")
            let count = found.authorities.count
            #expect(count == wanted.authorityCount ?? count, "\(wanted)")
            #expect(found.header.flags.contains(.truncated) == wanted.isTruncated, "\(wanted)")
            // They are the authority, and not who asks them.
            let flags = right.header.flags.subtracting(.authoritative)
            #expect(found.header.flags == flags, "\(wanted)")
            #expect(found.questions == [question], "\(wanted)")
            #expect(found.answers == right.answers, "\(wanted)")
            #expect(found.authorities == right.authorities, "\(wanted)")
            #expect((found.options != nil) == wanted.wantsSignatures, "\(wanted)")
        }
        let text = try forwarded.ask(Question(try Name("long.example."), .txt), .tcp)
        #expect(text.answers.first?.data.count == 12 * 250)
    }

    /// Who keeps it has nothing over TCP but what must come over TCP.
    @Test("The case of questions is mixed, and it keeps that", arguments: Kind.installed)
    func keepsCase(kind: Kind) throws {
        let upstream = try RealUpstream(kind)
        let server = try Self.server(to: upstream)
        let forwarded = PlainAsker(PlainAsker.loopback(server.port))
        for number in 0..<50 {
            let name = try Name("a-long-name-without-any-number-\(number).example.")
            #expect(try forwarded.ask(Question(name, .a), .udp).code == .nameError)
        }

        let page = try KubeadmTests.get(server.pagePort(of: "prometheus"), "metrics")

        let series = "{to=\"\(upstream.place)\",class=\"case\"}"
        let counts = page.split(separator: "\n").filter {
            $0.hasPrefix("coredns_forward_upstream_errors_total\(series) ")
        }
        #expect(counts.map { $0.hasSuffix(" 0") } == [true], "\(page)")
        #expect(
            page.contains("coredns_proxy_request_duration_seconds_count")
                || page.contains("coredns_forward_upstream_latency_seconds"),
            "\(page)"
        )
    }

    @Test("It ends, and comes back where it was", arguments: Kind.installed)
    func survivesARestart(kind: Kind) throws {
        let upstream = try RealUpstream(kind)
        let server = try Self.server(to: upstream)
        let forwarded = PlainAsker(PlainAsker.loopback(server.port))
        let question = Question(try Name("www.example."), .a)
        for _ in 0..<2 {
            for transport in [Transport.udp, .tcp] {
                let answer = try forwarded.ask(question, transport)
                #expect(answer.answers.map(\.data) == [[192, 0, 2, 80]])
            }
            upstream.stop()
            for transport in [Transport.udp, .tcp] {
                #expect(try forwarded.ask(question, transport).code == .serverFailure)
            }
            try upstream.start()
        }

        // The first question of each transport after its return is answered.
        for transport in [Transport.udp, .tcp] {
            let answer = try forwarded.ask(question, transport)
            #expect(answer.answers.map(\.data) == [[192, 0, 2, 80]])
        }
    }
}
