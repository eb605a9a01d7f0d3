// SPDX-License-Identifier: Apache-2.0

import TLS
import Wire

/// Two ends of one connection in memory, and who they are.
struct Ends {
    /// A time at which everything is valid, in seconds since 1970.
    static let now: Int64 = 1_800_000_000
    /// From a day before to a year after.
    static let valid = now - 86_400..<now + 365 * 86_400
    static let peer = TLSPeer(
        Endpoint(IPAddress(v4: 0xC000_0201), port: 853),
        identity: .name("dns.example")
    )

    let client: TLSSession
    let server: TLSSession

    init(_ client: TLSSession, _ server: TLSSession) {
        self.client = client
        self.server = server
    }

    /// A client that trusts the authority of a server for these names and addresses.
    static func pair(
        names: [String] = ["dns.example"],
        addresses: [IPAddress] = [],
        valid: Range<Int64> = valid
    ) throws -> (client: TLSClient, server: TLSServer) {
        let authority = try CertificateAuthority("Example Authority", valid: Self.valid)
        let identity = try authority.identity(for: names, addresses: addresses, valid: valid)
        return (
            try TLSClient(trusting: authority.certificate, wallSeconds: { now }),
            try TLSServer(as: identity, wallSeconds: { now })
        )
    }

    /// Both ends of a new connection.
    static func connected(
        to peer: TLSPeer = peer,
        names: [String] = ["dns.example"],
        addresses: [IPAddress] = []
    ) throws -> Ends {
        let (client, server) = try pair(names: names, addresses: addresses)
        return Ends(try client.session(to: peer), try server.session())
    }

    /// What came through to each end.
    struct Heard: Equatable {
        var byClient: [UInt8] = []
        var byServer: [UInt8] = []
    }

    /// Carries what is to be sent from one end to the other, until there is nothing more.
    ///
    /// A failure of the client, else of the server, is thrown once everything has been carried.
    func carry(byteCount: Int = .max) throws(TLSError) -> Heard {
        var heard = Heard()
        var (ofServer, ofClient): (TLSError?, TLSError?)
        var isMoving = true
        while isMoving {
            isMoving = false
            var cipher: [UInt8] = []
            client.moveOutput(into: &cipher)
            isMoving = !cipher.isEmpty
            ofServer = ofServer ?? feed(cipher, to: server, byteCount, &heard.byServer)
            cipher = []
            server.moveOutput(into: &cipher)
            isMoving = isMoving || !cipher.isEmpty
            ofClient = ofClient ?? feed(cipher, to: client, byteCount, &heard.byClient)
        }
        if let failure = ofClient ?? ofServer { throw failure }
        return heard
    }

    private func feed(
        _ cipher: [UInt8],
        to end: TLSSession,
        _ byteCount: Int,
        _ plain: inout [UInt8]
    ) -> TLSError? {
        var rest = cipher[...]
        while !rest.isEmpty {
            let piece = rest.prefix(byteCount)
            rest = rest.dropFirst(piece.count)
            do throws(TLSError) {
                try end.receive(piece.span, into: &plain)
            } catch {
                return error
            }
        }
        return nil
    }
}
