// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

/// What a worker serves its queries with: the configuration, the memory for an answer, and the desk
/// where those wait that cannot be answered at once.
struct QueryService: ~Copyable {
    private let published: Published<Configuration>
    private var view: Published<Configuration>.View
    private let cells: WorkerCells
    private var answer: Answer
    private var table = NameTable()
    private(set) var now = Moment(nanoseconds: 0)
    /// The time while a batch is worked off, to tell how long an answer took; nil where time stands
    /// still meanwhile.
    private let clock: (@Sendable () -> Moment)?
    private let desk: CoreDesk
    /// What the clock said last, and for how many more answers that is good enough.
    private var answered = Moment(nanoseconds: 0)
    private var answersUntilReading = 0
    /// Whether something may be awaited, so that the desk must be looked after.
    private var isDeskBusy = false

    /// How many answers in a row count as given at one time, that of the first.
    ///
    /// A look at the clock costs a twentieth of what is done for an answer here. An answer that takes
    /// long shows in the time of those behind it.
    static let answersPerReading = 8
    /// Why a query is refused when too many wait.
    private static let overload = "too many queries wait for upstreams"

    init(
        serving published: Published<Configuration>,
        counting cells: WorkerCells,
        clock: (@Sendable () -> Moment)?,
        random: @escaping @Sendable () -> UInt64,
        wake: @escaping @Sendable () -> Void
    ) {
        self.published = published
        self.clock = clock
        view = published.view()
        self.cells = cells
        answer = Answer(counting: cells)
        desk = CoreDesk(counting: cells, random: random, wake: wake)
    }

    deinit { desk.close() }

    /// Whether a query is waiting.
    var isWaiting: Bool { isDeskBusy && desk.isWaiting }

    var edition: UInt64 { view.edition }

    var configuration: Configuration { view.value }

    /// Moves to the newest configuration and to the time `now`; true when it is another one.
    mutating func begin(at now: Moment) -> Bool {
        self.now = now
        answersUntilReading = 0
        let edition = view.edition
        published.refresh(&view)
        if isDeskBusy { desk.begin(at: now) }
        return edition != view.edition
    }

    func count(_ counter: Counter) { cells.increment(counter) }

    /// Takes the news about an exchange with an upstream.
    mutating func take(_ reply: ExchangeReply) {
        if isDeskBusy { desk.take(reply) }
    }

    /// Runs what can go on, and hands out what has come of it.
    mutating func end(into outputs: inout Outputs) {
        outputs.removeAll()
        guard isDeskBusy else { return }
        desk.runReady()
        isDeskBusy = desk.drain(into: &outputs)
    }

    /// Whether a query that waited can go on.
    var hasReady: Bool { isDeskBusy && desk.hasReady }

    /// Has the worker woken when a query can go on; false when one can already.
    func rest() -> Bool { !isDeskBusy || desk.rest() }

    /// Writes what is sent for a message that no plugin may see, and tells its length.
    mutating func refuse(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        _ refusal: Refusal,
        _ writer: inout Writer
    ) -> Int {
        Core.refuse(query, message, refusal, &answer, &table, &writer)
    }

    /// Finds the block that serves a sound query, and asks its chain.
    mutating func serve(
        _ query: inout Query,
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        _ listeners: borrowing [any QueryPath],
        _ writer: inout Writer
    ) -> Core.Receipt {
        let listener = arrival.listener
        answer.removeAll()
        guard let place = listeners[listener].route(&query) else {
            answer.code = .refused
            answer.extendedError = ExtendedError(.notAuthoritative, "no zone of this server")
            return .answered(write(query, listeners, listener, block: nil, &writer))
        }
        return serve(query, message, arrival, listeners, block: place, &writer)
    }

    /// Asks the chain of the block that serves a query.
    ///
    /// A function of its own, so that the query is lent once: it cannot be copied, and still is, byte
    /// by byte, at each call of one that may not change it by one that may.
    @inline(__always)
    private mutating func serve(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        _ listeners: borrowing [any QueryPath],
        block place: Int,
        _ writer: inout Writer
    ) -> Core.Receipt {
        let listener = arrival.listener
        guard query.recordClass == .internet || listeners[listener].takesEveryClass else {
            answer.refuseClass()
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
            let goesFirst = listeners[listener].goesFirst(block: place, plugin: waitingPlugin)
            let block = listeners[listener].serverBlock(place)
            if wait(query, message, arrival, block, waitingPlugin, goesFirst: goesFirst) {
                return .waiting
            }
            refuseToWait(query, listeners[listener], place, waitingPlugin)
        case .drop:
            report(query, listeners, listener, block: place, byteCount: 0)
            return .answered(0)
        case .done, .pass:
            break
        }
        return .answered(write(query, listeners, listener, block: place, &writer))
    }

    /// Answers a query that finds no place to wait in: with what its plugin has, as far as it has
    /// anything.
    private mutating func refuseToWait(
        _ query: borrowing Query,
        _ listener: borrowing any QueryPath,
        _ block: Int,
        _ plugin: Int
    ) {
        answer.removeAll()
        let isAnswered = listener.answerWithoutWaiting(
            query,
            block: block,
            plugin: plugin,
            into: &answer
        )
        if !isAnswered {
            answer.removeAll()
            answer.code = .serverFailure
            answer.failure = Self.overload
            answer.extendedError = ExtendedError(.other, Self.overload)
        }
        listener.finish(query, block: block, upTo: plugin, &answer)
    }

    /// Sets a query aside; false when too many wait already.
    private mutating func wait(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        _ arrival: Arrival,
        _ block: ServerBlock,
        _ plugin: Int,
        goesFirst: Bool
    ) -> Bool {
        if !isDeskBusy { desk.begin(at: now) }
        isDeskBusy = true
        let place = WaitingPlace(
            configuration: view.value,
            arrival: arrival,
            serverBlock: block,
            plugin: plugin
        )
        return desk.wait(query, message, at: place, finding: answer, goesFirst: goesFirst)
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

    private mutating func report(
        _ query: borrowing Query,
        _ listeners: borrowing [any QueryPath],
        _ listener: Int,
        block: Int?,
        byteCount: Int
    ) {
        if answersUntilReading == 0 {
            answered = clock?() ?? now
            answersUntilReading = Self.answersPerReading
        }
        answersUntilReading &-= 1
        let report = answer.report(
            query,
            byteCount: byteCount,
            durationNanoseconds: answered.nanoseconds(since: query.received)
        )
        listeners[listener].sent(query, report, block: block, counting: cells)
    }
}
