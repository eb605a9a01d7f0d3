// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The Corefile that kubeadm writes, with `manifests` added as the README shows it.
@Suite struct KubeadmTests {
    /// The README's Corefile, its ports left to the kernel and its addresses on loopback.
    static func corefile() throws -> String {
        let fence = try #require(
            DocumentTests.fences("corefile").first { $0.text.contains(".:53") }
        )
        return fence.text
            .replacing(".:53 {", with: ". {\n    bind 127.0.0.1")
            .replacing("    health {", with: "    health 127.0.0.1:0 {")
            .replacing("lameduck 5s", with: "lameduck 1s")
            .replacing("    ready\n", with: "    ready 127.0.0.1:0\n")
            .replacing("prometheus :9153", with: "prometheus 127.0.0.1:0")
            .replacing("forward . /etc/resolv.conf", with: "forward . 127.0.0.1:9")
    }

    @Test func loadsAndServes() throws {
        let server = try RunningServer(corefile: try Self.corefile(), copying: "zones")

        let answer = try server.ask("web-svc.default.svc.cluster.local.", .a)
        let pod = try server.ask("10-244-1-5.default.pod.cluster.local.", .a)
        let missing = try server.ask("web-svc.nowhere.svc.cluster.local.", .a)

        #expect(answer.answers.map(\.data) == [[10, 96, 100, 100]])
        #expect(answer.answers.first?.ttl == 30)
        #expect(pod.answers.map(\.data) == [[10, 244, 1, 5]])
        #expect(missing.code == .nameError)
    }

    @Test func servesItsPages() throws {
        let server = try RunningServer(corefile: try Self.corefile(), copying: "zones")
        let health = try Self.get(server.pagePort(of: "health"), "health")
        let ready = try Self.get(server.pagePort(of: "ready"), "ready")
        _ = try server.ask("web-svc.default.svc.cluster.local.", .a)
        let metrics = try Self.get(server.pagePort(of: "prometheus"), "metrics")

        #expect(health == "OK")
        #expect(ready == "OK")
        #expect(metrics.contains("coredns_dns_requests_total{"))
        #expect(metrics.contains("rcode=\"NOERROR\",plugin=\"kubernetes\"} 1"))
    }

    @Test func goesOnAnsweringInTheLameduckTime() throws {
        let server = try RunningServer(corefile: try Self.corefile(), copying: "zones")

        server.send(SIGTERM)
        _ = server.output(containing: "lameduck")
        let answer = try server.ask("web-svc.default.svc.cluster.local.", .a)

        #expect(answer.code == .noError)
        #expect(server.waitForEnd() == 0)
    }

    /// The body of a page.
    static func get(_ port: UInt16?, _ path: String) throws -> String {
        let number = try #require(port)
        let socket = try TCPSocket(connectingTo: Endpoint(IPAddress(v4: 0x7F00_0001), port: number))
        let poll = try Poll()
        try poll.add(socket.number, .output, token: 0)
        _ = try poll.wait(milliseconds: 5_000)
        let request = Array("GET /\(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        #expect(try socket.write(request[...]) == request.count)
        try poll.change(socket.number, .input, token: 0)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while try poll.wait(milliseconds: 5_000) > 0 {
            guard case .bytes(let count) = try socket.read(into: &buffer) else { break }
            text += buffer[..<count]
        }
        let answer = String(decoding: text, as: UTF8.self)
        let end = try #require(answer.range(of: "\r\n\r\n"))
        return String(answer[end.upperBound...])
    }
}
