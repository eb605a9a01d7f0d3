// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Synchronization
import Testing

@testable import Server

/// Two networks of their own with a cable between them, gone with their owner: nothing outside sees
/// them.
final class NetworkPair: Sendable {
    static let client = (v4: "198.51.100.1", v6: "2001:db8:2::1")
    static let server = (v4: "198.51.100.2", v6: "2001:db8:2::2")

    /// Whether this machine lets us make networks, and its kernel takes the whole program: an old one
    /// may take maps and refuse that.
    static let isPermitted = (try? KernelMaps()) != nil && (try? NetworkPair()) != nil
    static let why: Comment =
        "networks want root and CAP_NET_ADMIN, the program CAP_BPF and a kernel that takes it"

    /// What could not be set up, and what was said about it.
    struct Failure: Error {
        let command: String
        let output: String
    }

    private let names: (client: String, server: String)

    init() throws {
        let name = "apus-" + UUID().uuidString.prefix(8)
        names = (name + "-c", name + "-s")
        for command in [
            "netns add \(names.client)", "netns add \(names.server)",
            "-n \(names.client) link add eth0 type veth peer name eth0 netns \(names.server)",
            "-n \(names.client) addr add \(Self.client.v4)/24 dev eth0",
            "-n \(names.client) -6 addr add \(Self.client.v6)/64 dev eth0 nodad",
            "-n \(names.client) link set eth0 up",
            "-n \(names.server) addr add \(Self.server.v4)/24 dev eth0",
            "-n \(names.server) -6 addr add \(Self.server.v6)/64 dev eth0 nodad",
            "-n \(names.server) link set eth0 up", "-n \(names.server) link set lo up",
        ] { try Self.ip(command) }
    }

    deinit {
        for name in [names.client, names.server] { try? Self.ip("netns del \(name)") }
    }

    private static func ip(_ command: String) throws {
        let output = try RunningServer.run(["ip"] + command.split(separator: " ").map(String.init))
        guard output.isEmpty else { throw Failure(command: command, output: output) }
    }

    /// What to put in front of a command that is to run at the server's end.
    var atServer: [String] { ["ip", "netns", "exec", names.server] }

    /// Runs `body` on a thread at the client's end.
    func atClient<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        let result = Result<Value, any Error>.failure(Failure(command: "thread", output: ""))
        let kept = KeptResult(result)
        let path = "/run/netns/\(names.client)"
        let thread = try Posix.Thread(name: "client") {
            let result = Result {
                try Posix.Thread.enterNetwork(at: path)
                return try body()
            }
            kept.value.withLock { $0 = result }
        }
        thread.join()
        return try kept.value.withLock { $0 }.get()
    }

    /// What a thread leaves behind.
    private final class KeptResult<Value: Sendable>: Sendable {
        let value: Mutex<Result<Value, any Error>>

        init(_ value: Result<Value, any Error>) { self.value = Mutex(value) }
    }
}
