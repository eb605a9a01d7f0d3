// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// The UDP sockets of one worker to its upstreams: a small pool for each, of random ports.
///
/// A question leaves from a random socket of the pool, and its reply is found by socket and id.
/// Ports are used for a while and then given up (RFC 5452 §9.2): whoever has found one out has
/// little time to use it.
struct UpstreamDatagrams: ~Copyable {
    /// The sockets of one upstream that are asked from at a time.
    static let poolCount = 8
    /// The most sockets of one worker, with those that only wait for their last replies.
    static let maximumSocketCount = 512
    /// The questions that one port is used for.
    static let maximumQuestionCount = 4_096
    /// How long one port is used, in milliseconds.
    static let maximumAgeMilliseconds: UInt64 = 30_000
    /// How many batches of one socket are read before the others get their turn.
    private static let maximumBatchCount = 16

    /// The sockets that one upstream is asked from.
    private struct Pool {
        let upstream: Endpoint
        /// The address that it is asked from; nil for whatever the system chooses.
        let source: IPAddress?
        var places: [Int] = []
        /// The socket that was drawn for the questions of this step.
        var drawn: Int?
    }

    /// A place for a socket, and the questions that are open on it.
    ///
    /// They are not the socket's own: what a class has is watched at each access.
    private struct Slot {
        /// Nil for a place that is free.
        var socket: UpstreamSocket?
        var open = QuestionTable()
        /// The questions that were asked from this port.
        var askedCount = 0
        /// Whether no more questions are asked from it.
        var isRetired = false
        /// The questions that wait for the end of the step, each with its exchange.
        var queue: [ExchangeOrder] = []

        /// Puts questions of one length next to each other, so that they leave together.
        mutating func sortQueue() {
            guard let length = queue.first?.exchange.message.count else { return }
            for index in queue.indices where queue[index].exchange.message.count != length {
                return queue.sort { $0.exchange.message.count < $1.exchange.message.count }
            }
        }
    }

    /// Where the question of an exchange is open.
    private struct Place {
        /// The exchange; 0 for none.
        var exchange: UInt64 = 0
        var socket = 0
        var id: UInt16 = 0
    }

    /// The sockets by place; what is polled carries the place.
    private var sockets: [Slot] = []
    private var freePlaces: [Int] = []
    /// One for each upstream that is asked; there are few, so that looking is as good as hashing.
    private var pools: [Pool] = []
    /// Where each exchange is open, by the place that its number has.
    private var places: [Place] = []
    /// The questions that are open.
    private(set) var questionCount = 0
    /// The places of the sockets with questions to be sent at the end of the step.
    private var queued: [Int] = []
    /// The datagrams that were no reply to an open question.
    private(set) var strayCount = 0
    /// Whether questions of one length pass the system's layers together, where that is possible.
    private var joins = true
    private let random: () -> UInt64

    /// `random` must be unguessable.
    init(random: @escaping () -> UInt64) { self.random = random }

    /// The sockets that are open.
    var socketCount: Int { sockets.count - freePlaces.count }

    // MARK: Asking

    /// Takes a question, which leaves with `flush`.
    mutating func begin(
        _ order: ExchangeOrder,
        _ poll: borrowing Poll,
        at now: Moment
    ) throws(SystemError) {
        let message = order.exchange.message
        guard message.count <= Worker.maximumAnswerByteCount else {
            throw SystemError(call: "a question of \(message.count) bytes over UDP", code: 0)
        }
        let id = message.span.uint16(at: 0)
        let pool = pool(for: order.exchange.upstream, from: order.exchange.source)
        // An id that is taken on one socket is hardly taken on the next one too.
        for _ in 0..<Self.poolCount {
            let place: Int
            if let drawn = pools[pool].drawn {
                place = drawn
            } else {
                place = try draw(pool, poll, now)
            }
            guard sockets[place].open.insert(id, order.id) else {
                pools[pool].drawn = nil
                continue
            }
            note(Place(exchange: order.id, socket: place, id: id), at: order.place)
            if sockets[place].queue.isEmpty { queued.append(place) }
            sockets[place].queue.append(order)
            sockets[place].askedCount += 1
            if sockets[place].askedCount >= Self.maximumQuestionCount { retire(place, of: pool) }
            return
        }
        throw SystemError(call: "too many questions with one id are open", code: 0)
    }

    private mutating func note(_ place: Place, at index: Int) {
        if index >= places.count {
            places += Array(repeating: Place(), count: index + 1 - places.count)
        }
        places[index] = place
        questionCount += 1
    }

    /// The place of the pool for `upstream`, made when it is asked for the first time.
    private mutating func pool(for upstream: Endpoint, from source: IPAddress?) -> Int {
        for index in pools.indices
        where pools[index].upstream == upstream && pools[index].source == source {
            return index
        }
        // A pool without sockets has nothing to be remembered.
        pools.removeAll { $0.places.isEmpty }
        pools.append(Pool(upstream: upstream, source: source))
        return pools.count - 1
    }

    /// Draws a socket of a pool, and opens it when it is not yet.
    private mutating func draw(
        _ pool: Int,
        _ poll: borrowing Poll,
        _ now: Moment
    ) throws(SystemError) -> Int {
        let count = pools[pool].places.count
        let turn = Int(truncatingIfNeeded: random() % UInt64(Self.poolCount))
        var place: Int
        if turn < count {
            place = pools[pool].places[turn]
        } else {
            do throws(SystemError) {
                place = try open(to: pools[pool].upstream, from: pools[pool].source, poll, now)
                pools[pool].places.append(place)
            } catch {
                // Better one of those there are than none.
                guard count > 0 else { throw error }
                place = pools[pool].places[turn % count]
            }
        }
        pools[pool].drawn = place
        return place
    }

