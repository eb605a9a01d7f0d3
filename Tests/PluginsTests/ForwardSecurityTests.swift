// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import TLS
import Testing
import Wire

@testable import Plugins

/// The options `tls` and `tls_servername`, and what upstreams are asked with.
@Suite struct ForwardSecurityTests {
    /// Valid at the time of `Surroundings`.
    private static let valid: Range<Int64> = 1_600_000_000..<1_900_000_000

    private let surroundings: Surroundings
    private let authority: CertificateAuthority
    private let identity: TLSIdentity

    init() throws {
        authority = try CertificateAuthority("Example Authority", valid: Self.valid)
        identity = try authority.identity(for: ["client.example"], valid: Self.valid)
        var surroundings = Surroundings()
        let trusted = String(decoding: authority.certificate, as: UTF8.self)
        surroundings.files.contents = [
            ForwardSecurity.systemAuthorities[0]: trusted, "ca.pem": trusted,
            "/pki/ca.pem": trusted,
            "cert.pem": String(decoding: identity.certificates, as: UTF8.self),
            "key.pem": String(decoding: identity.key, as: UTF8.self), "empty.pem": "",
        ]
        self.surroundings = surroundings
    }

    private func terms(
        _ text: String,
        in surroundings: Surroundings
    ) throws -> (terms: [ConnectionTerms.Values], setup: Setup) {
        var setup = try surroundings.setup()
        let route = try ForwardRoute(parsing: try stanzas(text)[0], setup: &setup)
        let terms = route.upstreams.map {
            $0.exchange(over: .tcp, [], until: Moment(nanoseconds: 0)).terms?.values
        }
        return (terms.compactMap { $0 }, setup)
    }

    @Test(
        arguments: [
            ("forward . tls://192.0.2.1", nil),
            ("forward . tls://192.0.2.1%a.example", "a.example"),
            ("forward . tls://192.0.2.1 {\n  tls\n}", nil),
            ("forward . tls://192.0.2.1 {\n  tls ca.pem\n}", nil),
            ("forward . tls://192.0.2.1 {\n  tls cert.pem key.pem\n}", nil),
            ("forward . tls://192.0.2.1 {\n  tls cert.pem key.pem ca.pem\n}", nil),
            ("forward . tls://192.0.2.1 {\n  tls_servername B.example\n}", "b.example"),
        ] as [(String, String?)]
    )
    func securesWhatBeginsWithTLS(text: String, name: String?) throws {
        let (terms, setup) = try terms(text, in: surroundings)
        let security = try #require(terms.first?.security)

        #expect(security.identity?.description == name)
        #expect(setup.reports.isEmpty)
    }

