// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Sends back what it is sent: what the system alone costs, the floor of every ratio.
///
/// Each query says in its OPT record how long the answer is to be, so that the floor's answers are
/// as long as those they are compared with. It takes UDP in the same batches as Apus, and TCP.
struct Echo: ~Copyable {
    /// The most connections at a time.
    private static let maximumConnectionCount = 1_024
    private static let datagramToken = UInt64.max
    private static let listenerToken = UInt64.max - 1
    private static let slotByteCount = 4_096

    private let socket: UDPSocket
    private let listener: TCPListener
    private let poll: Poll
    private var received = MessageBatch(slotByteCount: Self.slotByteCount)
    private var sent = MessageBatch(slotByteCount: Self.slotByteCount)
    private var connections: [UInt64: EchoedStream] = [:]
    private var nextToken: UInt64 = 0

    init() throws {
        let local = try FreePort.endpoint()
        let socket = try UDPSocket(binding: local, sharingPort: true)
        let listener = try TCPListener(binding: local, sharingPort: true)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: Self.datagramToken)
        try poll.add(listener.number, .input, token: Self.listenerToken)
        self.socket = socket
        self.listener = listener
        self.poll = poll
    }

    /// Tells the port, then serves until the process is ended.
    mutating func run() throws(SystemError) {
        Process.write("\(EchoContestant.announcement)\(socket.local.port)\n")
        while true {
            let count = try poll.wait(milliseconds: nil)
            for index in 0..<count {
                let token = poll.event(at: index).token
                switch token {
                case Self.datagramToken: try answerDatagrams()
                case Self.listenerToken: try accept()
                default: answerStream(token)
                }
            }
        }
    }

    private mutating func answerDatagrams() throws(SystemError) {
        try socket.receive(into: &received)
        Self.answer(received, into: &sent)
        _ = socket.send(&sent)
    }

    private static func answer(_ received: borrowing MessageBatch, into sent: inout MessageBatch) {
        for index in 0..<received.count {
            sent.append(answering: received, at: index, from: nil, interface: 0) { buffer in
                let message = received.message(at: index)
                for place in 0..<message.count { buffer[place] = message[place] }
                return min(wantedByteCount(message), buffer.count)
            }
        }
    }

    /// The size that a query wants its answer to have; its own at least.
    static func wantedByteCount(_ query: Span<UInt8>) -> Int {
        guard query.count >= Header.byteCount + BenchQuestion.optionByteCount else {
            return query.count
        }
        let place = query.count - BenchQuestion.optionByteCount + 3
        return max(query.count, Int(query.uint16(at: place)))
    }

    private mutating func accept() throws(SystemError) {
        while let connection = try listener.accept() {
            guard connections.count < Self.maximumConnectionCount else { continue }
            nextToken += 1
            try poll.add(connection.number, .input, token: nextToken)
            connections[nextToken] = EchoedStream(connection)
        }
    }

    private mutating func answerStream(_ token: UInt64) {
        guard let stream = connections[token], (try? stream.answer()) != true else { return }
        connections[token] = nil
    }
}

/// One connection of the echo.
final class EchoedStream {
    private let connection: TCPSocket
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)
    /// What came and is not a whole query yet.
    private var input: [UInt8] = []

    init(_ connection: consuming TCPSocket) { self.connection = connection }

    /// Answers all that came whole; false at the end, and when the peer does not take it.
    func answer() throws(SystemError) -> Bool {
        switch try connection.read(into: &chunk) {
        case .nothing: return true
        case .end: return false
        case .bytes(let count): input += chunk[..<count]
        }
        let (output, used) = Self.answers(to: input)
        input.removeFirst(used)
        return try connection.write(output[...]) == output.count
    }

    /// The answers to all whole queries in `input`, and how many bytes those take.
    static func answers(to input: [UInt8]) -> (output: [UInt8], used: Int) {
        var output: [UInt8] = []
        var start = 0
        while input.count - start >= 2 {
            let end = start + 2 + Int(input.span.uint16(at: start))
            guard end <= input.count else { break }
            let wanted = Echo.wantedByteCount(input.span.extracting(start + 2..<end))
            output.append(UInt8(truncatingIfNeeded: wanted >> 8))
            output.append(UInt8(truncatingIfNeeded: wanted))
            output += input[start + 2..<end]
            output += repeatElement(0, count: wanted - (end - start - 2))
            start = end
        }
        return (output, start)
    }
}