    /// Opens one more socket, and tells its place.
    private mutating func open(
        to upstream: Endpoint,
        from source: IPAddress?,
        _ poll: borrowing Poll,
        _ now: Moment
    ) throws(SystemError) -> Int {
        guard socketCount < Self.maximumSocketCount else {
            let text = "more than \(Self.maximumSocketCount) sockets are open to upstreams"
            throw SystemError(call: text, code: 0)
        }
        let socket = try UpstreamSocket(to: upstream, from: source, at: now, random: random)
        let place = freePlaces.last ?? sockets.count
        let token = Worker.Token.make(Worker.Token.upstreamDatagrams, UInt64(place))
        try poll.add(socket.number, .input, token: token)
        if freePlaces.popLast() == nil {
            sockets.append(Slot(socket: socket))
        } else {
            sockets[place].socket = socket
        }
        return place
    }

    /// Sends what was asked since the last time.
    ///
    /// `batch`: memory for it, empty before and after.
    mutating func flush(_ batch: inout MessageBatch, _ core: inout Core) {
        guard !queued.isEmpty else { return }
        for place in queued {
            sockets[place].sortQueue()
            var first = 0
            for index in sockets[place].queue.indices {
                if batch.isFull {
                    send(&batch, place, from: first, &core)
                    first = index
                }
                let message = sockets[place].queue[index].exchange.message
                batch.append(copying: message.span)
            }
            send(&batch, place, from: first, &core)
            sockets[place].queue.removeAll(keepingCapacity: true)
            closeIfOver(place)
        }
        queued.removeAll(keepingCapacity: true)
        for pool in pools.indices { pools[pool].drawn = nil }
    }

    /// Sends a batch from the socket at `place`, whose first question is the one at `first` of the
    /// queue there.
    private mutating func send(
        _ batch: inout MessageBatch,
        _ place: Int,
        from first: Int,
        _ core: inout Core
    ) {
        guard let socket = sockets[place].socket else { return batch.removeAll() }
        let trouble = socket.socket.send(&batch, joining: &joins)
        if let error = trouble.earlier {
            let asked = Set(sockets[place].queue[first...].map(\.id))
            for id in sockets[place].open.all where !asked.contains(id) {
                core.take(ExchangeReply(id: id, news: .failure(error.description)))
            }
        }
        guard let reason = trouble.reason else { return }
        for index in trouble.unsent where first + index < sockets[place].queue.count {
            let id = sockets[place].queue[first + index].id
            core.take(ExchangeReply(id: id, news: .failure(reason.description)))
        }
    }

    // MARK: Replies

    /// Reads what came to the socket at `place`.
    ///
    /// `batch`: memory for it.
    mutating func serve(_ place: Int, _ batch: inout MessageBatch, _ core: inout Core) {
        guard place < sockets.count, let socket = sockets[place].socket else { return }
        // LIMIT: what else lies in the socket is told by the next poll.
        for _ in 0..<Self.maximumBatchCount {
            do throws(SystemError) {
                try socket.socket.receive(into: &batch)
            } catch {
                for id in sockets[place].open.all {
                    core.take(ExchangeReply(id: id, news: .failure(error.description)))
                }
                return
            }
            for index in 0..<batch.count { take(index, of: batch, socket, place, &core) }
            if batch.count < MessageBatch.maximumCount { return }
        }
    }

    /// Hands on one datagram that came to the socket at `place`; the core tells whether it is the
    /// reply that is waited for.
    private mutating func take(
        _ index: Int,
        of batch: borrowing MessageBatch,
        _ socket: UpstreamSocket,
        _ place: Int,
        _ core: inout Core
    ) {
        let message = batch.message(at: index)
        // What came before the socket was connected may come from anywhere.
        guard message.count >= Header.byteCount, !batch.isCut(at: index),
            let exchange = sockets[place].open.find(message.uint16(at: 0)),
            socket.isUpstream(batch.client(at: index))
        else {
            strayCount &+= 1
            return
        }
        core.take(ExchangeReply(id: exchange, news: .message(message.copied)))
    }

    // MARK: The end

    /// Forgets an exchange that is over; false when it is none of these.
    mutating func end(_ exchange: UInt64) -> Bool {
        let index = SlotTable<Place>.place(exchange)
        guard index < places.count, places[index].exchange == exchange else { return false }
        let place = places[index]
        places[index].exchange = 0
        questionCount -= 1
        sockets[place.socket].open.remove(place.id, of: exchange)
        closeIfOver(place.socket)
        return true
    }

    /// The datagrams since the last time that were no reply to an open question.
    mutating func takeStrays() -> Int {
        defer { strayCount = 0 }
        return strayCount
    }

    /// Gives up the ports that are old; an upstream that is not asked any more keeps none.
    mutating func retireOld(at now: Moment) {
        for pool in pools.indices {
            for place in pools[pool].places {
                guard let socket = sockets[place].socket,
                    socket.since.adding(milliseconds: Self.maximumAgeMilliseconds) <= now
                else { continue }
                retire(place, of: pool)
            }
        }
    }

    /// Asks nothing more from a socket; it is closed once its last question is over.
    private mutating func retire(_ place: Int, of pool: Int) {
        pools[pool].places.removeAll { $0 == place }
        pools[pool].drawn = nil
        sockets[place].isRetired = true
        closeIfOver(place)
    }

    private mutating func closeIfOver(_ place: Int) {
        guard sockets[place].isRetired, sockets[place].open.isEmpty,
            sockets[place].queue.isEmpty
        else { return }
        sockets[place] = Slot()
        freePlaces.append(place)
    }
}
