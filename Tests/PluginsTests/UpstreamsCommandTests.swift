// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import TLS
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamsCommandTests {
    private let surroundings: Surroundings
    private let start = Moment(nanoseconds: 10_000_000_000)

    init() throws {
        let authority = try CertificateAuthority(
            "Example Authority",
            valid: 1_600_000_000..<1_900_000_000
        )
        var surroundings = Surroundings()
        surroundings.files.contents = [
            ForwardSecurity.systemAuthorities[0]: String(
                decoding: authority.certificate,
                as: UTF8.self
            )
        ]
        self.surroundings = surroundings
    }

    /// The console of a Corefile's stanzas, and what their upstreams share with it.
    private func book(_ text: String) throws -> (Console, Setup) {
        let (_, setup) = try surroundings.make(Forward.self, text)
        return (try #require(setup.consoles.first { $0.verbs == ["upstreams"] }), setup)
    }

    private func health(_ endpoint: String, _ setup: Setup) throws -> UpstreamHealth {
        try #require(setup.kept["forward: health of \(endpoint)"] as? UpstreamHealth)
    }

    private func run(_ console: Console, _ words: String..., at now: Moment) -> CommandOutput {
        console.run(CommandRequest(["upstreams"] + words, wallSeconds: 0, now: now))
    }

    @Test func showsWhoIsSlowAndWhoIsDead() throws {
        let (console, setup) = try book(
            """
            forward example.org 192.0.2.1 192.0.2.2 tls://[2001:db8::3%dns.example]:8853 {
              max_rate 500
            }
            forward . 192.0.2.4
            """
        )
        let cells = surroundings.metrics.cells(forWorker: 0)
        try health("192.0.2.1:53 scope 0", setup).succeed(
            began: start,
            at: start.adding(milliseconds: 3)
        )
        let well = ForwardMetrics.OfUpstream(surroundings.metrics, to: "192.0.2.1:53")
        well.count(.noError, nanoseconds: 3_000_000, cells)
        well.count(.nameError, nanoseconds: 3_000_000, cells)
        well.count(.code, cells)
        let dead = try health("192.0.2.2:53 scope 0", setup)
        for number in 0..<4 {
            let began = start.adding(milliseconds: UInt64(number) * 2_000)
            _ = dead.fail(began: began, at: began, maximumFailures: 2, interval: 500_000_000)
        }
        ForwardMetrics.OfUpstream(surroundings.metrics, to: "192.0.2.2:53").count(.timeout, cells)
        _ = try health("192.0.2.4:53 scope 0", setup).loop.noteReturn()

        let output = run(console, at: start.adding(milliseconds: 20_000))

        #expect(output.code == 0)
        #expect(
            output.text == """
                ZONE           UPSTREAM                               STATE                           REPLIED   LATENCY     TIMEOUT   RATE        LIMIT    REPLIES   FAILURES
                example.org.   192.0.2.1:53                           well                            19s ago   3ms         50ms      <unknown>   500/s    2         1 rcode
                example.org.   192.0.2.2:53                           down: silent for 20s            never     <unknown>   400ms     <unknown>   500/s    0         1 timeout
                example.org.   tls://[2001:db8::3%dns.example]:8853   no reply yet                    never     <unknown>   400ms     <unknown>   500/s    0         0
                .              192.0.2.4:53                           looping: sends questions back   never     <unknown>   400ms     <unknown>   <none>   0         0

                """
        )
    }

    @Test func tellsHowOftenEachIsAsked() throws {
        let (console, setup) = try book("forward . 192.0.2.1")
        let chore = try #require(setup.chores.first)
        let counts = ForwardMetrics.OfUpstream(surroundings.metrics, to: "192.0.2.1:53")
        chore.run(start, false)
        for _ in 0..<5 {
            counts.count(.network, surroundings.metrics.cells(forWorker: 0))
        }

        let text = run(console, at: start.adding(milliseconds: 2_000)).text

        #expect(text.contains(" 2.5/s "), "\(text)")
    }

    @Test func showsWhatNamesStandFor() throws {
        let (console, setup) = try book(
            "forward . tls://dns.example {\n  resolver 192.0.2.9\n}"
        )
        let before = run(console, at: start).text
        let host = try #require(setup.kept.values.compactMap { $0 as? UpstreamHost }.first)
        let address = try #require(IPAddress("192.0.2.1"))
        host.take([.addresses([address], ttl: 90), .failure("i/o timeout")], at: start)

        let after = run(console, at: start.adding(milliseconds: 10_000)).text

        #expect(before.contains("tls://dns.example.:853   not looked up yet "), "\(before)")
        #expect(
            after.contains("tls://dns.example.:853              1 address, next look-up in 20s "),
            "\(after)"
        )
        #expect(after.contains("    tls://192.0.2.1%dns.example:853   no reply yet "), "\(after)")
    }

    @Test func isTheSameForMachines() throws {
        let (console, _) = try book("forward . 192.0.2.1")

        let text = run(console, "-o", "json", at: start).text

        #expect(
            text == """
                {
                    "upstreams": [
                        {
                            "failures": {},
                            "failuresInARow": 0,
                            "lastReplySecondsAgo": null,
                            "latencySeconds": null,
                            "learntRate": null,
                            "mixesCase": true,
                            "ratePerSecond": null,
                            "replies": {},
                            "server": "dns://:53",
                            "silentSeconds": 0.0,
                            "state": "well",
                            "timeoutSeconds": 0.4,
                            "transport": "any",
                            "upstream": "192.0.2.1:53",
                            "zone": "."
                        }
                    ]
                }

                """
        )
    }

    @Test func oneConsoleShowsEveryServerBlock() throws {
        var setup = try surroundings.setup()
        for text in ["forward . 192.0.2.1", "forward . 192.0.2.2"] {
            _ = try Forward(parsing: try stanzas(text), setup: &setup)
        }

        #expect(setup.consoles.count == 1 && setup.chores.count == 1)
        let text = run(setup.consoles[0], "-o", "wide", at: start).text
        #expect(text.contains("192.0.2.1:53") && text.contains("192.0.2.2:53"))
        #expect(text.contains("FAILURES   SERVER      OVER   FROM     CASE\n"), "\(text)")
        #expect(text.contains("0          dns://:53   any    <none>   mixed\n"), "\(text)")
    }

    @Test(arguments: [
        ("all", "error: 'upstreams' takes no arguments, but has 'all'\n"),
        (
            "-oyaml",
            "error: unable to match a printer suitable for the output format \"yaml\", allowed "
                + "formats are: json, wide\n"
        ),
    ])
    func refusesWhatItDoesNotKnow(word: String, expected: String) throws {
        let (console, _) = try book("forward . 192.0.2.1")

        let output = run(console, word, at: start)

        #expect(output.errors == expected && output.code == 1)
    }
}
