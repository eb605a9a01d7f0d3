// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

/// Looks after the queries of one worker that wait.
///
/// Its lock is never contended: everything happens on the worker's thread. It is there because
/// tasks are values of the whole process to the compiler.
final class CoreDesk: Sendable {
    /// Work that no client waits for takes places as if one client with this address asked for it.
    private static let nobody = IPAddress(v4: 0)

    /// What the lock guards.
    private struct State {
        var nextSerial: UInt64 = 1
        var room: WaitingRoom
        var contests = Contests()
        var sleepers: [UInt64: Bell] = [:]
        var timers = TimerHeap()
        var orders: [ExchangeOrder] = []
        var ended: [UInt64] = []
        var late = LateAnswers()

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
            drawSerial() << SlotTable<ExchangeOrder>.placeBitCount
        }
    }

    let cells: WorkerCells
    let random: @Sendable () -> UInt64
    private let executor: WorkerExecutor
    private let tasks = WaitingTasks()
    private let writer = LateWriter()
    /// The memory for the answers of queries that have no task.
    private let answer: Mutex<Answer>
    private let state: Mutex<State>
    /// The time in nanoseconds, which is asked for more often than anything else: relaxed, as one
    /// thread alone has to do with it.
    private let nanoseconds = Atomic<UInt64>(0)

    /// `wake`: wakes the worker's thread, from any other.
    init(
        counting cells: WorkerCells,
        random: @escaping @Sendable () -> UInt64,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.cells = cells
        self.random = random
        state = Mutex(State(room: WaitingRoom(seed: random())))
        answer = Mutex(Answer(counting: cells))
        executor = WorkerExecutor(wake: wake)
    }

    var now: Moment { Moment(nanoseconds: nanoseconds.load(ordering: .relaxed)) }

    // MARK: Driven by the core

    /// Moves to the time `now`, and ends every wait whose time has come.
    func begin(at now: Moment) {
        nanoseconds.store(now.nanoseconds, ordering: .relaxed)
        let (deeds, slept) = state.withLock { state in
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
        for deed in deeds { carryOut(deed, at: now) }
        for bell in slept { bell.ring() }
    }

    /// Takes the news about an exchange; a message that is no reply to its question is ignored.
    func take(_ reply: ExchangeReply) {
        let deed: Contests.Deed? = state.withLock { state in
            guard let order = state.contests.exchange(reply.id),
                let news = Self.judge(reply.news, order.exchange)
            else { return nil }
            state.ended.append(reply.id)
            return state.contests.end(reply.id, news)
        }
        if let deed { carryOut(deed, at: now) }
    }

    private func carryOut(_ deed: Contests.Deed, at now: Moment) {
        switch deed {
        case .hear(.task(let waiter), let news): waiter.resume(returning: news)
        case .hear(.work(let work), let news): end(work, with: news)
        case .tell(let heir, let news): heir(news, now)
        }
    }

    /// What news about an exchange come to; nil for what is to be ignored.
    private static func judge(_ news: ExchangeReply.News, _ exchange: Exchange) -> Reply? {
        switch news {
        case .message(let bytes):
            switch ReplyCheck.judge(bytes.span, to: exchange.message.span) {
            case .stranger: return nil
            case .changedCase where exchange.mixesCase:
                return exchange.transport == .tcp ? .plainMessage(bytes) : .changedCase
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

    /// Ends the tasks that wait for queries, and forgets the queries without one; comes before the
    /// desk is let go of, since they hold it.
    func close() {
        tasks.close()
        executor.runReady()
        _ = state.withLock { state in
            defer { state.contests = Contests() }
            return state.contests
        }
    }

    /// Whether a query waits.
    var isWaiting: Bool { state.withLock { $0.room.count > 0 } }

    /// Hands out what is left to be done; false when nothing is awaited any more.
    ///
    /// `outputs`: empty ones, whose memory is used for what comes next.
    func drain(into outputs: inout Outputs) -> Bool {
        state.withLock { state in
            let isBusy = state.room.count > 0 || state.contests.leftCount > 0
            state.dropTimers(all: !isBusy)
            // What was begun and left in one step is never opened, so that it need not be closed.
            // Numbers go up: most that ended have one from before this step.
            if let first = state.orders.first?.id, state.ended.contains(where: { $0 >= first }) {
                state.orders.removeAll { !state.contests.isAwaited($0.id) }
            }
            swap(&state.late, &outputs.late)
            swap(&state.orders, &outputs.orders)
            swap(&state.ended, &outputs.endedExchanges)
            outputs.wakeAt = state.timers.first
            return isBusy
        }
    }

    /// Sets a query aside, to go on when something was heard or in a task; false when too many wait
    /// already.
    ///
    /// `found`: the answer as its plugin left it; `goesFirst`: whether it gets a place before those
    /// that are forwarded.
    ///
    /// A function of its own also where the whole program is optimised: what it locks is not on the
    /// path of an answer from memory.
    @inline(never)
    func wait(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        at place: WaitingPlace,
        finding found: borrowing Answer,
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
        let desk = WaitingDesk(self, waiting, at: place)
        let chain = place.serverBlock.chain
        let begun = chain.begin(waiting, at: place.plugin, finding: found, desk: desk)
        let work = WaitingWork(desk: desk, course: begun?.course)
        if let begun, begun.contest.number != 0 {
            listen(work, to: begun)
        } else {
            give(work)
        }
        return true
    }

    /// Has a query hear of what was begun for it.
    private func listen(_ work: WaitingWork, to begun: Beginning) {
        let number = begun.contest.number
        let until = min(begun.until, work.desk.deadline)
        let news: Contest.News? = state.withLock { state in
            if let news = state.contests.takeUnheard(in: number) { return news }
            state.contests.wait(.work(work), in: number, until: until)
            state.timers.insert(until, number)
            return nil
        }
        if let news { end(work, with: news) }
    }

    /// Ends a query with what it has heard, or goes on with it in a task.
    private func end(_ work: WaitingWork, with news: Contest.News?) {
        let isOver = answer.withLock { answer in
            guard work.course?.end(with: news, into: &answer, desk: work.desk) == true else {
                return false
            }
            let block = work.desk.place.serverBlock
            block.chain.conclude(work.desk.waiting, at: work.desk.place.plugin, &answer)
            send(&answer, .done, work.desk, block)
            answer.removeAll()
            return true
        }
        if !isOver { give(work) }
    }

    /// Goes on with a query in a task.
    private func give(_ work: WaitingWork) {
        if tasks.give(work) { return }
        Task.detached(executorPreference: executor) { [self] in
            // It begins small, as thousands may wait, and grows for what is relayed.
            var answer = Answer(counting: cells, reserving: 512)
            var next = tasks.begin()
            while await serve(&next, &answer) { next = await tasks.next() }
        }
    }

    /// Does the work of a task, and lets go of it; false when there is none.
    ///
    /// `answer`: an empty one.
    private func serve(_ next: inout WaitingWork?, _ answer: inout Answer) async -> Bool {
        guard let work = next.take() else { return false }
        let block = work.desk.place.serverBlock
        let outcome = await block.chain.resume(
            work.desk.waiting,
            at: work.desk.place.plugin,
            on: work.course,
            into: &answer,
            desk: work.desk
        )
        send(&answer, outcome, work.desk, block)
        answer.removeAll()
        return true
    }

    /// Writes the answer to a query, and tells the chain.
    private func send(
        _ answer: inout Answer,
        _ outcome: Outcome,
        _ desk: WaitingDesk,
        _ block: ServerBlock
    ) {
        let waiting = desk.waiting
        let arrival = desk.place.arrival
        var byteCount = 0
        if outcome != .drop {
            byteCount = writer.write(&answer, waiting.query, block.limits) { message in
                state.withLock { $0.late.append(message, to: arrival) }
            }
        }
        state.withLock { state in
            let client = waiting.query.client.address
            state.room.leave(client, byteCount: waiting.message.count)
            // A connection must learn that a message of its gets no answer.
            if outcome == .drop, arrival.transport == .tcp {
                state.late.append(Span(), to: arrival)
            }
        }
        let report = answer.report(
            waiting.query,
            byteCount: byteCount,
            durationNanoseconds: now.nanoseconds(since: waiting.query.received)
        )
        block.chain.sent(waiting.query, report, counting: cells)
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
        let end = now.adding(milliseconds: WaitingQuery.maximumWaitMilliseconds)
        let desk = WaitingDesk(self, desk.waiting, at: desk.place, until: end)
        Task.detached(executorPreference: executor) { [desk] in
            await work(desk)
            self.state.withLock { $0.room.leave(Self.nobody, byteCount: 0) }
        }
        return true
    }

    // MARK: Asked for queries

    /// Sends a question with a fresh id.
    func begin(_ exchange: consuming Exchange, tag: Int, in contest: inout Contest) {
        let isMessage = exchange.message.count >= Header.byteCount
        if isMessage { draw(for: &exchange) }
        let sent = exchange
        contest.number = state.withLock { [number = contest.number] state in
            let number = state.contest(number)
            guard isMessage else {
                let failure = Reply.failure("the question is no message")
                state.contests.note(Contest.News(tag: tag, reply: failure), in: number)
                return number
            }
            let serial = state.drawSerial()
            state.orders.append(
                state.contests.begin(sent, tag: tag, in: number, serial: serial)
            )
            return number
        }
    }

    /// Draws the id of a question, and the case of its letters where that is mixed.
    private func draw(for exchange: inout Exchange) {
        let bits = random()
        exchange.message[0] = UInt8(truncatingIfNeeded: bits >> 8)
        exchange.message[1] = UInt8(truncatingIfNeeded: bits)
        guard exchange.mixesCase else { return }
        CaseMixing.mix(&exchange.message, first: (bits >> 16, 48), random: random)
    }

    /// Waits until an exchange of a contest ends, or until `moment`.
    func news(of contest: Contest, until moment: Moment) async -> Contest.News? {
        let number = contest.number
        if let news = state.withLock({ $0.contests.takeUnheard(in: number) }) { return news }
        return await Waiter.wait { waiter in
            state.withLock { state in
                let number = state.contest(number)
                state.contests.wait(.task(waiter), in: number, until: moment)
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
