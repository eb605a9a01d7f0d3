// SPDX-License-Identifier: Apache-2.0

import Foundation
import Plugin
import Posix
import Testing
import Wire

/// A Service that changes, asked for on every worker, with `cache` over the whole block as kubeadm
/// writes it.
@Suite(.enabled(if: RunningServer.hasSeveralWorkers, "one processor makes one worker"))
struct ChangedServiceTests {
    /// Clients with ports of their own: the system spreads them over the workers.
    ///
    /// That one of two workers gets none of them is one in 10^18.
    private static let clientCount = 64

    /// The one Service of the server.
    private static func service(_ address: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: default }
        spec: { clusterIP: \(address), ports: [{ port: 80 }] }

        """
    }

    /// kubeadm's Corefile; nothing is left out of the cache.
    private static func corefile() throws -> String {
        let lines = try KubeadmTests.corefile().split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.contains("cache 30 {") })
        let end = try #require(lines[start...].firstIndex { $0.hasSuffix("}") })
        return (lines[..<start] + ["    cache 30"] + lines[(end + 1)...])
            .joined(separator: "\n") + "\n"
    }

    /// Many clients of one server, each with a socket that stays open.
    private final class Clients {
        private let sockets: [PlainClient]
        private let question: [UInt8]

        init(_ server: RunningServer, asking name: String) throws {
            var message = Message(header: Header(id: 0x1234, flags: .recursionDesired))
            message.questions = [Question(try Name(name), .a)]
            question = try message.encoded()
            sockets = try (0..<ChangedServiceTests.clientCount).map { _ in
                try PlainClient(PlainAsker.loopback(server.port))
            }
        }

        /// What one of them is told now.
        func ask(_ place: Int) throws -> String {
            let client = sockets[place % sockets.count]
            try client.send(question)
            return try client.receive(question)
        }

        /// What all are told, asked at the same time.
        func askAll() throws -> Set<String> {
            for client in sockets { try client.send(question) }
            return Set(try sockets.map { try $0.receive(question) })
        }
    }

    /// One client.
    private final class PlainClient {
        private let socket: ConnectedUDPSocket
        private let poll: Poll

        init(_ server: Endpoint) throws {
            socket = try ConnectedUDPSocket(to: server)
            poll = try Poll()
            try poll.add(socket.number, .input, token: 0)
        }

        func send(_ question: [UInt8]) throws { try socket.send(question) }

        /// The next answer as text; what was asked is asked again when none comes.
        func receive(_ question: [UInt8]) throws -> String {
            for _ in 0..<5 {
                if try poll.wait(milliseconds: 3_000) > 0, let bytes = try socket.receive() {
                    let answer = try Message(parsing: bytes.span)
                    let texts = answer.answers.map { record in
                        record.data.map { "\($0)" }.joined(separator: ".")
                    }
                    return "\(answer.code) \(texts.joined(separator: " "))"
                }
                try send(question)
            }
            throw PlainAsker.NoAnswer()
        }
    }

    @Test func isToldByEveryWorkerFromTheFirstOn() throws {
        let server = try RunningServer(
            corefile: try Self.corefile(),
            files: ["zones/cluster.local/web.yaml": Self.service("10.96.0.1")]
        )
        let clients = try Clients(server, asking: "web.default.svc.cluster.local.")
        var told = "NOERROR 10.96.0.1"
        // Every worker has given it, often enough to have it in any cache.
        for _ in 0..<3 { #expect(try clients.askAll() == [told]) }

        for number in 2...8 {
            let next = "NOERROR 10.96.0.\(number)"
            try server.write(Self.service("10.96.0.\(number)"), to: "zones/cluster.local/web.yaml")
            try Self.wait(for: next, insteadOf: told, clients)
            // One worker has told it: from now on nobody tells the old one.
            for _ in 0..<5 { #expect(try clients.askAll() == [next]) }
            told = next
        }
        let file = server.folder.appending(path: "zones/cluster.local/web.yaml")
        try FileManager.default.removeItem(at: file)
        try Self.wait(for: "NXDOMAIN ", insteadOf: told, clients)
        for _ in 0..<5 { #expect(try clients.askAll() == ["NXDOMAIN "]) }

        // What was missing is there again as soon.
        try server.write(Self.service("10.96.0.9"), to: "zones/cluster.local/web.yaml")
        try Self.wait(for: "NOERROR 10.96.0.9", insteadOf: "NXDOMAIN ", clients)
        for _ in 0..<5 { #expect(try clients.askAll() == ["NOERROR 10.96.0.9"]) }
    }

    /// Asks one after the other until one is told `new`; until then all are told `old`.
    private static func wait(
        for new: String,
        insteadOf old: String,
        _ clients: Clients
    ) throws {
        let end = Clock.monotonicNanoseconds() + 30_000_000_000
        var place = 0
        while Clock.monotonicNanoseconds() < end {
            let found = try clients.ask(place)
            if found == new { return }
            #expect(found == old)
            place += 1
        }
        Issue.record("\(new) never came")
    }
}
