// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import TLS

@Suite struct TLSServerTests {
    /// The ClientHello of a client, with another protocol in it.
    private func hello(offering name: String) throws -> (TLSSession, [UInt8]) {
        let (client, server) = try Ends.pair()
        let session = try client.session(to: Ends.peer)
        var bytes: [UInt8] = []
        session.moveOutput(into: &bytes)
        let place = try #require(
            bytes.indices.first { bytes[$0...].starts(with: TLSContext.protocolName) }
        )
        bytes.replaceSubrange(place..<place + 4, with: [3] + Array(name.utf8))
        return (try server.session(), bytes)
    }

    @Test("Of what clients offer, DNS is spoken", arguments: [("dot", "dot"), ("doq", "")])
    func choosesTheProtocol(offered: String, chosen: String) throws {
        let (server, hello) = try hello(offering: offered)
        var plain: [UInt8] = []
        try server.receive(hello.span, into: &plain)

        #expect(server.hasOutput)
        #expect(server.applicationProtocol == chosen)
    }

    @Test("A list of protocols that is cut is no list", arguments: [[3], [9, 100, 111, 116], []])
    func survivesBrokenLists(list: [UInt8]) throws {
        let (server, _) = try hello(offering: "dot")
        // A ClientHello of TLS 1.2 with one cipher and one extension: ALPN (16).
        let name = [UInt8(list.count >> 8), UInt8(list.count)] + list
        let extensions: [UInt8] = [0, 16, 0, UInt8(name.count)] + name
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 0x5A, count: 32)
        body += [0, 0, 2, 0xC0, 0x2B, 1, 0, 0, UInt8(extensions.count)] + extensions
        let handshake: [UInt8] = [1, 0, 0, UInt8(body.count)] + body
        let record: [UInt8] = [22, 3, 1, 0, UInt8(handshake.count)] + handshake
        var plain: [UInt8] = []

        #expect(throws: TLSError.self) { try server.receive(record.span, into: &plain) }
        #expect(!server.isOpen)
    }

    @Test func wantsItsOwnKey() throws {
        let authority = try CertificateAuthority("Example Authority", valid: Ends.valid)
        let one = try authority.identity(for: ["one.example"], valid: Ends.valid)
        let two = try authority.identity(for: ["two.example"], valid: Ends.valid)
        let mixed = TLSIdentity(certificates: one.certificates, key: two.key)

        #expect(throws: TLSError(.badMaterial("the key does not belong to the certificate"))) {
            try TLSServer(as: mixed, wallSeconds: { Ends.now })
        }
    }
}
