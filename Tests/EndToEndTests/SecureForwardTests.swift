// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import TLS
import Testing
import Wire

/// The whole program in front of a server of others that is asked over TLS only.
@Suite(
    .enabled(
        if: SecureUnbound.isInstalled,
        "unbound is not installed; 'scripts/setup tools' sees to it"
    )
)
struct SecureForwardTests {
    private let authority: CertificateAuthority
    private let unbound: SecureUnbound

    init() throws {
        let valid: Range<Int64> = 0..<4_000_000_000
        authority = try CertificateAuthority("Example Authority", valid: valid)
        unbound = try SecureUnbound(try authority.identity(for: ["dns.example"], valid: valid))
    }

    private func server(for name: String) throws -> RunningServer {
        try RunningServer(
            corefile: """
                . {
                    forward . tls://127.0.0.1%\(name):\(unbound.port) {
                        tls ca.pem
                    }
                    prometheus 127.0.0.1:0
                }
                """,
            files: ["ca.pem": String(decoding: authority.certificate, as: UTF8.self)]
        )
    }

    @Test func asksOverTLS() throws {
        let server = try server(for: "dns.example")
        for number in 0..<50 {
            let answer = try server.ask("n\(number).example.", .a)
            #expect(answer.answers.map(\.data) == [[192, 0, 2, 7]], "\(number)")
        }
        // More than fits into a datagram.
        let large = try server.dig("+tcp", "large.test", "TXT", "+short")
        #expect(large.split(separator: "\n").count == 40, "\(large)")

        // It comes back on the same port, with other keys for its tickets.
        try unbound.restart()
        let answer = try server.ask("again.example.", .a)
        #expect(answer.answers.map(\.data) == [[192, 0, 2, 7]])
    }

    @Test func saysWhomItDoesNotTrust() throws {
        let server = try server(for: "other.example")
        let output = try server.dig("www.example", "A")

        #expect(output.contains("status: SERVFAIL"), "\(output)")
        #expect(
            output.contains(
                "127.0.0.1:\(unbound.port) (tls): certificate is for dns.example, not other.example"
            ),
            "\(output)"
        )
    }
}

/// Debian's unbound, answering a few names over TLS.
final class SecureUnbound {
    static var isInstalled: Bool { RealUpstream.Kind.unbound.program != nil }

    private let folder: URL
    let port: UInt16
    private var process = Foundation.Process()

    init(_ identity: TLSIdentity) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-unbound-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // A port that was free a moment ago: unbound does not take 0.
        port = try TCPListener(
            binding: Endpoint(IPAddress(v4: 0x7F00_0001), port: 0),
            sharingPort: false
        ).local.port
        try Data(identity.certificates).write(to: folder.appending(path: "cert.pem"))
        try Data(identity.key).write(to: folder.appending(path: "key.pem"))
        let texts = (0..<40).map { number in
            "local-data: 'large.test. 60 TXT \"\(number) \(String(repeating: "x", count: 200))\"'"
        }
        let configuration = """
            server:
                directory: "\(folder.path())"
                chroot: ""
                username: ""
                pidfile: ""
                use-syslog: no
                do-daemonize: no
                interface: 127.0.0.1@\(port)
                tls-port: \(port)
                tls-service-pem: "\(folder.appending(path: "cert.pem").path())"
                tls-service-key: "\(folder.appending(path: "key.pem").path())"
                local-zone: "example." redirect
                local-data: "example. 60 A 192.0.2.7"
                local-zone: "test." static
                \(texts.joined(separator: "\n    "))
            remote-control:
                control-enable: no
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "unbound.conf"))
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func restart() throws {
        stop()
        process = Foundation.Process()
        try start()
    }

    private func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    private func start() throws {
        process.executableURL = URL(filePath: try #require(RealUpstream.Kind.unbound.program))
        process.arguments = ["-d", "-p", "-c", folder.appending(path: "unbound.conf").path()]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let end = Clock.monotonicNanoseconds() + 20_000_000_000
        let pause = try Poll()
        while try !isListening() {
            try #require(process.isRunning && Clock.monotonicNanoseconds() < end)
            _ = try pause.wait(milliseconds: 20)
        }
    }

    /// Whether connections are taken.
    private func isListening() throws -> Bool {
        let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: port)
        let socket = try TCPSocket(connectingTo: place)
        let poll = try Poll()
        try poll.add(socket.number, [.output], token: 0)
        guard try poll.wait(milliseconds: 1_000) > 0 else { return false }
        return (try? socket.checkConnected()) != nil
    }
}
