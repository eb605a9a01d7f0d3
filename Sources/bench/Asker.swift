// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// A way to put many questions to a server at a time.
protocol Asker: ~Copyable {
    /// The most questions between two calls of `flush`.
    static var maximumBatchCount: Int { get }

    /// Puts a question under an id; it may leave with the next `flush` only.
    mutating func put(_ message: [UInt8], id: UInt16) throws(SystemError)

    /// Sends what was put.
    mutating func flush() throws(SystemError)

    /// Hands over the answers that are there, each with its id first.
    ///
    /// It waits at most so long for the first one.
    mutating func take(
        waiting milliseconds: Int,
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError)

    /// Waits until an answer is there, at most so long.
    mutating func wait(nanoseconds: Int) throws(SystemError)
}

/// Asks over UDP, in batches.
struct DatagramAsker: Asker, ~Copyable {
    static let maximumBatchCount = MessageBatch.maximumCount

    private let server: Endpoint
    private let socket: UDPSocket
    private let poll: Poll
    private var sent = MessageBatch(slotByteCount: 512)
    private var received = MessageBatch(slotByteCount: 4_096)

    /// The number to poll.
    var number: CInt { socket.number }

    /// `client`: the address of this machine that questions come from.
    init(
        to server: Endpoint,
        from client: IPAddress = IPAddress(v4: 0x7F00_0001)
    ) throws(SystemError) {
        let local = Endpoint(client, port: 0)
        let socket = try UDPSocket(binding: local, sharingPort: false)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        self.server = server
        self.socket = socket
        self.poll = poll
    }

    mutating func put(_ message: [UInt8], id: UInt16) {
        sent.append(to: server, isMapped: false, from: nil, interface: 0) { buffer in
            for index in 2..<message.count { buffer[index] = message[index] }
            buffer[0] = UInt8(truncatingIfNeeded: id >> 8)
            buffer[1] = UInt8(truncatingIfNeeded: id)
            return message.count
        }
    }

    mutating func flush() { if sent.count > 0 { _ = socket.send(&sent) } }

    mutating func take(
        waiting milliseconds: Int,
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) {
        try socket.receive(into: &received)
        if received.count == 0, milliseconds > 0 {
            _ = try poll.wait(milliseconds: milliseconds)
            try socket.receive(into: &received)
        }
        for index in 0..<received.count { body(received.message(at: index)) }
    }

    mutating func wait(nanoseconds: Int) throws(SystemError) {
        _ = try poll.wait(nanoseconds: nanoseconds)
    }
}