    @Test func givesEachUpstreamItsName() throws {
        let text = "forward . tls://192.0.2.1%a.example tls://192.0.2.1%b.example 192.0.2.1"
        let (terms, _) = try terms(text, in: surroundings)

        #expect(
            terms.map { $0.security?.identity?.description } == ["a.example", "b.example", nil]
        )
        #expect(terms.map { $0.security == nil } == [false, false, true])
        // They share who is trusted, and the tickets.
        #expect(terms[0].security?.client === terms[1].security?.client)
    }

    @Test func watchesItsFiles() throws {
        let text = "forward . tls://192.0.2.1 {\n  tls cert.pem key.pem ca.pem\n}"
        let (_, setup) = try terms(text, in: surroundings)

        #expect(setup.watched == ["cert.pem", "key.pem", "ca.pem"])
    }

    @Test func readsFilesFromTheRoot() throws {
        var setup = try surroundings.setup()
        setup.root = "/pki"
        let stanza = try stanzas("forward . tls://192.0.2.1 {\n  tls ca.pem\n}")[0]
        _ = try ForwardRoute(parsing: stanza, setup: &setup)

        #expect(setup.watched == ["/pki/ca.pem"])
    }

    @Test func trustsWhomTheEnvironmentNames() throws {
        var setup = try surroundings.setup()
        #expect(setup.environment.isEmpty)
        _ = try ForwardRoute(parsing: try stanzas("forward . tls://192.0.2.1")[0], setup: &setup)
        #expect(setup.watched == [ForwardSecurity.systemAuthorities[0]])

        var named = surroundings
        named.environment = ["SSL_CERT_FILE": "/pki/ca.pem"]
        #expect(try terms("forward . tls://192.0.2.1", in: named).setup.watched == ["/pki/ca.pem"])
        named.environment = ["SSL_CERT_FILE": "/pki/none.pem"]
        #expect(
            try refusal(of: Forward.self, "forward . tls://192.0.2.1", in: named)
                == "Corefile:1:11: /pki/none.pem: no such file or folder"
        )
    }

    @Test(arguments: [
        (
            "tls a b c d",
            "2:13: 'd' is one argument too many; 'tls' wants at most a certificate, "
                + "its key and a file of authorities"
        ),
        ("tls none.pem", "2:7: none.pem: no such file or folder"),
        ("tls none.pem key.pem", "2:7: none.pem: no such file or folder"),
        ("tls cert.pem none.pem", "2:16: none.pem: no such file or folder"),
        ("tls cert.pem key.pem none.pem", "2:24: none.pem: no such file or folder"),
        ("tls empty.pem", "2:3: no certificate of an authority"),
        ("tls key.pem cert.pem", "2:3: no certificate"),
        ("tls ca.pem key.pem", "2:3: the key does not belong to the certificate"),
        ("tls_servername", "2:3: 'tls_servername' wants a host name"),
        ("tls_servername a..b", "2:18: 'a..b' is no host name like 'dns.example'"),
    ])
    func saysWhatIsWrong(option: String, mistake: String) throws {
        let text = "forward . tls://192.0.2.1 {\n  \(option)\n}"

        #expect(try refusal(of: Forward.self, text, in: surroundings) == "Corefile:\(mistake)")
    }

    @Test func readsFilesOfSuchALengthAndNoLonger() throws {
        var surroundings = surroundings
        let text = surroundings.files.contents["ca.pem"] ?? ""
        let most = ForwardSecurity.maximumFileByteCount
        let rest = String(repeating: "\n", count: most - text.utf8.count)
        surroundings.files.contents["most.pem"] = text + rest
        surroundings.files.contents["more.pem"] = text + rest + "\n"
        func refused(_ path: String) throws -> String? {
            try refusal(
                of: Forward.self,
                "forward . tls://192.0.2.1 {\n  tls \(path)\n}",
                in: surroundings
            )
        }

        #expect(try refused("most.pem") == nil)
        #expect(try refused("more.pem")?.hasPrefix("Corefile:2:7: more.pem: ") == true)
    }

    @Test func wantsOneNameForAnUpstream() throws {
        let text = "forward . tls://192.0.2.1%a.example {\n  tls_servername b.example\n}"

        #expect(
            try refusal(of: Forward.self, text, in: surroundings)
                == "Corefile:2:18: 'tls_servername' and a name in 'tls://192.0.2.1%a.example' "
                + "exclude each other"
        )
    }

    @Test func wantsAuthorities() throws {
        let bare = Surroundings()

        #expect(
            try refusal(of: Forward.self, "forward . tls://192.0.2.1", in: bare)
                == "Corefile:1:11: no authorities are known to trust: name a file of them with "
                + "'tls CA', or install the package ca-certificates"
        )
    }

    @Test(arguments: ["tls ca.pem", "tls_servername a.example"])
    func warnsWhereNothingIsSecured(option: String) throws {
        let text = "forward . 192.0.2.1 {\n  \(option)\n}"
        let (_, setup) = try terms(text, in: surroundings)

        #expect(
            setup.reports == [
                Report(
                    "Corefile:2:\(option.hasPrefix("tls ") ? 3 : 18): no upstream begins with "
                        + "'tls://', so none is asked over TLS",
                    isWarning: true
                )
            ]
        )
    }

    @Test(
        "A host by name must be that host",
        arguments: [
            ("", "dns.example.net"), ("tls_servername other.example", "other.example"),
        ]
    )
    func securesHosts(option: String, name: String) throws {
        var setup = try surroundings.setup()
        let stanza = try stanzas(
            "forward . tls://Dns.example.net {\n  resolver 192.0.2.9\n  tls ca.pem\n  \(option)\n}"
        )[0]
        let route = try ForwardRoute(parsing: stanza, setup: &setup)
        let key = try #require(setup.kept.keys.first { $0.hasPrefix("forward: host ") })
        let host = try #require(setup.kept[key] as? UpstreamHost)
        let security = try #require(host.terms.values.security)

        #expect(host.isSecure && host.port == 853)
        #expect(security.identity?.description == name)
        #expect(route.hosts?.labels == ["dns.example.net.:853 tls"])
        #expect(setup.reports.isEmpty)
        // Its servers are asked on these terms.
        host.take(
            [.addresses([IPAddress(v4: 0xC000_0201)], ttl: 60), .nothing],
            at: Moment(nanoseconds: 0)
        )
        let upstream = try #require(host.upstreams.first)
        #expect(upstream.isSecure && upstream.transport(.udp) == .tcp)

        // A reload that changes nothing keeps what is known of it.
        var next = surroundings
        next.previous = setup.kept
        var again = try next.setup()
        _ = try ForwardRoute(parsing: stanza, setup: &again)
        #expect(again.kept[key] as? UpstreamHost === host)
    }

    // MARK: Reloads

    private static let whole = "forward . tls://192.0.2.1 {\n  tls cert.pem key.pem ca.pem\n}"

    @Test func keepsConnectionsOverAReload() throws {
        var surroundings = surroundings
        let before = try terms(Self.whole, in: surroundings)
        surroundings.previous = before.setup.kept
        let after = try terms(Self.whole, in: surroundings)

        #expect(before.terms == after.terms)
    }

    @Test func takesNewFilesAtAReload() throws {
        var surroundings = surroundings
        let before = try terms(Self.whole, in: surroundings)
        surroundings.previous = before.setup.kept
        let renewed = try authority.identity(for: ["client.example"], valid: Self.valid)
        surroundings.files.contents["cert.pem"] = String(
            decoding: renewed.certificates,
            as: UTF8.self
        )
        // The certificate is new, and its key still the old one.
        let between = try terms(Self.whole, in: surroundings)
        #expect(between.terms == before.terms)
        #expect(
            between.setup.reports.map(\.description) == [
                "Corefile:2:3: the key does not belong to the certificate; what was read before is "
                    + "used"
            ]
        )

        surroundings.previous = between.setup.kept
        surroundings.files.contents["key.pem"] = String(decoding: renewed.key, as: UTF8.self)
        let after = try terms(Self.whole, in: surroundings)
        #expect(after.terms != before.terms)
        #expect(after.setup.reports.isEmpty)
    }

    // MARK: Asking

    @Test(
        "It is asked over TCP with terms, whatever the client and the options say",
        arguments: [
            "", "prefer_udp", "force_tcp",
        ]
    )
    func neverAsksInPlainText(option: String) async throws {
        let text = "forward . tls://192.0.2.1%dns.example {\n  \(option)\n}"
        let (plugin, _) = try surroundings.make(Forward.self, text)
        let desk = ScriptedDesk { exchange, count in
            count < 2 ? .failure("certificate is for a, not b") : exchange.reply(flags: .truncated)
        }
        let found = try await resume(plugin, try query("a.example") { $0.transport = .udp }, desk)

        #expect(desk.calls == ["tcp 192.0.2.1", "tcp 192.0.2.1", "tcp 192.0.2.1"])
        #expect(desk.asked.allSatisfy { $0.terms?.values.security != nil && !$0.mixesCase })
        #expect(desk.asked.first?.upstream.port == 853)
        #expect(desk.asked.first?.message.count == 27)
        #expect(found.code == .noError)
    }

    @Test(
        "What is encrypted is padded, and nothing else",
        arguments: [
            ("tls://192.0.2.1", 128), ("192.0.2.1", 38),
        ]
    )
    func padsWhatItEncrypts(upstream: String, byteCount: Int) async throws {
        let (plugin, _) = try surroundings.make(Forward.self, "forward . \(upstream)")
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }
        let query = try query("a.example") { $0.options = ClientOptions(udpByteCount: 1_232) }
        _ = try await resume(plugin, query, desk)

        #expect(desk.asked.map(\.message.count) == [byteCount])
    }

    @Test func saysWhyItFailed() async throws {
        let (plugin, _) = try surroundings.make(
            Forward.self,
            "forward . tls://9.9.9.9%dns.quad9.net"
        )
        let desk = ScriptedDesk { _, _ in
            .failure("certificate is for dns.google, not dns.quad9.net")
        }
        let found = try await resume(plugin, try query("a.example"), desk)

        #expect(found.code == .serverFailure)
        #expect(
            found.failure == "9.9.9.9:853 (tls): certificate is for dns.google, not dns.quad9.net"
        )
    }

    @Test("Copies of questions and looks for loops go the same way")
    func triesTheUnwellOverTLS() async throws {
        let (plugin, _) = try surroundings.make(
            Forward.self,
            "forward . tls://192.0.2.1 tls://192.0.2.2 {\n  policy sequential\n}"
        )
        let desk = ScriptedDesk { exchange, _ in
            exchange.upstream.address == IPAddress(v4: 0xC000_0201) ? .timeout : exchange.reply()
        }
        for number in 0..<20 {
            _ = try await resume(plugin, try query("n\(number).example"), desk)
            desk.advance(milliseconds: 500)
        }

        #expect(desk.calls.filter { $0 == "tcp 192.0.2.1" }.count > 3)
        #expect(desk.asked.allSatisfy { $0.transport == .tcp && $0.terms != nil })
    }

    @Test(arguments: [
        ("", ConnectionTerms.Values()),
        ("expire 1500us", ConnectionTerms.Values(idleMilliseconds: 2)),
        (
            "expire 3s\n  max_age 1m",
            ConnectionTerms.Values(
                idleMilliseconds: 3_000,
                ageMilliseconds: 60_000
            )
        ),
        ("max_idle_conns 7", ConnectionTerms.Values(idleCount: 7)),
    ])
    func hasConnectionsKeptAsLong(options: String, values: ConnectionTerms.Values) throws {
        let text = "forward . 192.0.2.1 {\n  \(options)\n}"

        #expect(try terms(text, in: surroundings).terms == [values])
    }
}
