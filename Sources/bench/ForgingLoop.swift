// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// What the thread of a `ForgingUpstream` does.
struct ForgingLoop: ~Copyable {
    /// The most connections that are open at a time; more have to wait.
    private static let maximumConnectionCount = 64
    private static let listenerToken: UInt64 = 1
    private static let connectionToken: UInt64 = 2

    /// What came and what was sent in one step.
    struct Counts {
        var asked = 0
        var forged = 0
    }

    /// A connection, and the bytes of the question that is not whole yet.
    private final class Connection {
        let socket: TCPSocket
        var input: [UInt8] = []

        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    private let sockets: ForgingSockets
    private let wakeup: Wakeup
    private let poll: Poll
    private var connections: [UInt64: Connection] = [:]
    private var nextConnection = connectionToken
    private var received = MessageBatch(slotByteCount: 1_232)
    private var sent = MessageBatch(slotByteCount: UpstreamAnswer.maximumByteCount)
    private var number = 0

    init(_ sockets: ForgingSockets, _ wakeup: Wakeup) throws(SystemError) {
        let poll = try Poll()
        try poll.add(sockets.datagrams.number, .input, token: 0)
        try poll.add(sockets.listener.number, .input, token: Self.listenerToken)
        try poll.add(wakeup.number, .input, token: 0)
        self.poll = poll
        self.sockets = sockets
        self.wakeup = wakeup
    }

    /// Waits for questions and answers them; `forges`: whether forgers are about once they come.
    mutating func step(forges: () -> Bool) throws(SystemError) -> Counts {
        var counts = Counts()
        let count = try poll.wait(milliseconds: 1_000)
        let forging = forges()
        for index in 0..<count {
            let token = poll.event(at: index).token
            if token == Self.listenerToken { try accept() }
            if token >= Self.connectionToken { counts.asked += answer(token) }
        }
        try sockets.datagrams.receive(into: &received)
        for index in 0..<received.count {
            number += 1
            if forging { counts.forged += forge(index) }
            Self.add(nil, to: received, index, number, &sent)
            for _ in 0..<(forging ? ForgingUpstream.perKindCount : 0) {
                Self.add(.late, to: received, index, number, &sent)
                counts.forged += 1
            }
            _ = sockets.datagrams.send(&sent)
        }
        counts.asked += received.count
        return counts
    }

    /// Sends what is forged before the right reply, and tells how many that were.
    private mutating func forge(_ index: Int) -> Int {
        var count = 0
        for forgery in ForgingUpstream.Forgery.allCases where forgery != .late {
            if forgery == .letterCase, number % ForgingUpstream.caseShare != 0 { continue }
            for place in 0..<ForgingUpstream.perKindCount {
                Self.add(forgery, to: received, index, number + place, &sent)
                count += 1
            }
            switch forgery {
            case .server: _ = sockets.otherServer.send(&sent)
            case .port: _ = sockets.otherPort.send(&sent)
            default: _ = sockets.datagrams.send(&sent)
            }
        }
        return count
    }

    /// Adds the right reply to a question, or a forged one.
    private static func add(
        _ forgery: ForgingUpstream.Forgery?,
        to received: borrowing MessageBatch,
        _ index: Int,
        _ number: Int,
        _ sent: inout MessageBatch
    ) {
        sent.append(answering: received, at: index, from: nil, interface: 0) { slot in
            let count = UpstreamAnswer.write(to: received.message(at: index), into: &slot)
            if let forgery { ForgingUpstream.forge(&slot, count, forgery, number) }
            return count
        }
    }

    private mutating func accept() throws(SystemError) {
        while connections.count < Self.maximumConnectionCount,
            let socket = try sockets.listener.accept()
        {
            try poll.add(socket.number, .input, token: nextConnection)
            connections[nextConnection] = Connection(socket)
            nextConnection += 1
        }
    }

    /// Answers what came over a connection, and tells how many questions that were.
    private mutating func answer(_ token: UInt64) -> Int {
        guard let connection = connections[token] else { return 0 }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        guard let reading = try? connection.socket.read(into: &buffer), reading != .end else {
            connections[token] = nil
            return 0
        }
        if case .bytes(let count) = reading { connection.input += buffer[..<count] }
        var output: [UInt8] = []
        var asked = 0
        var input = connection.input[...]
        while let high = input.first, let low = input.dropFirst().first {
            let length = Int(high) << 8 | Int(low)
            guard input.count >= 2 + length else { break }
            let query = Array(input.dropFirst(2).prefix(length))
            input = input.dropFirst(2 + length)
            var slot = [UInt8](repeating: 0, count: UpstreamAnswer.maximumByteCount)
            var span = slot.mutableSpan
            let count = UpstreamAnswer.write(to: query.span, into: &span)
            output += [UInt8(count >> 8), UInt8(count & 255)] + slot[..<count]
            asked += 1
        }
        connection.input = Array(input)
        // Few and short, they always fit.
        _ = try? connection.socket.write(output[...])
        return asked
    }
}
