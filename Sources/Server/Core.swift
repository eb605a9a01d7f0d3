// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

/// Where a message came from, and so where its answer goes.
package struct Arrival: Sendable, Hashable {
    /// The place of the listener in the configuration.
    package var listener: Int
    package var transport: Transport
    package var client: Endpoint
    /// The address and port that the client sent to.
    package var local: Endpoint
    /// The interface that a datagram came in on; 0 when it does not matter.
    package var interface: UInt32
    /// Whether an IPv4 client came through an IPv6 socket.
    package var isMapped: Bool
    /// The connection, for TCP; 0 for UDP.
    package var connection: UInt64

    package init(
        listener: Int,
        transport: Transport,
        client: Endpoint,
        local: Endpoint,
        interface: UInt32 = 0,
        isMapped: Bool = false,
        connection: UInt64 = 0
    ) {
        self.listener = listener
        self.transport = transport
        self.client = client
        self.local = local
        self.interface = interface
        self.isMapped = isMapped
        self.connection = connection
    }
}

/// A worker without its sockets: messages and the time go in, answers and questions come out.
///
/// The running server and the simulator drive this same code. It belongs to one thread.
package struct Core: ~Copyable {
    private let published: Published<Configuration>
    private var view: Published<Configuration>.View
    /// The view's listeners.
    private var listeners: [any QueryPath]
    private let index: Int
    private let cells: WorkerCells
    private var answer: Answer
    private var table = NameTable()
    private var now = Moment(nanoseconds: 0)
    /// The time while a batch is worked off, to tell how long an answer took; nil where time stands
    /// still meanwhile.
    private let clock: (@Sendable () -> Moment)?
    /// Spreads what is to be spread; nothing that must be unguessable comes from it.
    private var spread: SplitMix
    private let desk: CoreDesk
    /// Whether a query may be waiting, so that the desk must be looked after.
    private var isDeskBusy = false

    /// Why a query is refused when too many wait.
    private static let overload = "too many queries wait for upstreams"

    /// `random` must be unguessable in a running server, and is seeded in a simulation.
    package init(
        index: Int,
        serving published: Published<Configuration>,
        counting cells: WorkerCells,
        clock: (@Sendable () -> Moment)? = nil,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.published = published
        self.clock = clock
        view = published.view()
        listeners = view.value.listeners
        self.index = index
        self.cells = cells
        spread = SplitMix(seed: random())
        answer = Answer(counting: cells)
        desk = CoreDesk(counting: cells, random: random)
    }

    /// Moves to the newest configuration and to the time `now`; comes before every batch.
    package mutating func begin(at now: Moment) {
        self.now = now
        let edition = view.edition
        published.refresh(&view)
        if edition != view.edition { listeners = view.value.listeners }
        if isDeskBusy { desk.begin(at: now) }
    }

    /// Takes the news about an exchange with an upstream.
    package mutating func take(_ reply: ExchangeReply) {
        if isDeskBusy { desk.take(reply) }
    }

    /// Runs what can go on, and hands out what has come of it; comes after every batch.
    package mutating func end(into outputs: inout Outputs) {
        outputs.removeAll()
        guard isDeskBusy else { return }
        desk.runReady()
        isDeskBusy = desk.drain(into: &outputs)
    }

    /// The number of the configuration that is served; it goes up with every change.
    package var edition: UInt64 { view.edition }

    /// What is served.
    package var configuration: Configuration { view.value }

    /// Whether a query may still be waiting.
    package var isWaiting: Bool { isDeskBusy }

    /// What became of a message at once.
    package enum Receipt: Hashable, Sendable {
        /// An answer of so many bytes; 0 when there will be none.
        case answered(Int)
        /// The answer comes later.
        case waiting
    }

    /// Takes one message; writes its answer to `buffer` when there is one at once.
    ///
    /// The result is the length of the answer; 0 when there is none, or none yet.
    package mutating func take(
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        into buffer: inout MutableSpan<UInt8>
    ) -> Int {
        switch receive(message, arrival, into: &buffer) {
        case .answered(let count): count
        case .waiting: 0
        }
    }

    /// Takes one message, and tells whether its answer is there.
    package mutating func receive(
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        into buffer: inout MutableSpan<UInt8>
    ) -> Receipt {
        // A port of 0 cannot be answered, and answering it is how loops begin.
        guard arrival.client.port != 0 else { return .answered(0) }
        var refusal: Refusal?
        var query = Query(judging: message, refused: &refusal)
        query.transport = arrival.transport
        query.client = arrival.client
        query.local = arrival.local
        query.received = now
        query.randomBits = spread.next()
        query.worker = index
        var writer = Writer(over: &buffer)
        if let refusal {
            return .answered(
                Self.refuse(query, message, refusal, &answer, &table, &writer)
            )
        }
        guard arrival.listener < listeners.count else { return .answered(0) }
        // Taken out and lent, so that no call needs a reference of its own.
        var listeners: [any QueryPath] = []
        swap(&listeners, &self.listeners)
        defer { swap(&listeners, &self.listeners) }
        return serve(&query, message, arrival, listeners, &writer)
    }

    /// Finds the block that serves a sound query, and asks its chain.
    private mutating func serve(
        _ query: inout Query,
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        _ listeners: borrowing [any QueryPath],
        _ writer: inout Writer
    ) -> Receipt {
        let listener = arrival.listener
        answer.removeAll()
        guard let place = listeners[listener].route(&query) else {
            answer.code = .refused
            answer.extendedError = ExtendedError(.notAuthoritative, "no zone of this server")
            return .answered(write(query, listeners, listener, block: nil, &writer))
        }
        guard query.recordClass == .internet || listeners[listener].takesEveryClass else {
            answer.code = .refused
            answer.extendedError = ExtendedError(.notSupported, "only class IN is served")
            return .answered(write(query, listeners, listener, block: nil, &writer))
        }
        var waitingPlugin = -1
        let outcome = listeners[listener].answer(
            query,
            block: place,
            into: &answer,
            waiting: &waitingPlugin
        )
        switch outcome {
        case .wait:
            if wait(query, message, arrival, block: place, plugin: waitingPlugin) {
                return .waiting
            }
            answer.removeAll()
            answer.code = .serverFailure
            answer.failure = Self.overload
            answer.extendedError = ExtendedError(.other, Self.overload)
            listeners[listener].finish(query, block: place, upTo: waitingPlugin, &answer)
        case .drop:
            report(query, listeners, listener, block: place, byteCount: 0)
            return .answered(0)
        case .done, .pass:
            break
        }
        return .answered(write(query, listeners, listener, block: place, &writer))
    }

    /// Sets a query aside; false when too many wait already.
    private mutating func wait(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        block: Int,
        plugin: Int
    ) -> Bool {
        if !isDeskBusy { desk.begin(at: now) }
        isDeskBusy = true
        let place = WaitingPlace(
            configuration: view.value,
            arrival: arrival,
            block: block,
            plugin: plugin
        )
        return desk.wait(query, message, at: place)
    }

    /// Writes the answer and tells the chain; without a block only counts it.
    private mutating func write(
        _ query: borrowing Query,
        _ listeners: borrowing [any QueryPath],
        _ listener: Int,
        block: Int?,
        _ writer: inout Writer
    ) -> Int {
        var limits = AnswerLimits()
        if let block { limits = listeners[listener].limits(ofBlock: block) }
        answer.write(query, limits: limits, table: &table, into: &writer)
        report(query, listeners, listener, block: block, byteCount: writer.count)
        return writer.count
    }

    private func report(
        _ query: borrowing Query,
        _ listeners: borrowing [any QueryPath],
        _ listener: Int,
        block: Int?,
        byteCount: Int
    ) {
        let report = answer.report(
            query,
            byteCount: byteCount,
            durationNanoseconds: (clock?() ?? now).nanoseconds(since: query.received)
        )
        listeners[listener].sent(query, report, block: block, counting: cells)
    }
}
