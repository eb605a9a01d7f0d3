// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// One TCP connection to an upstream, and the questions that are open on it (RFC 7766 §6.2.1.1).
///
/// Questions follow each other without waiting; answers may come in any order, and are told apart
/// by an id that no other open question of the connection has.
final class UpstreamConnection {
    /// The most questions that are open on one connection.
    static let maximumQuestionCount = 1_024
    /// The most bytes that wait to be sent.
    static let maximumOutputByteCount = 1 << 20

    /// A question that was asked.
    struct Asked {
        let order: ExchangeOrder
        /// How many messages had come before.
        let heardCount: Int
        /// Whether it was lost with another connection before.
        let isSecondTry: Bool
    }

    let number: UInt64
    let upstream: Endpoint
    /// The address of this side that was asked for.
    let source: IPAddress?
    let socket: TCPSocket
    /// Whether the upstream has taken the connection.
    private(set) var isEstablished = false
    private(set) var open: [UInt16: Asked] = [:]
    /// Bytes to be sent, from `sentByteCount` on.
    private var output: [UInt8] = []
    private var sentByteCount = 0
    private var input = StreamInput()
    /// When the last question was asked or answered.
    private(set) var lastUse: Moment
    /// How many messages have come.
    private var heardCount = 0
    /// Whether a question was given up while nothing at all came: the other side may be gone.
    private(set) var isSuspect = false
    /// Whether it is among those that are sent from at the end of the step.
    var isQueued = false
    /// What it is polled for.
    var interest: Interest = [.input, .output]

    /// Begins to connect; `source`: the address of this side, nil lets the system choose.
    init(
        _ number: UInt64,
        to upstream: Endpoint,
        from source: IPAddress? = nil,
        at now: Moment
    ) throws(SystemError) {
        self.number = number
        self.upstream = upstream
        self.source = source
        lastUse = now
        socket = try TCPSocket(connectingTo: upstream, from: source)
    }

    /// Whether one more question may be asked.
    var hasRoom: Bool {
        !isSuspect && open.count < Self.maximumQuestionCount
            && output.count - sentByteCount < Self.maximumOutputByteCount
    }

    /// What it should be polled for.
    var wantedInterest: Interest {
        isEstablished && sentByteCount == output.count ? .input : [.input, .output]
    }

    /// Takes a question, to be sent with `send`, and tells the id that it has here.
    func ask(_ order: ExchangeOrder, isSecondTry: Bool, at now: Moment) -> UInt16 {
        let message = order.exchange.message
        var id = message.span.uint16(at: 0)
        // LIMIT: fewer questions are open than there are ids.
        while open[id] != nil { id &+= 1 }
        open[id] = Asked(order: order, heardCount: heardCount, isSecondTry: isSecondTry)
        lastUse = now
        output.append(UInt8(truncatingIfNeeded: message.count >> 8))
        output.append(UInt8(truncatingIfNeeded: message.count))
        output.append(UInt8(truncatingIfNeeded: id >> 8))
        output.append(UInt8(truncatingIfNeeded: id))
        output += message[2...]
        return id
    }

    /// Sends what can be sent now.
    func send() throws(SystemError) {
        guard isEstablished, sentByteCount < output.count else { return }
        sentByteCount += try socket.write(output[sentByteCount...])
        if sentByteCount == output.count {
            output.removeAll(keepingCapacity: output.count <= 65_536)
            sentByteCount = 0
        } else if sentByteCount * 2 > output.count {
            // Moved when half is gone, so that each byte moves a bounded number of times.
            output.removeSubrange(..<sentByteCount)
            sentByteCount = 0
        }
    }

    /// Notes that connecting has ended; throws when it failed.
    func establish() throws(SystemError) {
        guard !isEstablished else { return }
        try socket.checkConnected()
        isEstablished = true
    }

    /// Reads once into `buffer`, and hands on the messages that are answers to open questions.
    ///
    /// The id of each is again the one that the exchange was given.
    func receive(
        into buffer: inout [UInt8],
        at now: Moment,
        body: (ExchangeReply) -> Void
    ) throws(SystemError) -> TCPSocket.Reading {
        let reading = try socket.read(into: &buffer)
        guard case .bytes(let count) = reading else { return reading }
        input.take(buffer.span.extracting(first: count)) { message in
            heardCount += 1
            isSuspect = false
            guard message.count >= Header.byteCount,
                let asked = open[message.span.uint16(at: 0)]
            else { return }
            lastUse = now
            var message = message
            message[0] = asked.order.exchange.message[0]
            message[1] = asked.order.exchange.message[1]
            body(ExchangeReply(id: asked.order.id, news: .message(message)))
        }
        return reading
    }

    /// Forgets the question of an exchange that is over, and had this id.
    ///
    /// When it was given up, and no message at all came since it was asked, nothing more is asked
    /// here until one comes.
    func end(_ exchange: UInt64, id: UInt16) {
        guard let asked = open[id], asked.order.id == exchange else { return }
        open[id] = nil
        if heardCount == asked.heardCount { isSuspect = true }
    }
}
