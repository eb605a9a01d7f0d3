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
    /// Work that no client waits for takes places as if one client with this address asked for it.
    private static let nobody = IPAddress(v4: 0)

    /// What the lock guards.
    private struct State {
        var now = Moment(nanoseconds: 0)
        var nextSerial: UInt64 = 1
        var room: WaitingRoom
        var contests = Contests()
        var sleepers: [UInt64: Bell] = [:]
        var timers = TimerHeap()
        var orders: [ExchangeOrder] = []
        var ended: [UInt64] = []
        var late: [LateAnswer] = []

        /// Takes out the timers of what ended before its time, once they are most of all timers.
        ///
        /// `all`: whether every one of them is such a timer.
        mutating func dropTimers(all: Bool) {
            if all { return timers.removeAll() }
            guard timers.count > 64 + 4 * (contests.count + sleepers.count) else { return }
            let (contests, sleepers) = (contests, sleepers)
            timers.keep { contests.isOpen($0) || sleepers[$0] != nil }
        }

        /// The contest with this number, or a new one when there is none any more.
        mutating func contest(_ number: UInt64) -> UInt64 {
            contests.isOpen(number) ? number : contests.begin(serial: drawSerial())
        }

        /// A number that was not used before: what it is shifted by leaves room for a place.
        mutating func drawSerial() -> UInt64 {
            defer { nextSerial += 1 }
            return nextSerial
        }

        /// A number that was not used before, nor is that of a contest.
        mutating func drawID() -> UInt64 {
            drawSerial() << SlotTable<Contests.Pending>.placeBitCount
        }
    }

    let cells: WorkerCells
    let random: @Sendable () -> UInt64
    private let executor: WorkerExecutor
    private let tasks = WaitingTasks()
    private let writer = LateWriter()
    private let state: Mutex<State>

    /// `wake`: wakes the worker's thread, from any other.
    init(
        counting cells: WorkerCells,
        random: @escaping @Sendable () -> UInt64,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.cells = cells
        self.random = random
        state = Mutex(State(room: WaitingRoom(seed: random())))
        executor = WorkerExecutor(wake: wake)
    }

    var now: Moment { state.withLock { $0.now } }

    // MARK: Driven by the core

    /// Moves to the time `now`, and ends every wait whose time has come.
    func begin(at now: Moment) {
        let (deeds, slept) = state.withLock { state in
            state.now = now
            var deeds: [Contests.Deed] = []
            var slept: [Bell] = []
            while let id = state.timers.removeFirst(upTo: now) {
                if let sleeper = state.sleepers.removeValue(forKey: id) {
                    slept.append(sleeper)
                } else {
                    state.contests.expire(id, at: now, &deeds, ended: &state.ended)
                }
            }
            return (deeds, slept)
        }
        for deed in deeds { deed.carryOut(at: now) }
        for bell in slept { bell.ring() }
    }

    /// Takes the news about an exchange; a message that is no reply to its question is ignored.
    func take(_ reply: ExchangeReply) {
        let (deed, now): (Contests.Deed?, Moment) = state.withLock { state in
            guard let pending = state.contests.exchange(reply.id),
                let news = Self.judge(reply.news, pending)
            else { return (nil, state.now) }
            state.ended.append(reply.id)
            return (state.contests.end(reply.id, news), state.now)
        }
        deed?.carryOut(at: now)
    }

    /// What news about an exchange come to; nil for what is to be ignored.
    private static func judge(_ news: ExchangeReply.News, _ pending: Contests.Pending) -> Reply? {
        switch news {
        case .message(let bytes):
            let question = pending.exchange.message
            switch ReplyCheck.judge(bytes.span, to: question.span) {
            case .stranger: return nil
            case .changedCase where pending.exchange.mixesCase:
                return pending.exchange.transport == .tcp ? .plainMessage(bytes) : .changedCase
            case .reply, .changedCase: return .message(bytes)
            }
        case .failure(let text): return .failure(text)
        }
    }

    /// Runs every task that can go on.
    func runReady() { executor.runReady() }

    /// Whether a task can go on.
    var hasReady: Bool { executor.hasReady }

    /// Has the worker woken when a task can go on; false when one can already.
    func rest() -> Bool { executor.rest() }

    /// Ends the tasks that wait for queries; comes before the desk is let go of, since they hold it.
    func close() {
        tasks.close()
        executor.runReady()
    }

    /// Whether a query waits.
    var isWaiting: Bool { state.withLock { $0.room.count > 0 } }

    /// Hands out what the tasks have left; false when nothing is awaited any more.
    func drain(into outputs: inout Outputs) -> Bool {
        let (late, orders, ended, next, isBusy) = state.withLock { state in
            let isBusy = state.room.count > 0 || state.contests.leftCount > 0
            state.dropTimers(all: !isBusy)
            // What was begun and left in one step is never opened, so that it need not be closed.
            if !state.ended.isEmpty {
                state.orders.removeAll { state.contests.exchange($0.id) == nil }
            }
            let result = (state.late, state.orders, state.ended, state.timers.first, isBusy)
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
    ///
    /// `goesFirst`: whether it gets a place before those that are forwarded.
    ///
    /// A function of its own also where the whole program is optimised: what it locks is not on the
    /// path of an answer from memory.
    @inline(never)
    func wait(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        at place: WaitingPlace,
        goesFirst: Bool
    ) -> Bool {
        let (client, byteCount) = (query.client.address, message.count)
        let isTaken = state.withLock {
            $0.room.enter(client, byteCount: byteCount, goesFirst: goesFirst)
        }
        guard isTaken else { return false }
        let waiting = WaitingQuery(
            query: query.copied(),
            message: message.copied,
            deadline: query.received.adding(milliseconds: WaitingQuery.maximumWaitMilliseconds)
        )
        if tasks.give(WaitingTasks.Work(waiting: waiting, place: place)) { return true }
        Task.detached(executorPreference: executor) { [self] in
            // What is relayed needs no memory of the answer's own, and thousands may wait.
            var answer = Answer(counting: cells, reserving: 512)
            var next = tasks.begin()
            while await serve(&next, &answer) { next = await tasks.next() }
        }
        return true
    }

    /// Begins work that no client waits for; false when too much waits already.
    ///
    /// `desk`: what the work may ask; its time begins anew.
    func detach(
        _ work: @escaping @Sendable (any Desk) async -> Void,
        asking desk: WaitingDesk
    ) -> Bool {
        let isTaken = state.withLock {
            $0.room.enter(Self.nobody, byteCount: 0, goesFirst: false)
        }
        guard isTaken else { return false }
        var desk = desk
        desk.deadline = now.adding(milliseconds: WaitingQuery.maximumWaitMilliseconds)
        Task.detached(executorPreference: executor) { [desk] in
            await work(desk)
            self.state.withLock { $0.room.leave(Self.nobody, byteCount: 0) }
        }
        return true
    }

    // MARK: Run as a task

    /// Does the work of a task, and lets go of it; false when there is none.
    private func serve(_ next: inout WaitingTasks.Work?, _ answer: inout Answer) async -> Bool {
        guard let work = next.take() else { return false }
        await serve(work.waiting, at: work.place, &answer)
        answer.removeAll()
        return true
    }

    /// Goes on with a waiting query to its end.
    ///
    /// `answer`: an empty one.
    private func serve(
        _ waiting: WaitingQuery,
        at place: WaitingPlace,
        _ answer: inout Answer
    ) async {
        let block = place.configuration.listeners[place.arrival.listener].blocks[place.block]
        let desk = WaitingDesk(
            core: self,
            configuration: place.configuration,
            listener: place.arrival.listener,
            deadline: waiting.deadline
        )
        let outcome = await block.chain.resume(
            waiting,
            at: place.plugin,
            into: &answer,
            desk: desk
        )
        var bytes: [UInt8] = []
        if outcome != .drop {
            bytes = writer.write(&answer, waiting.query, block.limits)
        }
        let now = state.withLock { state in
            let client = waiting.query.client.address
            state.room.leave(client, byteCount: waiting.message.count)
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

    // MARK: Asked by tasks

    /// Sends a question with a fresh id.
    func begin(_ exchange: Exchange, tag: Int, in contest: inout Contest) {
        let id = random()
        var exchange = exchange
        let isMessage = exchange.message.count >= Header.byteCount
        if isMessage {
            exchange.message[0] = UInt8(truncatingIfNeeded: id >> 8)
            exchange.message[1] = UInt8(truncatingIfNeeded: id)
        }
        if exchange.mixesCase { CaseMixing.mix(&exchange.message, random: random) }
        let order = exchange
        contest.number = state.withLock { [number = contest.number] state in
            let number = state.contest(number)
            guard isMessage else {
                let failure = Reply.failure("the question is no message")
                state.contests.note(Contest.News(tag: tag, reply: failure), in: number)
                return number
            }
            let id = state.contests.begin(
                Contests.Pending(exchange: order, contest: number, tag: tag),
                serial: state.drawSerial()
            )
            state.orders.append(ExchangeOrder(id: id, exchange: order))
            return number
        }
    }

    /// Waits until an exchange of a contest ends, or until `moment`.
    func news(of contest: Contest, until moment: Moment) async -> Contest.News? {
        let number = contest.number
        if let news = state.withLock({ $0.contests.takeUnheard(in: number) }) { return news }
        return await Waiter.wait { waiter in
            state.withLock { state in
                let number = state.contest(number)
                state.contests.wait(waiter, in: number, until: moment)
                state.timers.insert(moment, number)
            }
        }
    }

    /// Waits no longer for what is open in a contest.
    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {
        state.withLock { state in
            let isLeft = state.contests.leave(
                contest.number,
                until: moment,
                to: heir,
                ended: &state.ended
            )
            if isLeft { state.timers.insert(moment, contest.number) }
        }
    }

    /// Sleeps until `moment`, or until `bell` is rung.
    func sleep(until moment: Moment, orRungBy bell: Bell) async {
        let id = state.withLock { state in
            let id = state.drawID()
            state.sleepers[id] = bell
            state.timers.insert(moment, id)
            return id
        }
        await withCheckedContinuation { bell.wake($0) }
        state.withLock { _ = $0.sleepers.removeValue(forKey: id) }
    }
}
