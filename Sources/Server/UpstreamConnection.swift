// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import TLS
import Wire

/// One connection to an upstream, and the questions that are open on it (RFC 7766 §6.2.1.1).
///
/// Questions follow each other without waiting; answers may come in any order, and are told apart
/// by an id that no other open question of the connection has. With TLS (RFC 7858) nothing leaves
/// before the upstream has proved who it is.
final class UpstreamConnection {
    /// The most questions that are open on one connection.
    static let maximumQuestionCount = 1_024
    /// The most bytes of questions that wait to be sent.
    static let maximumOutputByteCount = 1 << 20
    /// How many bytes are encrypted before those in front of them are sent.
    private static let encryptedByteCount = 65_536

    /// A question that was asked.
    struct Asked {
        let order: ExchangeOrder
        /// How many messages had come before.
        let heardCount: Int
        /// Whether it was lost with another connection before.
        let isSecondTry: Bool
    }

    /// Whom a connection leads to, and on what terms: others never share it.
    struct Target: Hashable {
        let upstream: Endpoint
        /// The address of this side that was asked for; nil lets the system choose.
        let source: IPAddress?
        /// The terms, which the connection holds.
        let terms: ObjectIdentifier

        init(_ upstream: Endpoint, from source: IPAddress? = nil, on terms: ConnectionTerms) {
            self.upstream = upstream
            self.source = source
            self.terms = ObjectIdentifier(terms)
        }
    }

    let number: UInt64
    let target: Target
    let terms: ConnectionTerms
    let socket: TCPSocket
    /// When it was begun.
    private let began: Moment
    /// The encryption; nil for plain TCP.
    private let session: TLSSession?
    /// Whether the upstream has taken the connection.
    private var isConnected = false
    /// Whether questions can leave.
    var isEstablished: Bool { isConnected && (session == nil || wasOpen) }
    /// Whether the encryption was ever ready.
    private var wasOpen = false
    private(set) var open: [UInt16: Asked] = [:]
    /// Questions to be sent.
    private var output = UpstreamOutput()
    /// Encrypted bytes to be sent before them.
    private var cipher = UpstreamOutput()
    private var input = StreamInput()
    /// When the last question was asked or answered.
    private(set) var lastUse: Moment
    /// How many messages have come.
    private var heardCount = 0
    /// Whether a question was given up while nothing at all came: the other side may be gone.
    private(set) var isSuspect = false
    /// Why the upstream is not to be asked again soon.
    private(set) var refusal: String?
    /// Whether it is among those that are sent from at the end of the step.
    var isQueued = false
    /// What it is polled for.
    var interest: Interest = [.input, .output]

    /// Begins to connect; `source`: the address of this side, nil lets the system choose.
    init(
        _ number: UInt64,
        to upstream: Endpoint,
        from source: IPAddress? = nil,
        on terms: ConnectionTerms,
        at now: Moment
    ) throws(SystemError) {
        self.number = number
        self.terms = terms
        target = Target(upstream, from: source, on: terms)
        began = now
        lastUse = now
        if let security = terms.values.security {
            do throws(TLSError) {
                let peer = TLSPeer(upstream, identity: security.identity)
                session = try security.client.session(to: peer)
            } catch {
                throw SystemError(call: error.description, code: 0)
            }
        } else {
            session = nil
        }
        socket = try TCPSocket(connectingTo: upstream, from: source)
    }

    /// Whether one more question may be asked.
    func hasRoom(at now: Moment) -> Bool {
        !isSuspect && open.count < Self.maximumQuestionCount
            && output.count < Self.maximumOutputByteCount && !isOver(at: now)
    }

    /// Whether it is to be given up, once nothing is open on it.
    func isOver(at now: Moment) -> Bool {
        let age = terms.values.ageMilliseconds
        if age > 0, began.adding(milliseconds: age) <= now { return true }
        guard open.isEmpty else { return false }
        return isSuspect || lastUse.adding(milliseconds: terms.values.idleMilliseconds) <= now
    }

    /// What it should be polled for.
    var wantedInterest: Interest {
        let hasOutput = session == nil ? !output.isEmpty : !cipher.isEmpty
        return isConnected && !hasOutput ? .input : [.input, .output]
    }

    /// Takes a question, to be sent with `send`, and tells the id that it has here.
    func ask(_ order: ExchangeOrder, isSecondTry: Bool, at now: Moment) -> UInt16 {
        let message = order.exchange.message
        var id = message.span.uint16(at: 0)
        // LIMIT: fewer questions are open than there are ids.
        while open[id] != nil { id &+= 1 }
        open[id] = Asked(order: order, heardCount: heardCount, isSecondTry: isSecondTry)
        lastUse = now
        output.add {
            $0.append(UInt8(truncatingIfNeeded: message.count >> 8))
            $0.append(UInt8(truncatingIfNeeded: message.count))
            $0.append(UInt8(truncatingIfNeeded: id >> 8))
            $0.append(UInt8(truncatingIfNeeded: id))
            $0 += message[2...]
        }
        return id
    }

    /// Sends what can be sent now.
    func send() throws(SystemError) {
        guard isConnected else { return }
        guard let session else { return try output.send(to: socket) }
        // LIMIT: each turn sends all that was encrypted, or is the last.
        while true {
            cipher.add { session.moveOutput(into: &$0) }
            try cipher.send(to: socket)
            guard session.isOpen, cipher.isEmpty, !output.isEmpty else { return }
            do throws(TLSError) {
                try output.take(Self.encryptedByteCount) { plain throws(TLSError) in
                    try session.send(plain)
                }
            } catch {
                throw refuse(error)
            }
        }
    }

    /// Notes that connecting has ended; throws when it failed.
    func establish() throws(SystemError) {
        guard !isConnected else { return }
        try socket.checkConnected()
        isConnected = true
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
        guard let session else {
            if case .bytes(let count) = reading {
                take(buffer.span.extracting(first: count), now, body)
            }
            return reading
        }
        do throws(TLSError) {
            switch reading {
            case .nothing: return .nothing
            case .end:
                try session.endInput()
                return .end
            case .bytes(let count):
                var plain: [UInt8] = []
                // What came before a failure is heard as well.
                defer { take(plain.span, now, body) }
                defer { wasOpen = wasOpen || session.isOpen }
                try session.receive(buffer.span.extracting(first: count), into: &plain)
                return session.hasEnded ? .end : reading
            }
        } catch {
            throw refuse(error)
        }
    }

    /// Cuts what came into messages, and hands on those that answer open questions.
    private func take(_ bytes: Span<UInt8>, _ now: Moment, _ body: (ExchangeReply) -> Void) {
        input.take(bytes) { message in
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
    }

    /// Tells the upstream why its connection is given up, if it can be told, and says it in words.
    private func refuse(_ error: TLSError) -> SystemError {
        if error.isLasting { refusal = error.description }
        sayTheLast()
        let isCut = error.mistake == .truncated
        return SystemError(
            call: isCut ? "the upstream closed the connection" : error.description,
            code: 0
        )
    }

    /// Tells the upstream that nothing more comes.
    func close() {
        session?.close()
        sayTheLast()
    }

    /// Sends what the encryption has to say, as far as there is room for it.
    private func sayTheLast() {
        guard let session, isConnected else { return }
        cipher.add { session.moveOutput(into: &$0) }
        // It is over one way or the other.
        try? cipher.send(to: socket)
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
