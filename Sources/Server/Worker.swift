// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Synchronization
import Wire

/// What the control plane tells a worker.
final class WorkerOrders: Sendable {
    /// Interrupts the worker's poll.
    let wakeup: Wakeup
    private let draining = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)

    init() throws(SystemError) { wakeup = try Wakeup() }

    /// Takes no new work from now on, and ends when nothing waits any more.
    func drain() {
        // Releasing, so that everything done before the order is seen with it.
        draining.store(true, ordering: .releasing)
        wakeup.wake()
    }

    var isDraining: Bool { draining.load(ordering: .acquiring) }

    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    func end() { ended.store(true, ordering: .releasing) }
}

/// One thread's loop: it waits for sockets, steps the core, and sends what comes out.
struct Worker: ~Copyable {
    /// The largest UDP query: as large as a datagram can be, so that none is cut.
    static let maximumQueryByteCount = 65_535
    /// The largest UDP answer: what `bufsize` allows at most.
    static let maximumAnswerByteCount = 4_096
    /// How many batches of one socket are served before the others get their turn.
    private static let maximumBatchCount = 16
    /// How often deadlines of connections are looked at, in milliseconds.
    private static let tickMilliseconds: UInt64 = 1_000
    /// How long waiting queries may take once the server stops, in milliseconds.
    private static let drainMilliseconds: UInt64 = 5_000

    /// The kinds of things that are polled; the upper byte of a token.
    enum Token {
        static let wakeup: UInt64 = 0
        static let udp: UInt64 = 1
        static let tcp: UInt64 = 2
        static let stream: UInt64 = 3
        static let upstreamDatagrams: UInt64 = 4
        static let upstreamStream: UInt64 = 5

        static func make(_ kind: UInt64, _ value: UInt64) -> UInt64 { kind << 56 | value }
    }

    let index: Int
    let orders: WorkerOrders
    let board: SocketBoard
    let poll: Poll
    var core: Core
    var streams: StreamSockets
    private var upstreams: UpstreamSockets
    private var outputs = Outputs()
    private var received = MessageBatch(slotByteCount: maximumQueryByteCount)
    private var sent = MessageBatch(slotByteCount: maximumAnswerByteCount)
    /// The sockets of each listener of the configuration, in its order.
    private var listeners: [OpenListener?] = []
    private var edition: UInt64 = .max
    private var wakeAt: Moment?
    private var nextTick = Moment(nanoseconds: 0)
    private var drainEnd: Moment?

    init(
        index: Int,
        orders: WorkerOrders,
        board: SocketBoard,
        core: consuming Core,
        random: @escaping () -> UInt64
    ) throws(SystemError) {
        let poll = try Poll()
        try poll.add(orders.wakeup.number, .input, token: Token.make(Token.wakeup, 0))
        self.index = index
        self.orders = orders
        self.board = board
        self.core = core
        self.poll = poll
        streams = StreamSockets(sharing: board)
        upstreams = UpstreamSockets(random: random)
    }

    /// The time now.
    private static var now: Moment { Moment(nanoseconds: Clock.monotonicNanoseconds()) }

    /// Serves until the control plane says drain and nothing waits any more.
    mutating func run() {
        while !isDrained() {
            let count: Int
            do throws(SystemError) {
                count = try poll.wait(milliseconds: timeoutMilliseconds())
            } catch {
                break
            }
            step(eventCount: count)
        }
        orders.end()
    }

    /// One round: events in, answers out.
    private mutating func step(eventCount: Int) {
        let now = Self.now
        core.begin(at: now)
        if core.edition != edition { adopt() }
        streams.goOn(&core, poll, now)
        for index in 0..<eventCount {
            let (token, interest) = poll.event(at: index)
            handle(token, interest, now)
        }
        settle(now)
        if now >= nextTick {
            streams.closeOverdue(at: now)
            wakeListeners()
            upstreams.closeOld(at: now)
            board.countIgnored(upstreams.takeStrays())
            nextTick = now.adding(milliseconds: Self.tickMilliseconds)
        }
    }

    /// Serves one event.
    private mutating func handle(_ token: UInt64, _ interest: Interest, _ now: Moment) {
        let value = token & 0x00FF_FFFF_FFFF_FFFF
        switch token >> 56 {
        case Token.wakeup: orders.wakeup.clear()
        case Token.udp: serveDatagrams(Int(value))
        case Token.tcp:
            guard Int(value) < listeners.count, let listener = listeners[Int(value)] else { return }
            streams.accept(listener.tcp, listener: Int(value), poll, now)
        case Token.stream:
            streams.serve(value, interest, &core, poll, now)
        case Token.upstreamDatagrams:
            upstreams.serveDatagrams(Int(value), &received, &core)
        case Token.upstreamStream:
            upstreams.serveStream(value, interest, &core, poll, at: now)
        default: break
        }
    }

    /// Receives, answers and sends the datagrams of one listener.
    ///
    /// A function of its own also where the whole program is optimised: what can be reached from it
    /// is looked at for locks.
    @inline(never)
    private mutating func serveDatagrams(_ place: Int) {
        guard place < listeners.count, let listener = listeners[place] else { return }
        for _ in 0..<Self.maximumBatchCount {
            // A socket that fails is polled again; what it had is lost with it.
            guard (try? listener.udp.receive(into: &received)) != nil else { return }
            Self.answer(received, listener, place, &core, into: &sent)
            _ = listener.udp.send(&sent)
            if received.count < MessageBatch.maximumCount { return }
        }
    }

