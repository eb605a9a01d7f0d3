// SPDX-License-Identifier: Apache-2.0

import Foundation
import Plugin
import Posix
import Testing
import Wire

/// Somebody else's name server from Debian, with a zone of its own, on a port that was free.
final class RealUpstream {
    /// Which one.
    enum Kind: String, CaseIterable, Sendable {
        case unbound
        case knotd

        /// Where it is; nil when it is not installed.
        var program: String? {
            ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
                .map { "\($0)/\(rawValue)" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }

        /// Those that are here.
        static let installed = allCases.filter { $0.program != nil }

        /// What it is told, besides the zone.
        fileprivate func configuration(_ place: Endpoint, _ folder: String) -> String {
            switch self {
            case .unbound:
                """
                server:
                    interface: \(place.address)
                    port: \(place.port)
                    do-ip6: no
                    do-daemonize: no
                    num-threads: 1
                    module-config: "iterator"
                    chroot: ""
                    username: ""
                    directory: "\(folder)"
                    pidfile: ""
                    use-syslog: no
                remote-control:
                    control-enable: no
                auth-zone:
                    name: "example."
                    zonefile: "\(folder)/zone"
                    for-downstream: yes
                    for-upstream: yes

                """
            case .knotd:
                """
                server:
                    listen: \(place.address)@\(place.port)
                    rundir: \(folder)
                database:
                    storage: \(folder)
                log:
                  - target: stdout
                    any: warning
                zone:
                  - domain: example.
                    file: \(folder)/zone
                    zonefile-sync: -1
                    zonefile-load: whole
                    journal-content: none

                """
            }
        }

        /// What it is started with.
        fileprivate func arguments(_ file: String) -> [String] {
            self == .unbound ? ["-d", "-c", file] : ["-c", file]
        }
    }

    /// How long it may take to serve, in nanoseconds.
    private static let patienceNanoseconds: UInt64 = 30_000_000_000
    /// How often another port is tried, as somebody may take one before it is bound.
    private static let maximumPortCount = 4

    /// The zone; its signatures are made up, as nobody checks them.
    private static let zone = """
        $ORIGIN example.
        $TTL 300
        @ SOA ns root 1 7200 1800 86400 60
        @ RRSIG SOA 13 1 300 20400101000000 20240101000000 12345 example. AQIDBAUGBwgJCgsMDQ4PEA==
        @ NS ns
        ns A 127.0.0.1
        www A 192.0.2.80
        www RRSIG A 13 2 300 20400101000000 20240101000000 12345 example. EBAPDg0MCwoJCAcGBQQDAg==
        www AAAA 2001:db8::80
        alias CNAME next
        next CNAME www
        odd TYPE65400 \\# 4 01020304
        long TXT \(String(repeating: "\"" + String(repeating: "a", count: 249) + "\" ", count: 12))

        """

    private(set) var place: Endpoint
    /// A loopback address of its own: nobody else takes the port there while it restarts.
    private let address = IPAddress(v4: 0x7F40_0000 + UInt32.random(in: 1...0x3F_FFFE))
    private let kind: Kind
    private let program: String
    private let folder: URL
    private var process: ChildProcess?

    /// Starts it where it is installed.
    init(_ kind: Kind) throws {
        self.kind = kind
        place = Endpoint(address, port: 0)
        program = try #require(kind.program)
        folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-upstream-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.zone.write(to: folder.appending(path: "zone"), atomically: true, encoding: .utf8)
        for _ in 0..<Self.maximumPortCount where process == nil {
            place = Endpoint(address, port: try freePort())
            try? start()
        }
        try #require(process != nil, "\(said)")
    }

    deinit {
        process?.end()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What it has said.
    private var said: String {
        (try? String(contentsOf: folder.appending(path: "output"), encoding: .utf8)) ?? ""
    }

    /// A port that is free for both transports.
    private func freePort() throws -> UInt16 {
        while true {
            let socket = try UDPSocket(binding: Endpoint(address, port: 0), sharingPort: false)
            do {
                _ = try TCPListener(binding: socket.local, sharingPort: false)
                return socket.local.port
            } catch {
                continue
            }
        }
    }

    /// Starts it where it was before, and waits until it answers.
    func start() throws {
        let file = folder.appending(path: "configuration").path()
        try kind.configuration(place, folder.path()).write(
            toFile: file,
            atomically: true,
            encoding: .utf8
        )
        let process = try ChildProcess(
            running: [program] + kind.arguments(file),
            output: folder.appending(path: "output").path(),
            onProcessor: nil
        )
        self.process = process
        let end = Clock.monotonicNanoseconds() + Self.patienceNanoseconds
        let asker = PlainAsker(place, patienceMilliseconds: 200)
        let question = Question(try Name("example."), .soa)
        while Clock.monotonicNanoseconds() < end, !process.hasEnded {
            if let answer = try? asker.ask(question, .udp), answer.code == .noError { return }
            PlainAsker.pause(milliseconds: 20)
        }
        stop()
        throw RunningServer.NotServing(output: said)
    }

    /// Ends it; nobody listens at its port then.
    func stop() {
        process?.end()
        process = nil
    }
}
