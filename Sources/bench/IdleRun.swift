// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// What TCP connections take that have asked, were answered, and are silent now.
struct IdleRun {
    /// What was found.
    struct Result: Equatable {
        /// How many are still open when the memory is looked at.
        var openCount: Int
        /// What is resident before the first and behind the last, in bytes.
        var before: Int
        var after: Int

        /// Bytes of resident memory a connection; nil without one.
        var byteCountEach: Int? {
            openCount > 0 ? max(0, after - before) / openCount : nil
        }

        /// The cells behind the names.
        var cells: [String] {
            [
                "\(openCount)", (Double(before) / 1e6).text(digits: 1),
                (Double(after) / 1e6).text(digits: 1), byteCountEach.map { "\($0)" } ?? "-",
            ]
        }
    }

    static let headings = ["workload", "server", "open", "before_mb", "after_mb", "bytes_each"]
    /// As many as Apus takes.
    static let connectionCount = 10_000
    /// How many come from one address: Apus takes 512.
    private static let connectionsPerAddress = 500
    /// How many are being opened or wait for their answer at a time.
    private static let window = 64
    /// How long nothing may happen, in milliseconds.
    private static let patienceMilliseconds = 5_000

    /// One connection and how far it is.
    private final class Client {
        let socket: TCPSocket
        var hasAsked = false

        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    let server: Server
    let question: BenchQuestion

    /// The address of this side of a connection.
    static func source(of number: Int) -> IPAddress {
        IPAddress(v4: 0x7F00_0101 + UInt32(number / connectionsPerAddress) * 256)
    }

    /// Opens all connections, asks a question on each, and looks at the server's memory.
    func run() throws -> Result {
        // What is made for the first one stays.
        try open(count: 1)
        let group = ProcessGroup(of: server.child.identifier)
        let before = (group.residentByteCount, try descriptorCount())
        let clients = try open(count: Self.connectionCount)
        // Closed by the server because opening took too long: they are not counted.
        let openCount = max(0, try descriptorCount() - before.1)
        return withExtendedLifetime(clients) {
            Result(openCount: openCount, before: before.0, after: group.residentByteCount)
        }
    }

    /// Opens so many connections, each of which has had an answer.
    @discardableResult
    private func open(count: Int) throws -> [Client] {
        let poll = try Poll()
        var clients: [Client] = []
        clients.reserveCapacity(count)
        var (pending, bytes) = (0, [UInt8](repeating: 0, count: 4_096))
        let asked = [UInt8(question.message.count >> 8), UInt8(question.message.count & 0xFF)]
        let message = (asked + question.message)[...]
        while clients.count < count || pending > 0 {
            while clients.count < count, pending < Self.window {
                let source = Self.source(of: clients.count)
                let client = Client(try TCPSocket(connectingTo: server.endpoint, from: source))
                try poll.add(client.socket.number, .output, token: UInt64(clients.count))
                clients.append(client)
                pending += 1
            }
            let ready = try poll.wait(milliseconds: Self.patienceMilliseconds)
            guard ready > 0 else {
                throw SystemError(call: "\(pending) connections get no answer", code: 110)
            }
            for index in 0..<ready {
                let token = poll.event(at: index).token
                let client = clients[Int(token)]
                if client.hasAsked {
                    // An answer this short comes whole; what it says was looked at before.
                    _ = try client.socket.read(into: &bytes)
                    poll.remove(client.socket.number)
                    pending -= 1
                } else {
                    try client.socket.checkConnected()
                    _ = try client.socket.write(message)
                    client.hasAsked = true
                    try poll.change(client.socket.number, .input, token: token)
                }
            }
        }
        return clients
    }

    private func descriptorCount() throws -> Int {
        try DiskFiles().list("/proc/\(server.child.identifier)/fd").count
    }
}