    /// Answers the datagrams of a batch.
    static func answer(
        _ received: borrowing MessageBatch,
        _ listener: OpenListener,
        _ place: Int,
        _ core: inout Core,
        into sent: inout MessageBatch
    ) {
        for index in 0..<received.count {
            core.prefetchMemory(for: received.message(at: index), listener: place)
        }
        for index in 0..<received.count {
            answer(index, of: received, listener, place, &core, into: &sent)
        }
    }

    /// Answers one datagram of the batch.
    private static func answer(
        _ index: Int,
        of received: borrowing MessageBatch,
        _ listener: OpenListener,
        _ place: Int,
        _ core: inout Core,
        into sent: inout MessageBatch
    ) {
        guard !received.isCut(at: index), let client = received.client(at: index) else { return }
        let bound = listener.udp.local
        var arrival = Arrival(
            listener: place,
            transport: .udp,
            client: client,
            local: Endpoint(bound.address, port: bound.port)
        )
        var local: IPAddress?
        if listener.udp.isWildcard {
            if case .v4 = client.address.family { arrival.isMapped = listener.udp.mapsIPv4 }
            if let found = received.local(at: index) {
                local = found.address
                arrival.local.address = found.address
                arrival.interface = found.interface
            }
        }
        sent.append(
            answering: received,
            at: index,
            from: local,
            interface: arrival.interface
        ) { buffer in
            core.take(received.message(at: index), arrival, into: &buffer)
        }
    }

    /// Runs what can go on until nothing new comes of it.
    private mutating func settle(_ now: Moment) {
        // LIMIT: an exchange that cannot be opened fails at once and lets its query go on; each
        // query makes a bounded number of attempts.
        while true {
            core.end(into: &outputs)
            wakeAt = outputs.wakeAt
            if outputs.isEmpty { return }
            for index in outputs.endedExchanges.indices {
                upstreams.end(outputs.endedExchanges[index])
            }
            for index in outputs.orders.indices {
                upstreams.begin(outputs.orders[index], &core, poll, at: now)
            }
            upstreams.flush(&sent, &core, poll, at: now)
            sendLate(now)
        }
    }

    /// Sends the answers that came late; those of one listener leave together.
    private mutating func sendLate(_ now: Moment) {
        var last: OpenListener?
        // Held apart, since what is sent is changed while a message is read.
        let late = outputs.late
        for index in late.indices {
            let arrival = late.arrival(at: index)
            if arrival.transport == .tcp {
                let bytes = late[index].bytes
                streams.answer(bytes, on: arrival.connection, &core, poll, now)
                continue
            }
            guard let listener = listener(for: arrival) else { continue }
            if let last, last !== listener || sent.isFull { _ = last.udp.send(&sent) }
            last = listener
            let message = late.message(at: index)
            sent.append(
                copying: message.extracting(first: Self.maximumAnswerByteCount),
                to: arrival.client,
                isMapped: arrival.isMapped,
                from: listener.udp.isWildcard ? arrival.local.address : nil,
                interface: arrival.interface
            )
        }
        if let last { _ = last.udp.send(&sent) }
    }

    /// The listener that a datagram came to; nil when it is gone in a newer configuration.
    private func listener(for arrival: Arrival) -> OpenListener? {
        let local = arrival.local
        func isBound(_ listener: OpenListener?) -> Bool {
            guard let listener else { return false }
            return listener.udp.local.port == local.port
                && (listener.udp.isWildcard || listener.udp.local.address == local.address)
        }
        // It may have moved.
        if arrival.listener < listeners.count, isBound(listeners[arrival.listener]) {
            return listeners[arrival.listener]
        }
        return listeners.first(where: isBound) ?? nil
    }

    /// Takes over the listeners of a new configuration.
    private mutating func adopt() {
        edition = core.edition
        let wanted = board.sockets(of: index, for: core.configuration)
        for (place, listener) in listeners.enumerated() {
            guard let listener, place >= wanted.count || wanted[place] !== listener else {
                continue
            }
            poll.remove(listener.udp.number)
            poll.remove(listener.tcp.number)
        }
        for (place, listener) in wanted.enumerated() {
            guard let listener, place >= listeners.count || listeners[place] !== listener else {
                continue
            }
            let number = UInt64(place)
            try? poll.add(listener.udp.number, .input, token: Token.make(Token.udp, number))
            try? poll.add(listener.tcp.number, .input, token: Token.make(Token.tcp, number))
        }
        let places = listeners.map { old in wanted.firstIndex { $0 === old && old != nil } }
        if places != Array(listeners.indices) { streams.moveListeners(places) }
        listeners = wanted
    }

    /// Polls the listeners again that could not take a connection a while ago.
    private mutating func wakeListeners() {
        for place in streams.takeRestingListeners() where place < listeners.count {
            guard let listener = listeners[place] else { continue }
            let token = Token.make(Token.tcp, UInt64(place))
            // A worker that drains has let go of it.
            try? poll.change(listener.tcp.number, .input, token: token)
        }
    }

    /// How long to wait for events: to the next deadline, or the next look at the connections.
    private func timeoutMilliseconds() -> Int {
        if streams.hasWork || !core.rest() { return 0 }
        let now = Self.now
        var next = nextTick
        if let wakeAt, wakeAt < next { next = wakeAt }
        if drainEnd != nil { next = min(next, now.adding(milliseconds: 10)) }
        let nanoseconds = next.nanoseconds(since: now)
        return Int((nanoseconds + 999_999) / 1_000_000)
    }

    /// Whether the worker may end: it was told to, and nothing waits any more.
    private mutating func isDrained() -> Bool {
        guard orders.isDraining else { return false }
        guard let end = drainEnd else {
            drainEnd = Self.now.adding(milliseconds: Self.drainMilliseconds)
            for case let listener? in listeners { poll.remove(listener.tcp.number) }
            return false
        }
        return !core.isWaiting && streams.isIdle || Self.now >= end
    }
}
