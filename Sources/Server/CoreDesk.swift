// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

/// Where a waiting query goes on.
struct WaitingPlace: Sendable {
    /// What was served when the query came; it stays alive until the query is answered.
    let configuration: Configuration
    let arrival: Arrival
    /// The place of the server block in its listener.
    let block: Int
    /// The place of the plugin in its chain.
    let plugin: Int
}

/// Looks after the queries of one worker that wait.
///
/// Its lock is never contended: everything happens on the worker's thread. It is there because
/// tasks are values of the whole process to the compiler.
final class CoreDesk: Sendable {
    /// The most queries of one worker that wait at the same time.
    static let maximumWaitingCount = 4_096
    /// How long a client's query may wait in all, in milliseconds.
    static let maximumWaitMilliseconds: UInt64 = 5_000

    /// An exchange whose reply is awaited.
    private struct Pending {
        /// As it was sent.
        let exchange: Exchange
        /// The question with the case that it was given; nil where that was not mixed.
        let unmixed: [UInt8]?
        let continuation: CheckedContinuation<Reply, Never>
    }

    /// What the lock guards.
    private struct State {
        var now = Moment(nanoseconds: 0)
        var nextID: UInt64 = 1
        var waitingCount = 0
        var pending: [UInt64: Pending] = [:]
        var sleepers: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var timers = TimerHeap()
        var orders: [ExchangeOrder] = []
        var ended: [UInt64] = []
        var late: [LateAnswer] = []
    }

    let cells: WorkerCells
    let random: @Sendable () -> UInt64
    private let executor = WorkerExecutor()
    private let state = Mutex(State())

    init(counting cells: WorkerCells, random: @escaping @Sendable () -> UInt64) {
        self.cells = cells
        self.random = random
    }

    var now: Moment { state.withLock { $0.now } }

    // MARK: Driven by the core

    /// Moves to the time `now`, and ends every wait whose time has come.
    func begin(at now: Moment) {
        let (expired, slept) = state.withLock { state in
            state.now = now
            var expired: [CheckedContinuation<Reply, Never>] = []
            var slept: [CheckedContinuation<Void, Never>] = []
            while let id = state.timers.removeFirst(upTo: now) {
                if let pending = state.pending.removeValue(forKey: id) {
                    state.ended.append(id)
                    expired.append(pending.continuation)
                } else if let sleeper = state.sleepers.removeValue(forKey: id) {
                    slept.append(sleeper)
                }
            }
            return (expired, slept)
        }
        for continuation in expired { continuation.resume(returning: .timeout) }
        for continuation in slept { continuation.resume() }
    }

    /// Takes the news about an exchange; a message that is no reply to its question is ignored.
    func take(_ reply: ExchangeReply) {
        let (pending, isChanged): (Pending?, Bool) = state.withLock { state in
            guard let pending = state.pending[reply.id] else { return (nil, false) }
            var isChanged = false
            if case .message(let bytes) = reply.news {
                switch ReplyCheck.judge(bytes.span, to: pending.exchange.message.span) {
                case .reply: break
                case .changedCase: isChanged = pending.exchange.mixesCase
                case .stranger: return (nil, false)
                }
            }
            state.ended.append(reply.id)
            return (state.pending.removeValue(forKey: reply.id), isChanged)
        }
        guard let pending else { return }
        switch reply.news {
        case .message where isChanged: pending.continuation.resume(returning: .changedCase)
        case .message(var bytes):
            if let unmixed = pending.unmixed { CaseMixing.restore(&bytes, from: unmixed) }
            pending.continuation.resume(returning: .message(bytes))
        case .failure(let text): pending.continuation.resume(returning: .failure(text))
        }
    }

    /// Runs every task that can go on.
    func runReady() { executor.runReady() }

