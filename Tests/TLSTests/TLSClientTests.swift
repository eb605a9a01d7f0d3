// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import TLS

/// Who is trusted, who is not, and how that is said.
@Suite struct TLSClientTests {
    static let endpoint = Ends.peer.endpoint

    @Test(
        "A certificate that is for the name or address is taken",
        arguments: ["dns.example", "DNS.Example.", "a.wild.example", "192.0.2.1", "2001:db8::1"]
    )
    func takesTheRightOne(text: String) throws {
        let identity: TLSPeer.Identity = try #require(TLSPeer.Identity(text))
        let peer = TLSPeer(Self.endpoint, identity: identity)
        let ends = try Ends.connected(
            to: peer,
            names: ["dns.example", "*.wild.example"],
            addresses: [IPAddress(v4: 0xC000_0201), IPAddress(v6High: 0x2001_0DB8 << 32, low: 1)]
        )
        _ = try ends.carry()

        #expect(ends.client.isOpen)
    }

    @Test("Without a name it must be for the address")
    func wantsTheAddress() throws {
        let peer = TLSPeer(Self.endpoint)
        let ends = try Ends.connected(to: peer, addresses: [Self.endpoint.address])
        _ = try ends.carry()
        #expect(ends.client.isOpen)

        let others = try Ends.connected(to: peer, addresses: [IPAddress(v4: 0xC000_0202)])
        #expect(throws: Self.wrong("192.0.2.1", "dns.example, 192.0.2.2")) {
            try others.carry()
        }
        #expect(!others.client.isOpen && !others.server.isOpen)
    }

    private static func wrong(_ wanted: String, _ names: String) -> TLSError {
        TLSError(.wrongName(wanted: wanted, names: names))
    }

    @Test(
        "Another name is refused",
        arguments: [
            "dns.quad9.net", "example", "x.dns.example", "wild.example", "a.b.wild.example",
            "xdns.example",
        ]
    )
    func refusesAnotherName(name: String) throws {
        let peer = TLSPeer(Self.endpoint, identity: .name(name))
        let names = ["dns.example", "*.wild.example"]
        let ends = try Ends.connected(to: peer, names: names)

        let error = Self.wrong(name, "dns.example, *.wild.example")
        #expect(throws: error) { try ends.carry() }
        #expect(
            error.description == "certificate is for dns.example, *.wild.example, not \(name)"
        )
        #expect(error.isLasting)
    }

    @Test("The name of its subject does not make a certificate one for it")
    func doesNotLookAtTheSubject() throws {
        let authority = try CertificateAuthority("dns.example", valid: Ends.valid)
        let client = try TLSClient(trusting: authority.certificate, wallSeconds: { Ends.now })
        // Its subject is `somebody`.
        let server = try TLSServer(
            as: try authority.identity(for: [], valid: Ends.valid),
            wallSeconds: { Ends.now }
        )
        let peer = TLSPeer(Self.endpoint, identity: .name("somebody"))
        let ends = Ends(try client.session(to: peer), try server.session())

        #expect(throws: Self.wrong("somebody", "")) { try ends.carry() }
    }

    @Test func tellsManyNamesShortly() throws {
        let names = (0..<40).map { "name-number-\($0).example" }
        let ends = try Ends.connected(to: Ends.peer, names: names)
        let error = #expect(throws: TLSError.self) { try ends.carry() }

        #expect((error?.description.utf8.count ?? 0) < 320)
        #expect(error?.description.hasSuffix(", ..., not dns.example") == true, "\(error)")
    }

    @Test func refusesAnExpiredCertificate() throws {
        let (client, server) = try Ends.pair(valid: Ends.now - 86_400..<Ends.now - 1)
        let ends = Ends(try client.session(to: Ends.peer), try server.session())
        let error = TLSError(.expired(since: "2027-01-15"))

        #expect(throws: error) { try ends.carry() }
        #expect(error.description == "certificate has expired on 2027-01-15")
    }

    @Test func refusesACertificateBeforeItsTime() throws {
        let (client, server) = try Ends.pair(valid: Ends.now + 86_400..<Ends.now + 86_401)
        let ends = Ends(try client.session(to: Ends.peer), try server.session())

        #expect(throws: TLSError(.notYetValid(until: "2027-01-16"))) { try ends.carry() }
    }

    @Test func refusesAnUnknownAuthority() throws {
        let other = try CertificateAuthority("Other Authority", valid: Ends.valid)
        let client = try TLSClient(trusting: other.certificate, wallSeconds: { Ends.now })
        let server = try Ends.pair().server
        let ends = Ends(try client.session(to: Ends.peer), try server.session())
        let error = TLSError(.unknownAuthority("Example Authority"))

        #expect(throws: error) { try ends.carry() }
        #expect(
            error.description
                == "certificate is from an unknown authority, 'Example Authority'"
        )
    }

    @Test func refusesACertificateThatSignsItself() throws {
        let other = try CertificateAuthority("dns.example", valid: Ends.valid)
        let client = try Ends.pair().client
        let server = try TLSServer(as: other.identity, wallSeconds: { Ends.now })
        let ends = Ends(try client.session(to: Ends.peer), try server.session())

        #expect(throws: TLSError(.unknownAuthority("dns.example"))) { try ends.carry() }
    }

    @Test("A server that is refused is told so")
    func tellsTheServer() throws {
        let ends = try Ends.connected(names: ["other.example"])
        #expect(throws: TLSError.self) { try ends.carry() }

        guard case .refused = try #require(ends.server.failure).mistake else {
            Issue.record("\(String(describing: ends.server.failure))")
            return
        }
    }

    // MARK: Who we are

    @Test func showsWhoItIs() throws {
        let authority = try CertificateAuthority("Example Authority", valid: Ends.valid)
        let server = try TLSServer(
            as: try authority.identity(for: ["dns.example"], valid: Ends.valid),
            admitting: authority.certificate,
            wallSeconds: { Ends.now }
        )
        let client = try TLSClient(
            trusting: authority.certificate,
            as: try authority.identity(for: ["client.example"], valid: Ends.valid),
            wallSeconds: { Ends.now }
        )
        let ends = Ends(try client.session(to: Ends.peer), try server.session())
        _ = try ends.carry()
        #expect(ends.client.isOpen && ends.server.isOpen)

        let stranger = try TLSClient(trusting: authority.certificate, wallSeconds: { Ends.now })
        let others = Ends(try stranger.session(to: Ends.peer), try server.session())
        #expect(throws: TLSError.self) { try others.carry() }
        #expect(!others.server.isOpen)
        // In TLS 1.3 the client had finished before.
        guard case .refused(let why)? = others.client.failure?.mistake else {
            Issue.record("\(String(describing: others.client.failure))")
            return
        }
        #expect(why == "certificate required")
    }

    // MARK: Tickets

    @Test func resumes() throws {
        let (client, server) = try Ends.pair()
        let first = Ends(try client.session(to: Ends.peer), try server.session())
        _ = try first.carry()
        #expect(!first.client.isResumed)
        #expect(client.ticketCount(for: Ends.peer) == 2)

        let second = Ends(try client.session(to: Ends.peer), try server.session())
        _ = try second.carry()

        #expect(second.client.isResumed && second.server.isResumed)
        #expect(second.client.applicationProtocol == "dot")
    }

    @Test("A ticket of one peer is never shown to another")
    func keepsTicketsApart() throws {
        let (client, server) = try Ends.pair(addresses: [Self.endpoint.address])
        let first = Ends(try client.session(to: Ends.peer), try server.session())
        _ = try first.carry()
        // The same server, known by its address.
        let second = Ends(try client.session(to: TLSPeer(Self.endpoint)), try server.session())
        _ = try second.carry()

        #expect(!second.client.isResumed && second.client.isOpen)
    }

    @Test("A server that has forgotten its tickets is greeted as a new one")
    func startsAnewWithoutTheServersKeys() throws {
        let authority = try CertificateAuthority("Example Authority", valid: Ends.valid)
        let identity = try authority.identity(for: ["dns.example"], valid: Ends.valid)
        let client = try TLSClient(trusting: authority.certificate, wallSeconds: { Ends.now })
        let before = try TLSServer(as: identity, wallSeconds: { Ends.now })
        _ = try Ends(try client.session(to: Ends.peer), try before.session()).carry()
        let after = try TLSServer(as: identity, wallSeconds: { Ends.now })
        let ends = Ends(try client.session(to: Ends.peer), try after.session())
        _ = try ends.carry()

        #expect(ends.client.isOpen && !ends.client.isResumed)
    }

    // MARK: What it is made with

    @Test func saysWhatIsWrongWithItsMaterial() throws {
        let authority = try CertificateAuthority("Example Authority", valid: Ends.valid)
        let one = try authority.identity(for: ["one.example"], valid: Ends.valid)
        let two = try authority.identity(for: ["two.example"], valid: Ends.valid)
        let trust = authority.certificate
        func error(_ trust: [UInt8], _ identity: TLSIdentity?) -> String? {
            do {
                _ = try TLSClient(trusting: trust, as: identity, wallSeconds: { Ends.now })
                return nil
            } catch {
                return error.description
            }
        }

        #expect(error(trust, one) == nil)
        #expect(error(trust + trust, one) == nil)
        #expect(error([], nil) == "no certificate of an authority")
        #expect(error(Array("nothing".utf8), nil) == "no certificate of an authority")
        #expect(error(one.key, nil) == "no certificate of an authority")
        #expect(error(Array(trust.dropLast(60)), nil)?.contains("certificate 1") == true)
        #expect(
            error(trust, TLSIdentity(certificates: one.certificates, key: two.key))
                == "the key does not belong to the certificate"
        )
        #expect(
            error(trust, TLSIdentity(certificates: one.certificates, key: []))
                == "no private key in PEM without a pass phrase"
        )
        #expect(error(trust, TLSIdentity(certificates: [], key: one.key)) == "no certificate")
    }

    @Test func takesSoManyCertificatesAndNoMore() throws {
        let one = try CertificateAuthority("Example Authority", valid: Ends.valid).certificate
        let most = TLSContext.maximumCertificateCount
        var all: [UInt8] = []
        for _ in 0..<most { all += one }
        _ = try TLSClient(trusting: all, wallSeconds: { Ends.now })

        #expect(throws: TLSError(.badMaterial("more than \(most) certificates"))) {
            try TLSClient(trusting: all + one, wallSeconds: { Ends.now })
        }
    }

    @Test("A key with a pass phrase is refused, and nobody is asked for it")
    func refusesLockedKeys() throws {
        let locked = """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
            -----END RSA PRIVATE KEY-----

            """
        let authority = try CertificateAuthority("Example Authority", valid: Ends.valid)
        let one = try authority.identity(for: ["one.example"], valid: Ends.valid)
        let identity = TLSIdentity(certificates: one.certificates, key: Array(locked.utf8))

        #expect(throws: TLSError(.badMaterial("no private key in PEM without a pass phrase"))) {
            try TLSServer(as: identity, wallSeconds: { Ends.now })
        }
    }
}
