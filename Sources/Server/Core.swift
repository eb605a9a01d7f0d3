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
    /// The view's listeners; apart from the rest, so that they are lent and not copied.
    private var listeners: [any QueryPath]
    /// The query that is being answered; its memory is used again for the next one.
    private var query = Query()
    private var service: QueryService
    private let index: Int
    /// Spreads what is to be spread; nothing that must be unguessable comes from it.
    private var spread: SplitMix

    /// `random` must be unguessable in a running server, and is seeded in a simulation.
    ///
    /// `wake` makes the worker's thread go on, called from any other: what a query waits for may be
    /// with another worker.
    package init(
        index: Int,
        serving published: Published<Configuration>,
        counting cells: WorkerCells,
        clock: (@Sendable () -> Moment)? = nil,
        random: @escaping @Sendable () -> UInt64,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.index = index
        spread = SplitMix(seed: random())
        service = QueryService(
            serving: published,
            counting: cells,
            clock: clock,
            random: random,
            wake: wake
        )
        listeners = service.configuration.listeners
    }

    /// Moves to the newest configuration and to the time `now`; comes before every batch.
    package mutating func begin(at now: Moment) {
        if service.begin(at: now) { listeners = service.configuration.listeners }
    }

    /// Counts something for the worker.
    func count(_ counter: Counter) { service.count(counter) }

    /// Takes the news about an exchange with an upstream.
    package mutating func take(_ reply: ExchangeReply) { service.take(reply) }

    /// Runs what can go on, and hands out what has come of it; comes after every batch.
    package mutating func end(into outputs: inout Outputs) { service.end(into: &outputs) }

    /// Whether a query that waited can go on, so that the core must be stepped.
    package var hasReady: Bool { service.hasReady }

    /// Has `wake` called when a query can go on; false when one can already.
    package func rest() -> Bool { service.rest() }

    /// The number of the configuration that is served; it goes up with every change.
    package var edition: UInt64 { service.edition }

    /// What is served.
    package var configuration: Configuration { service.configuration }

    /// Whether a query is still waiting.
    package var isWaiting: Bool { service.isWaiting }

    /// What became of a message at once.
    package enum Receipt: Hashable, Sendable {
        /// An answer of so many bytes; 0 when there will be none.
        case answered(Int)
        /// The answer comes later.
        case waiting
    }

    /// Has the memory fetched that the answer to a message will be made of, as far as a short look
    /// can tell.
    ///
    /// For all messages of a batch before the first is taken; nothing comes of it but time.
    package func prefetchMemory(for message: Span<UInt8>, listener: Int) {
        Self.prefetchMemory(for: message, listeners, listener)
    }

    /// A function of its own, to which the listeners are lent: so none is copied.
    @inline(never)
    private static func prefetchMemory(
        for message: Span<UInt8>,
        _ listeners: borrowing [any QueryPath],
        _ listener: Int
    ) {
        guard listener < listeners.count else { return }
        listeners[listener].prefetchMemory(for: message)
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
        let refusal = query.read(message)
        query.transport = arrival.transport
        query.client = arrival.client
        query.local = arrival.local
        query.received = service.now
        query.randomBits = spread.next()
        query.worker = index
        var writer = Writer(over: &buffer)
        if let refusal {
            return .answered(service.refuse(query, message, refusal, &writer))
        }
        guard arrival.listener < listeners.count else { return .answered(0) }
        return service.serve(&query, message, arrival, listeners, &writer)
    }
}
