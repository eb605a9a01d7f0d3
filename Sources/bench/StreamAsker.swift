// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Asks over one TCP connection, each question as soon as it is put (RFC 7766 §6.2.1.1).
///
/// When the server closes the connection, a new one is opened; what was on its way is lost.
struct StreamAsker: Asker, ~Copyable {
    static let maximumBatchCount = 64
    /// How often a connection may be lost.
    private static let maximumLossCount = 1_000
    private static let chunkByteCount = 1 << 18

    private let server: Endpoint
    private var connection: StreamConnector
    private var output: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: Self.chunkByteCount)
    /// What came and was not handed over yet.
    private var input: [UInt8] = []
    private var lossCount = 0

    init(to server: Endpoint) throws(SystemError) {
        self.server = server
        connection = try StreamConnector(to: server)
    }

    mutating func put(_ message: [UInt8], id: UInt16) {
        output.append(UInt8(truncatingIfNeeded: message.count >> 8))
        output.append(UInt8(truncatingIfNeeded: message.count))
        output.append(UInt8(truncatingIfNeeded: id >> 8))
        output.append(UInt8(truncatingIfNeeded: id))
        output += message[2...]
    }

    mutating func flush() throws(SystemError) {
        guard !output.isEmpty else { return }
        do throws(SystemError) {
            let count = try connection.socket.write(output.span)
            output.removeFirst(count)
        } catch {
            try reconnect()
        }
    }

    mutating func take(
        waiting milliseconds: Int,
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) {
        // A window of short questions always fits; this is for the rest of a full buffer.
        try flush()
        if try !read(), milliseconds > 0 {
            _ = try connection.poll.wait(milliseconds: milliseconds)
            _ = try read()
        }
        var start = 0
        while input.count - start >= 2 {
            let end = start + 2 + Int(input.span.uint16(at: start))
            guard end <= input.count else { break }
            body(input.span.extracting(start + 2..<end))
            start = end
        }
        input.removeFirst(start)
    }

    mutating func wait(nanoseconds: Int) throws(SystemError) {
        _ = try connection.poll.wait(nanoseconds: nanoseconds)
    }

    /// Reads what is there; false when that is nothing.
    private mutating func read() throws(SystemError) -> Bool {
        let reading: TCPSocket.Reading
        do throws(SystemError) {
            reading = try connection.socket.read(into: &chunk)
        } catch {
            reading = .end
        }
        switch reading {
        case .bytes(let count):
            input += chunk[..<count]
            return true
        case .nothing: return false
        case .end:
            try reconnect()
            return false
        }
    }

    private mutating func reconnect() throws(SystemError) {
        lossCount += 1
        guard lossCount <= Self.maximumLossCount else {
            throw SystemError(call: "\(server) closes its connections", code: 0)
        }
        output.removeAll(keepingCapacity: true)
        input.removeAll(keepingCapacity: true)
        connection = try StreamConnector(to: server)
    }
}

/// A connection that was waited for, and what tells when it can be read.
struct StreamConnector: ~Copyable {
    private static let patienceMilliseconds = 5_000

    let socket: TCPSocket
    let poll: Poll

    init(to server: Endpoint) throws(SystemError) {
        let socket = try TCPSocket(connectingTo: server)
        let poll = try Poll()
        try poll.add(socket.number, .output, token: 0)
        guard try poll.wait(milliseconds: Self.patienceMilliseconds) > 0 else {
            throw SystemError(call: "connect \(server)", code: 110)
        }
        try socket.checkConnected()
        try poll.change(socket.number, .input, token: 0)
        self.socket = socket
        self.poll = poll
    }
}
