// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// The TCP connections of one worker to its upstreams, with TLS or without: kept open and shared by
/// questions on the same terms.
struct UpstreamConnections: ~Copyable {
    /// The most connections to one upstream.
    static let maximumUpstreamCount = 4
    /// The most connections of one worker.
    static let maximumConnectionCount = 128
    /// How many questions a connection is asked before another one is opened beside it.
    static let wantedQuestionCount = 32
    /// How long an upstream that did not prove who it is is left alone, in milliseconds.
    static let refusalMilliseconds: UInt64 = 1_000
    /// The most upstreams of which that is remembered.
    static let maximumRefusalCount = 128
    /// How often a connection is read before the others get their turn.
    private static let maximumReadCount = 16
    /// How many bytes one reading takes at most.
    private static let readByteCount = 65_536

    /// Where the question of an exchange is open.
    private struct Place {
        let connection: UInt64
        let id: UInt16
    }

    /// Why an upstream is left alone, and until when.
    private struct Refusal {
        let text: String
        let end: Moment
        /// Held, so that no others are taken for them.
        let terms: ConnectionTerms
    }

    private var connections: [UInt64: UpstreamConnection] = [:]
    private var refusals: [UpstreamConnection.Target: Refusal] = [:]
    /// The terms of exchanges that have none of their own.
    private let plainTerms = ConnectionTerms()
    private var nextNumber: UInt64 = 1
    private var places: [UInt64: Place] = [:]
    /// The connections with questions to be sent at the end of the step.
    private var queued: [UpstreamConnection] = []
    private var buffer: [UInt8] = []

    init() {}

    var connectionCount: Int { connections.count }

    /// The upstreams that are left alone.
    var refusalCount: Int { refusals.count }

    /// The questions that are open.
    var questionCount: Int { places.count }

    // MARK: Asking

    /// Takes a question, which leaves with `flush`; true when it has to wait for a new connection.
    mutating func begin(
        _ order: ExchangeOrder,
        _ poll: borrowing Poll,
        at now: Moment
    ) throws(SystemError) -> Bool {
        try ask(order, isSecondTry: false, poll, now)
    }

    @discardableResult
    private mutating func ask(
        _ order: ExchangeOrder,
        isSecondTry: Bool,
        _ poll: borrowing Poll,
        _ now: Moment
    ) throws(SystemError) -> Bool {
        let byteCount = order.exchange.message.count
        guard byteCount <= 65_535 else {
            throw SystemError(call: "a question of \(byteCount) bytes", code: 0)
        }
        let terms = order.exchange.terms ?? plainTerms
        let connection = try pick(order.exchange, terms, poll, now)
        let id = connection.ask(order, isSecondTry: isSecondTry, at: now)
        places[order.id] = Place(connection: connection.number, id: id)
        if !connection.isQueued {
            connection.isQueued = true
            queued.append(connection)
        }
        return !connection.isEstablished
    }

    /// The connection with the fewest questions, or a new one beside those that have enough.
    private mutating func pick(
        _ exchange: Exchange,
        _ terms: ConnectionTerms,
        _ poll: borrowing Poll,
        _ now: Moment
    ) throws(SystemError) -> UpstreamConnection {
        let (upstream, source) = (exchange.upstream, exchange.source)
        let target = UpstreamConnection.Target(upstream, from: source, on: terms)
        if let refusal = refusals[target] {
            if now < refusal.end { throw SystemError(call: refusal.text, code: 0) }
            refusals[target] = nil
        }
        let all = connections.values.filter { $0.target == target }
        let best = all.filter { $0.hasRoom(at: now) }.min {
            ($0.open.count, $0.number) < ($1.open.count, $1.number)
        }
        if let best, best.open.count < Self.wantedQuestionCount { return best }
        // A connection that leads nowhere must not keep others from being opened.
        let count = all.count { !$0.isSuspect && !$0.isOver(at: now) }
        guard count < Self.maximumUpstreamCount, makeRoom() else {
            if let best { return best }
            let text = "the TCP connections to \(upstream) have no room for more questions"
            throw SystemError(call: text, code: 0)
        }
        do throws(SystemError) {
            return try open(target, terms, poll, now)
        } catch {
            guard let best else { throw error }
            return best
        }
    }

    /// Whether one more connection may be opened; closes the one that was idle longest if need be.
    private mutating func makeRoom() -> Bool {
        guard connections.count >= Self.maximumConnectionCount else { return true }
        let idle = connections.values.filter(\.open.isEmpty)
            .min { ($0.lastUse, $0.number) < ($1.lastUse, $1.number) }
        guard let idle else { return false }
        close(idle)
        return true
    }

