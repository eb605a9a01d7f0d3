// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import TLS
import Wire

@testable import Server

/// An upstream of a test that takes connections with TLS: one at a time is read and written.
final class SecureUpstream {
    /// A time at which its certificates are valid, in seconds since 1970.
    static let now: Int64 = 1_800_000_000
    static let valid = now - 86_400..<now + 86_400

    private let listener: TCPListener
    private let server: TLSServer
    private let authority: CertificateAuthority
    private var socket: TCPSocket?
    private(set) var session: TLSSession?
    private var input = StreamInput()
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    /// How many connections were taken.
    private(set) var connectionCount = 0

    /// Its certificate is for these names.
    init(
        names: [String] = ["dns.example"],
        valid: Range<Int64> = valid,
        authority name: String = "Example Authority"
    ) throws {
        listener = try TCPListener(binding: UpstreamBench.loopback, sharingPort: false)
        authority = try CertificateAuthority(name, valid: Self.valid)
        server = try TLSServer(
            as: try authority.identity(for: names, valid: valid),
            wallSeconds: { Self.now }
        )
    }

    var place: Endpoint { listener.local }

    /// The terms of who trusts its authority and looks for a name.
    func terms(
        for name: String = "dns.example",
        idleMilliseconds: UInt64 = 10_000,
        ageMilliseconds: UInt64 = 0,
        idleCount: Int = 0
    ) throws -> ConnectionTerms {
        let client = try TLSClient(
            trusting: authority.certificate,
            wallSeconds: { Self.now }
        )
        return ConnectionTerms(
            ConnectionTerms.Values(
                security: ExchangeSecurity(client: client, identity: TLSPeer.Identity(name)),
                idleMilliseconds: idleMilliseconds,
                ageMilliseconds: ageMilliseconds,
                idleCount: idleCount
            )
        )
    }

    /// Takes the next connection, and leaves the one before.
    func accept(_ bench: UpstreamBench) throws {
        input = StreamInput()
        socket = nil
        session = nil
        try bench.run {
            socket = try listener.accept()
            return socket != nil
        }
        session = try server.session()
        connectionCount += 1
    }

    /// Whether somebody wants to connect who was not taken yet.
    func hasCaller() throws -> Bool {
        guard let caller = try listener.accept() else { return false }
        _ = caller.number
        return true
    }

    /// So many questions on the connection, waited for while the bench goes on.
    func next(_ count: Int, _ bench: UpstreamBench) throws -> [[UInt8]] {
        var questions: [[UInt8]] = []
        try bench.run {
            questions += try read(bench)
            return questions.count >= count
        }
        return questions
    }

    /// Shakes hands until the client's side of it is over, or the connection is.
    func shakeHands(_ bench: UpstreamBench) throws {
        try bench.run { try read(bench).isEmpty && (session?.isOpen != false) }
    }

    /// What the other side sends as it is, without taking it for TLS.
    func rawBytes(_ bench: UpstreamBench) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try bench.run {
            guard case .bytes(let count) = try socket?.read(into: &buffer) else { return false }
            bytes = Array(buffer.prefix(count))
            return true
        }
        return bytes
    }

    private func read(_ bench: UpstreamBench) throws -> [[UInt8]] {
        var questions: [[UInt8]] = []
        guard case .bytes(let byteCount) = try socket?.read(into: &buffer) else { return [] }
        var plain: [UInt8] = []
        defer { try? flush(bench) }
        let cipher = buffer.prefix(byteCount)
        try session?.receive(cipher.span, into: &plain)
        input.take(plain.span) { questions.append($0) }
        return questions
    }

    /// Writes messages with their lengths in front, encrypted.
    func write(_ messages: [[UInt8]], _ bench: UpstreamBench) throws {
        let bytes = messages.flatMap { message in
            [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
        }
        try session?.send(bytes.span)
        try flush(bench)
    }

    /// What is to be written for these messages, encrypted.
    func encrypted(_ messages: [[UInt8]]) throws -> [UInt8] {
        let bytes = messages.flatMap { message in
            [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
        }
        try session?.send(bytes.span)
        var cipher: [UInt8] = []
        session?.moveOutput(into: &cipher)
        return cipher
    }

    private func flush(_ bench: UpstreamBench) throws {
        var cipher: [UInt8] = []
        session?.moveOutput(into: &cipher)
        try write(raw: cipher, bench)
    }

    /// What the handshake has to say next.
    func handshakeOutput(after bytes: [UInt8]) throws -> [UInt8] {
        var plain: [UInt8] = []
        try session?.receive(bytes.span, into: &plain)
        var cipher: [UInt8] = []
        session?.moveOutput(into: &cipher)
        return cipher
    }

    /// Writes bytes as they are, however long it takes, while the bench goes on.
    func write(raw bytes: [UInt8], _ bench: UpstreamBench) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(try socket?.write(rest) ?? rest.count)
            if !rest.isEmpty { bench.step(milliseconds: 1) }
        }
    }

    /// Says that nothing more comes, and closes.
    func end(_ bench: UpstreamBench) throws {
        session?.close()
        try flush(bench)
        close()
    }

    /// Closes without a word.
    func close() {
        socket = nil
        session = nil
    }

    func closeOutput() throws { try socket?.closeOutput() }
}