    /// Hands out what the tasks have left; false when no query waits any more.
    func drain(into outputs: inout Outputs) -> Bool {
        let (late, orders, ended, next, isBusy) = state.withLock { state in
            // What is left then belongs to exchanges that ended before their time.
            if state.waitingCount == 0 { state.timers = TimerHeap() }
            let result = (
                state.late, state.orders, state.ended, state.timers.first,
                state.waitingCount > 0
            )
            state.late = []
            state.orders = []
            state.ended = []
            return result
        }
        outputs.late += late
        outputs.orders += orders
        outputs.endedExchanges += ended
        outputs.wakeAt = next
        return isBusy
    }

    /// Sets a query aside and goes on with it in a task; false when too many wait already.
    func wait(_ query: borrowing Query, _ message: Span<UInt8>, at place: WaitingPlace) -> Bool {
        let isTaken = state.withLock { state in
            guard state.waitingCount < Self.maximumWaitingCount else { return false }
            state.waitingCount += 1
            return true
        }
        guard isTaken else { return false }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count)
        for index in 0..<message.count { bytes.append(message[index]) }
        let waiting = WaitingQuery(
            query: query.copied(),
            message: bytes,
            deadline: query.received.adding(milliseconds: Self.maximumWaitMilliseconds)
        )
        Task.detached(executorPreference: executor) { await self.serve(waiting, at: place) }
        return true
    }

    // MARK: Run as a task

    /// Goes on with a waiting query to its end.
    private func serve(_ waiting: WaitingQuery, at place: WaitingPlace) async {
        let block = place.configuration.listeners[place.arrival.listener].blocks[place.block]
        let desk = WaitingDesk(
            core: self,
            configuration: place.configuration,
            listener: place.arrival.listener,
            deadline: waiting.deadline
        )
        var answer = Answer(counting: cells)
        let outcome = await block.chain.resume(
            waiting,
            at: place.plugin,
            into: &answer,
            desk: desk
        )
        var bytes: [UInt8] = []
        if outcome != .drop {
            bytes = Self.write(&answer, waiting.query, block.limits)
        }
        let now = state.withLock { state in
            state.waitingCount -= 1
            // A connection must learn that a message of its gets no answer.
            if !bytes.isEmpty || place.arrival.transport == .tcp {
                state.late.append(LateAnswer(arrival: place.arrival, bytes: bytes))
            }
            return state.now
        }
        let report = answer.report(
            waiting.query,
            byteCount: bytes.count,
            durationNanoseconds: now.nanoseconds(since: waiting.query.received)
        )
        block.chain.sent(waiting.query, report, counting: cells)
    }

    /// The message of an answer.
    private static func write(
        _ answer: inout Answer,
        _ query: borrowing Query,
        _ limits: AnswerLimits
    ) -> [UInt8] {
        let limit = limits.byteCount(for: query)
        var bytes = [UInt8](repeating: 0, count: limit)
        var table = NameTable()
        var writer = Writer(bytes.mutableSpan, limit: limit)
        answer.write(query, limits: limits, table: &table, into: &writer)
        let count = writer.count
        bytes.removeSubrange(count...)
        return bytes
    }

    // MARK: Asked by tasks

    /// Sends a question with a fresh id, and waits for the reply to it.
    func ask(_ exchange: Exchange) async -> Reply {
        guard exchange.message.count >= Header.byteCount else {
            return .failure("the question is no message")
        }
        var exchange = exchange
        let id = random()
        exchange.message[0] = UInt8(truncatingIfNeeded: id >> 8)
        exchange.message[1] = UInt8(truncatingIfNeeded: id)
        let unmixed = exchange.mixesCase ? exchange.message : nil
        if exchange.mixesCase { CaseMixing.mix(&exchange.message, random: random) }
        let order = exchange
        return await withCheckedContinuation { continuation in
            state.withLock { state in
                let id = state.nextID
                state.nextID += 1
                state.pending[id] = Pending(
                    exchange: order,
                    unmixed: unmixed,
                    continuation: continuation
                )
                state.timers.insert(order.deadline, id)
                state.orders.append(ExchangeOrder(id: id, exchange: order))
            }
        }
    }

    /// Sleeps until `moment`.
    func sleep(until moment: Moment) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                let id = state.nextID
                state.nextID += 1
                state.sleepers[id] = continuation
                state.timers.insert(moment, id)
            }
        }
    }
}
