// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Asks each question over a TCP connection of its own.
struct ConnectionAsker: Asker, ~Copyable {
    static let maximumBatchCount = 64
    /// The longest answer, with its length.
    private static let inputByteCount = 2 + 65_535

    /// A connection and what is left to send on it.
    private final class Asked {
        let socket: TCPSocket
        let bytes: [UInt8]
        var isSent = false
        var input: [UInt8] = []

        init(_ socket: consuming TCPSocket, _ bytes: [UInt8]) {
            self.socket = socket
            self.bytes = bytes
        }
    }

    private let server: Endpoint
    private let poll: Poll
    private var asked: [UInt64: Asked] = [:]
    private var buffer = [UInt8](repeating: 0, count: Self.inputByteCount)

    init(to server: Endpoint) throws(SystemError) {
        self.server = server
        poll = try Poll()
    }

    mutating func put(_ message: [UInt8], id: UInt16) throws(SystemError) {
        let socket = try TCPSocket(connectingTo: server)
        var bytes = [UInt8(truncatingIfNeeded: message.count >> 8)]
        bytes.append(UInt8(truncatingIfNeeded: message.count))
        bytes.append(UInt8(truncatingIfNeeded: id >> 8))
        bytes.append(UInt8(truncatingIfNeeded: id))
        bytes += message[2...]
        try poll.add(socket.number, .output, token: UInt64(id))
        asked[UInt64(id)] = Asked(socket, bytes)
    }

    mutating func flush() {}

    mutating func take(
        waiting milliseconds: Int,
        _ body: (Span<UInt8>) -> Void
    ) throws(SystemError) {
        let count = try poll.wait(milliseconds: milliseconds)
        for index in 0..<count {
            let token = poll.event(at: index).token
            guard let one = asked[token] else { continue }
            do throws(SystemError) {
                if try step(one, token) { continue }
            } catch {
                // The question is lost, and counted when its time is up.
            }
            let input = one.input
            if input.count > 2 { body(input.span.extracting(2...)) }
            asked[token] = nil
        }
    }

    mutating func wait(nanoseconds: Int) throws(SystemError) {
        _ = try poll.wait(nanoseconds: nanoseconds)
    }

    /// Sends, or reads; false when nothing is left to do.
    private mutating func step(_ one: Asked, _ token: UInt64) throws(SystemError) -> Bool {
        guard one.isSent else {
            try one.socket.checkConnected()
            guard try one.socket.write(one.bytes[...]) == one.bytes.count else { return false }
            one.isSent = true
            try poll.change(one.socket.number, .input, token: token)
            return true
        }
        guard case .bytes(let count) = try one.socket.read(into: &buffer) else { return false }
        one.input += buffer[..<count]
        guard one.input.count >= 2 else { return true }
        return one.input.count < 2 + (Int(one.input[0]) << 8 | Int(one.input[1]))
    }
}