    private mutating func open(
        _ target: UpstreamConnection.Target,
        _ terms: ConnectionTerms,
        _ poll: borrowing Poll,
        _ now: Moment
    ) throws(SystemError) -> UpstreamConnection {
        let connection = try UpstreamConnection(
            nextNumber,
            to: target.upstream,
            from: target.source,
            on: terms,
            at: now
        )
        let token = Worker.Token.make(Worker.Token.upstreamStream, nextNumber)
        try poll.add(connection.socket.number, connection.interest, token: token)
        connections[nextNumber] = connection
        nextNumber += 1
        return connection
    }

    /// Sends what was asked since the last time.
    mutating func flush(_ core: inout Core, _ poll: borrowing Poll, at now: Moment) {
        // What is lost while sending may be asked again on another connection, once.
        while let connection = queued.popLast() {
            connection.isQueued = false
            guard connections[connection.number] != nil else { continue }
            do throws(SystemError) {
                try connection.send()
                try watch(connection, poll)
            } catch {
                lose(connection, error, &core, poll, now)
            }
        }
    }

    /// Polls a connection for what it waits for.
    private func watch(
        _ connection: UpstreamConnection,
        _ poll: borrowing Poll
    ) throws(SystemError) {
        let wanted = connection.wantedInterest
        guard wanted != connection.interest else { return }
        connection.interest = wanted
        let token = Worker.Token.make(Worker.Token.upstreamStream, connection.number)
        try poll.change(connection.socket.number, wanted, token: token)
    }

    // MARK: Answers

    /// Serves the connection with this number.
    mutating func serve(
        _ number: UInt64,
        _ interest: Interest,
        _ core: inout Core,
        _ poll: borrowing Poll,
        at now: Moment
    ) {
        guard let connection = connections[number] else { return }
        do throws(SystemError) {
            if interest.contains(.output) || interest.contains(.failure) {
                try connection.establish()
                try connection.send()
            }
            if interest.contains(.input) {
                try read(connection, &core, now)
                // Encryption may have something to say, or be ready for the first question.
                try connection.send()
            }
            try watch(connection, poll)
        } catch {
            lose(connection, error, &core, poll, now)
            flush(&core, poll, at: now)
        }
    }

    /// Reads what is there.
    private mutating func read(
        _ connection: UpstreamConnection,
        _ core: inout Core,
        _ now: Moment
    ) throws(SystemError) {
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.readByteCount) }
        // LIMIT: what else there is is told by the next poll.
        for _ in 0..<Self.maximumReadCount {
            let reading = try connection.receive(into: &buffer, at: now) { core.take($0) }
            switch reading {
            case .bytes(let count) where count == buffer.count: continue
            case .bytes, .nothing: return
            case .end: throw SystemError(call: "the upstream closed the connection", code: 0)
            }
        }
    }

    /// Closes a connection that is of no more use; what was open on it is asked once more, on
    /// another one.
    private mutating func lose(
        _ connection: UpstreamConnection,
        _ error: SystemError,
        _ core: inout Core,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        connections[connection.number] = nil
        poll.remove(connection.socket.number)
        if let text = connection.refusal, refusals.count < Self.maximumRefusalCount {
            let end = now.adding(milliseconds: Self.refusalMilliseconds)
            refusals[connection.target] = Refusal(text: text, end: end, terms: connection.terms)
        }
        for asked in connection.open.values.sorted(by: { $0.order.id < $1.order.id }) {
            places[asked.order.id] = nil
            // Where not even connecting worked, trying again is for the one who chose the upstream.
            guard connection.isEstablished, !asked.isSecondTry else {
                core.take(ExchangeReply(id: asked.order.id, news: .failure(error.description)))
                continue
            }
            do throws(SystemError) {
                try ask(asked.order, isSecondTry: true, poll, now)
            } catch {
                core.take(ExchangeReply(id: asked.order.id, news: .failure(error.description)))
            }
        }
    }

    // MARK: The end

    /// Forgets an exchange that is over; false when it is none of these.
    mutating func end(_ exchange: UInt64) -> Bool {
        guard let place = places.removeValue(forKey: exchange) else { return false }
        connections[place.connection]?.end(exchange, id: place.id)
        return true
    }

    /// Closes the connections that nobody has used for a while, those that are old, those that lead
    /// nowhere, and those that are too many to be kept for nothing.
    mutating func closeIdle(at now: Moment) {
        var kept: [UpstreamConnection.Target: Int] = [:]
        // No key path: it would be one object, whose references all workers count.
        let idle = connections.values.filter { $0.open.isEmpty }
            .sorted { ($0.lastUse, $0.number) > ($1.lastUse, $1.number) }
        for connection in idle {
            let count = kept[connection.target, default: 0]
            let maximum = connection.terms.values.idleCount
            if connection.isOver(at: now) || maximum > 0 && count >= maximum {
                close(connection)
            } else {
                kept[connection.target] = count + 1
            }
        }
        refusals = refusals.filter { now < $0.value.end }
    }

    private mutating func close(_ connection: UpstreamConnection) {
        connection.close()
        connections[connection.number] = nil
    }
}
