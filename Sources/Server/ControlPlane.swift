// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Posix
import Wire

/// Everything that is not a packet: start, reload, watching, pages and the end.
///
/// It runs on the main thread and may take its time; the workers never wait for it.
package struct ControlPlane: ~Copyable {
    /// How soon something that was not whole is read again, in milliseconds.
    static let unsettledMilliseconds: UInt64 = 50
    /// The same at last, when it goes on and on.
    ///
    /// Each wait is twice the one before; a file that is closed is noticed at once anyway.
    static let maximumUnsettledMilliseconds: UInt64 = 1_600
    /// How long the steps are waited for in which a file is written (made, closed, moved), each of
    /// which would wake us, in nanoseconds.
    private static let stepNanoseconds = 400_000
    /// How often replaced configurations are looked at, to let go of them, in milliseconds.
    private static let releaseMilliseconds: UInt64 = 1_000

    /// How long the last lines of the log may take to be written, in milliseconds.
    private static let logPatienceMilliseconds: UInt64 = 2_000

    /// The tokens of what is polled.
    enum Token {
        static let signals: UInt64 = 1
        static let files: UInt64 = 2
        static let pages: UInt64 = 3
    }

    private let commandLine: CommandLine
    let source: CorefileLoader
    var surroundings: Surroundings
    let published: Published<Configuration>
    let board: SocketBoard
    /// What the kernel answers by itself.
    let kernel: KernelPath
    private let workerCount: Int
    let poll: Poll
    private let signals: Signals
    var watcher: FileWatcher
    /// What it watches.
    var watched: Set<String> = []
    var pages: PageServer
    /// The Corefile that is served.
    var corefile: LoadedCorefile
    /// What was found when the Corefile was looked at.
    var looks = CorefileLooks()
    let counters: ReloadCounters

    var orders: [WorkerOrders] = []

    /// What happened to files since the configuration that is served was made, and when to take it.
    var gathering = Gathering()
    /// Why the configuration could not be built the last time, when it could not.
    var refusal: [String] = []
    /// How long to wait for what is not whole the next time, in milliseconds.
    var patienceMilliseconds = Self.unsettledMilliseconds
    /// When the Corefile is looked at next; nil for only on a signal.
    var lookAt: Moment?
    private var releaseAt = Moment(nanoseconds: 0)
    private var spare = SpareMemory()
    /// What was said about data before, so that a reload says only what is new.
    var said = SaidReports()

    /// Reads the Corefile, builds the configuration and opens every socket.
    ///
    /// `signals` must have been taken before any thread was started.
    package static func start(
        _ commandLine: CommandLine,
        surroundings: Surroundings,
        signals: consuming Signals,
        workerCount: Int
    ) throws(StartMistake) -> ControlPlane {
        let source = CorefileLoader(commandLine, surroundings)
        let corefile = try source.load()
        let configuration = try build(corefile, surroundings, previous: nil)
        let board = SocketBoard(
            workerCount: workerCount,
            counting: surroundings.metrics,
            log: surroundings.log
        )
        try explaining { () throws(SystemError) in try board.open(for: configuration) }
        let poll = try explaining { () throws(SystemError) in try Poll() }
        let watcher = try explaining { () throws(SystemError) in try FileWatcher() }
        try explaining { () throws(SystemError) in
            try poll.add(signals.number, .input, token: Token.signals)
            try poll.add(watcher.number, .input, token: Token.files)
        }
        var pages = PageServer()
        do throws(PageMistake) {
            try pages.prepare(configuration.plan.pages)
        } catch {
            throw StartMistake(error.text)
        }
        pages.commit(configuration.plan.pages, poll, token: Token.pages)
        var control = ControlPlane(
            commandLine: commandLine,
            source: source,
            surroundings: surroundings,
            published: Published(configuration),
            board: board,
            kernel: KernelPath(surroundings),
            workerCount: workerCount,
            poll: poll,
            signals: signals,
            watcher: watcher,
            pages: pages,
            corefile: corefile,
            counters: ReloadCounters(surroundings.metrics)
        )
        for warning in corefile.warnings { surroundings.log.write(.warning, warning) }
        control.kernel.take(configuration, on: board)
        control.settle(configuration)
        return control
    }

    /// The present moment.
    static var now: Moment { Moment(nanoseconds: Clock.monotonicNanoseconds()) }

    /// The configuration of a Corefile.
    static func build(
        _ corefile: LoadedCorefile,
        _ surroundings: Surroundings,
        previous: Configuration?,
        changes: FileChanges = .unknown
    ) throws(StartMistake) -> Configuration {
        let built = ConfigurationBuilder.build(
            corefile.blocks,
            in: surroundings,
            previous: previous,
            changes: changes
        )
        switch built {
        case .success(let configuration): return configuration
        case .failure(let mistakes):
            throw StartMistake(lines: mistakes.mistakes.map(\.description))
        }
    }

    /// Runs what the system may refuse, and says what to do about it.
    private static func explaining<Value: ~Copyable>(
        _ body: () throws(SystemError) -> Value
    ) throws(StartMistake) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw StartMistake(explain(error))
        }
    }

    /// A system error at start, with what to do about it.
    static func explain(_ error: SystemError) -> String {
        if error.isAddressInUse {
            return "\(error); another server has this address: stop it, or choose another port "
                + "with -dns.port"
        }
        if error.call == "inotify_init1" {
            return "\(error); files cannot be watched: fs.inotify.max_user_instances is too small"
        }
        if error.isDenied {
            return "\(error); ports below 1024 want root: choose another one with -dns.port"
        }
        return error.description
    }

    // MARK: Serving

    /// Starts the workers, serves until a signal ends it, and gives the exit code.
    package mutating func run() -> Int32 {
        let code: Int32
        do throws(SystemError) {
            var threads = ThreadGroup()
            for index in 0..<workerCount { try threads.add(try worker(index)) }
            announce()
            // Here and not earlier: the workers would take it over.
            giveWay()
            code = serve()
            for order in orders { order.drain() }
            let isForced = waitForWorkers()
            if isForced { return 2 }
            threads.join()
            for chore in published.current.plan.chores { chore.run(Self.now, true) }
        } catch {
            Process.write("\(error)\n", toError: true)
            return 1
        }
        return code
    }

    /// Lets the workers go first, as far as the system allows it.
    private func giveWay() {
        do throws(SystemError) {
            try Thread.giveWay()
        } catch {
            let text = "\(error): answers may wait for reloads where processors are few"
            surroundings.log.write(.warning, text)
        }
    }

    /// One worker, ready to run on its thread.
    private mutating func worker(_ index: Int) throws(SystemError) -> @Sendable () -> Void {
        let orders = try WorkerOrders()
        self.orders.append(orders)
        let (board, published) = (board, published)
        let (cells, log) = (surroundings.metrics.cells(forWorker: index), surroundings.log)
        return {
            let randomness = RandomnessBuffer()
            let core = Core(
                index: index,
                serving: published,
                counting: cells,
                clock: { Moment(nanoseconds: Clock.monotonicNanoseconds()) },
                random: { randomness.bits() },
                wake: { orders.wakeup.wake() }
            )
            do throws(SystemError) {
                var worker = try Worker(
                    index: index,
                    orders: orders,
                    board: board,
                    core: core,
                    random: { randomness.bits() }
                )
                worker.run()
            } catch {
                log.write(.error, "worker \(index) could not start: \(error)")
                orders.end()
            }
        }
    }

    /// Serves events until a signal ends it; the exit code.
    private mutating func serve() -> Int32 {
        while true {
            let now = Self.now
            guard let count = try? poll.wait(milliseconds: timeoutMilliseconds(now)) else {
                return 1
            }
            var hasVisitors = false
            for index in 0..<count {
                switch poll.event(at: index).token {
                case Token.signals:
                    while let signal = signals.next() {
                        if let code = take(signal) { return code }
                    }
                case Token.files: noteChanges()
                case Token.pages: hasVisitors = true
                default: break
                }
            }
            pages.run(isReady: hasVisitors, nowNanoseconds: Self.now.nanoseconds)
            runTimers()
        }
    }

    /// Notes what happened to files, and the steps that are likely to follow at once.
    private mutating func noteChanges() {
        gathering.note(watcher.changes(), Self.now)
        guard gathering.expectsSteps else { return }
        Thread.rest(nanoseconds: Self.stepNanoseconds)
        gathering.note(watcher.changes(), Self.now)
    }

    /// Does what a signal asks for; an exit code ends the server.
    private mutating func take(_ signal: Signal) -> Int32? {
        switch signal {
        case .hangUp, .user1:
            surroundings.log.write(.info, "\(signal.name): Reloading")
            reload()
            return nil
        case .quit:
            surroundings.log.write(.info, "SIGQUIT: Quitting process immediately")
            return 0
        case .terminate, .interrupt:
            surroundings.log.write(
                .info,
                "\(signal.name): Shutting down servers then terminating"
            )
            return lameduck()
        }
    }

    /// Goes on answering for a while, so that clients learn of the end; a second signal cuts it.
    private mutating func lameduck() -> Int32 {
        let plan = published.current.plan
        plan.board.stop()
        // Nobody reads from here on what happens to files, and each wait would end at once.
        poll.remove(watcher.number)
        guard plan.lameduckMilliseconds > 0 else { return 0 }
        surroundings.log.write(
            .info,
            "plugin/health: Going into lameduck mode for \(plan.lameduckMilliseconds) ms"
        )
        let end = Self.now.adding(milliseconds: plan.lameduckMilliseconds)
        while Self.now < end {
            let left = Int(end.nanoseconds(since: Self.now) / 1_000_000) + 1
            _ = try? poll.wait(milliseconds: min(left, 100))
            pages.run(isReady: true, nowNanoseconds: Self.now.nanoseconds)
            if isForced() { return 2 }
        }
        return 0
    }

    /// Whether another signal wants the end at once.
    private func isForced() -> Bool {
        while let signal = signals.next() {
            if signal == .terminate || signal == .interrupt || signal == .quit {
                surroundings.log.write(.info, "\(signal.name): Force quit")
                return true
            }
        }
        return false
    }

    /// Waits until the workers have answered what waits; true when a signal cuts that short.
    private func waitForWorkers() -> Bool {
        while !orders.allSatisfy(\.hasEnded) {
            _ = try? poll.wait(milliseconds: 10)
            pages.run(isReady: true, nowNanoseconds: Self.now.nanoseconds)
            if isForced() { return true }
        }
        return false
    }

    /// Waits until the last lines of the log are written; false when that takes too long, because
    /// nobody reads them, or a signal cuts it short.
    package func waitsOut(_ log: QueuedLog) -> Bool {
        let end = Self.now.adding(milliseconds: Self.logPatienceMilliseconds)
        while !log.hasEnded {
            if Self.now >= end || isForced() { return false }
            _ = try? poll.wait(milliseconds: 10)
            pages.run(isReady: true, nowNanoseconds: Self.now.nanoseconds)
        }
        return true
    }

    // MARK: Timers

    /// Does what is due.
    private mutating func runTimers() {
        let now = Self.now
        if let due = gathering.due, due <= now { rebuild(corefile, gathering.begin()) }
        if let due = lookAt, due <= now { lookAtCorefile() }
        if releaseAt <= now {
            published.release()
            for chore in published.current.plan.chores { chore.run(now, false) }
            giveMemoryBack(now)
            releaseAt = now.adding(milliseconds: Self.releaseMilliseconds)
        }
    }

    /// Gives back what was needed for a moment only.
    private mutating func giveMemoryBack(_ now: Moment) {
        let retiredCount = published.retiredCount
        guard let resident = Process.residentByteCount,
            spare.isDue(resident: resident, retiredCount: retiredCount, now)
        else { return }
        Process.giveMemoryBack()
        spare.settle(
            resident: Process.residentByteCount ?? resident,
            retiredCount: retiredCount,
            now
        )
    }

    /// How long to wait for events.
    private func timeoutMilliseconds(_ now: Moment) -> Int {
        var next = releaseAt
        for moment in [gathering.due, lookAt] {
            if let moment, moment < next { next = moment }
        }
        let milliseconds = Int((next.nanoseconds(since: now) + 999_999) / 1_000_000)
        let pages = pages.timeoutMilliseconds(nowNanoseconds: now.nanoseconds)
        return min(milliseconds, pages ?? milliseconds)
    }

    // MARK: Saying

    /// Prints the zones and what was chosen.
    private func announce() {
        let configuration = published.current
        var text = ""
        for listener in configuration.listeners {
            let port = board.port(of: ListenerPlace(listener)) ?? listener.port
            for zone in listener.blocks.flatMap(\.zones).sorted(by: { "\($0)" < "\($1)" }) {
                text += "\(zone):\(port)" + (listener.address.map { " on \($0)" } ?? "") + "\n"
            }
        }
        if !commandLine.isQuiet { Process.write(text + Version.banner) }
        for (plugin, port) in pages.chosenPorts(configuration.plan.pages) {
            surroundings.log.write(.info, "plugin/\(plugin): serving on port \(port)")
        }
    }
}
