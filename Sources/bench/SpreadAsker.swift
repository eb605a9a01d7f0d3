// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Asks over UDP from many ports, so that the system spreads the questions over a server's workers.
struct SpreadAsker: Asker, ~Copyable {
    static let maximumBatchCount = MessageBatch.maximumCount
    /// How many ports there are.
    static let portCount = 32
    /// How many questions leave from one port before the next one has its turn.
    private static let runCount = 8

    /// One port.
    private final class Port {
        var asker: DatagramAsker
        var hasQuestions = false

        init(to server: Endpoint) throws(SystemError) { asker = try DatagramAsker(to: server) }
    }

    private var ports: [Port] = []
    private let poll: Poll
    private var putCount = 0

    init(to server: Endpoint) throws(SystemError) {
        let poll = try Poll()
        for token in 0..<Self.portCount {
            let port = try Port(to: server)
            try poll.add(port.asker.number, .input, token: UInt64(token))
            ports.append(port)
        }
        self.poll = poll
    }

    mutating func put(_ message: [UInt8], id: UInt16) throws(SystemError) {
        let port = ports[putCount / Self.runCount % ports.count]
        putCount &+= 1
        port.asker.put(message, id: id)
        port.hasQuestions = true
    }

    mutating func flush() {
        for port in ports where port.hasQuestions {
            port.asker.flush()
            port.hasQuestions = false
        }
    }

    mutating func take(
        waiting milliseconds: Int,
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) {
        let count = try poll.wait(milliseconds: milliseconds)
        for index in 0..<count {
            try ports[Int(poll.event(at: index).token)].asker.take(waiting: 0, body)
        }
    }

    mutating func wait(nanoseconds: Int) throws(SystemError) {
        _ = try poll.wait(nanoseconds: nanoseconds)
    }
}
