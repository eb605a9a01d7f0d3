// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Plugins
import Synchronization
import Wire

@testable import Server

/// A whole server but its sockets: one core, and a control plane over files in memory.
///
/// It reads, builds and publishes as `ControlPlane` does. The clock stands still but for what a
/// scenario lets pass, and for what waiting for upstreams takes.
final class ScenarioServer {
    /// The address that clients send to.
    static let address = IPAddress(v4: 0xC000_0201)
    /// The address of the client: 198.51.100.7.
    static let client = Endpoint(IPAddress(v4: 0xC633_6407), port: 40_000)
    /// The wall clock at the start, in seconds since 1970: 1,700,000,000.
    static let startSeconds: Int64 = 1_700_000_000
    /// How long a client waits for an answer.
    private static let patienceMilliseconds: UInt64 = 30_000

    private let surroundings: Surroundings
    private let loader: CorefileLoader
    private let log: NotedLog
    private let clock: NotedClock
    private let published: Published<Configuration>
    private var corefile: LoadedCorefile
    private var core: Core
    /// What was said about data before, so that a reload says only what is new.
    private var said = SaidReports()
    private let upstreams: ScenarioUpstreams
    /// What upstreams will have said, and when.
    private var pending: [(at: Moment, reply: ExchangeReply)] = []

    /// Starts with the files as they are.
    init(
        _ files: ScenarioFiles,
        upstreams: ScenarioUpstreams,
        log: NotedLog
    ) throws(StartMistake) {
        let clock = NotedClock()
        self.clock = clock
        self.log = log
        self.upstreams = upstreams
        surroundings = Surroundings(
            plugins: Plugins.all,
            pluginsNotYet: Plugins.notYet,
            files: files,
            metrics: Metrics.Registry(),
            log: log,
            interfaces: [Interface(name: "eth0", address: Self.address, scope: 2)],
            wallSeconds: { Self.startSeconds + Int64(clock.nanoseconds / 1_000_000_000) }
        )
        do throws(CommandLine.Mistake) {
            loader = CorefileLoader(
                try CommandLine(parsing: ["-conf", "Corefile"]),
                surroundings
            )
        } catch {
            throw StartMistake(error.text)
        }
        corefile = try loader.load()
        let configuration = try Self.build(corefile, surroundings, previous: nil)
        published = Published(configuration)
        let bits = Mutex(SplitMix(seed: 1))
        core = Core(
            index: 0,
            serving: published,
            counting: surroundings.metrics.cells(forWorker: 0),
            random: { bits.withLock { $0.next() } }
        )
        settle(configuration)
    }

    private static func build(
        _ corefile: LoadedCorefile,
        _ surroundings: Surroundings,
        previous: Configuration?
    ) throws(StartMistake) -> Configuration {
        switch ConfigurationBuilder.build(corefile.blocks, in: surroundings, previous: previous) {
        case .success(let configuration): return configuration
        case .failure(let failure):
            throw StartMistake(lines: failure.mistakes.map(\.description))
        }
    }

    private var now: Moment { Moment(nanoseconds: clock.nanoseconds) }

    /// The time since the start, in milliseconds.
    var milliseconds: UInt64 { clock.nanoseconds / 1_000_000 }

    // MARK: Control

    /// Reads the Corefile again, as a signal makes it; false when that is refused.
    func reload() -> Bool {
        do throws(StartMistake) {
            let next = try loader.load()
            try rebuild(next)
            corefile = next
            log.write(.info, "Reloading complete")
            return true
        } catch {
            for line in error.lines { log.write(.error, "Restart failed: \(line)") }
            return false
        }
    }

    /// Gives a command, and tells the lines that it says, errors last.
    func give(_ words: [String]) -> [String] {
        let seconds = Self.startSeconds + Int64(clock.nanoseconds / 1_000_000_000)
        let request = CommandRequest(words, wallSeconds: seconds, now: now)
        let output = CommandServer.run(request, asking: published.current.plan.consoles)
        return (output.text + output.errors).split(separator: "\n").map(String.init)
    }

    /// Takes a change of the file at `path`, when the server watches it.
    func notice(_ path: String) {
        let isWatched = published.current.plan.watched.contains {
            path == $0 || path.hasPrefix($0 + "/")
        }
        guard isWatched else { return }
        do throws(StartMistake) {
            try rebuild(corefile)
        } catch {
            for line in error.lines { log.write(.error, "Restart failed: \(line)") }
        }
    }

    private func rebuild(_ corefile: LoadedCorefile) throws(StartMistake) {
        let next = try Self.build(corefile, surroundings, previous: published.current)
        published.publish(next)
        settle(next)
    }

    /// Says what is new about the data.
    private func settle(_ configuration: Configuration) {
        let plan = configuration.plan
        for report in said.news(in: plan.reports) {
            log.write(report.logLevel, report.description)
        }
        for action in plan.whenServing { action() }
    }

    /// Lets time go by.
    func advance(milliseconds: UInt64) {
        core.begin(at: now)
        _ = run(until: now.adding(milliseconds: milliseconds), isAsked: false)
    }

    // MARK: Questions

    /// The answer to a message; nil when there is none.
    func ask(_ message: [UInt8], isOverTCP: Bool, port: UInt16) -> [UInt8]? {
        core.begin(at: now)
        guard
            let listener = core.configuration.listeners.firstIndex(where: { $0.port == port })
        else { return nil }
        let arrival = Arrival(
            listener: listener,
            transport: isOverTCP ? .tcp : .udp,
            client: Self.client,
            local: Endpoint(Self.address, port: port)
        )
        var buffer = [UInt8](repeating: 0, count: isOverTCP ? 65_535 : 4_096)
        var span = buffer.mutableSpan
        switch core.receive(message.span, arrival, into: &span) {
        case .answered(let count): return count == 0 ? nil : Array(buffer.prefix(count))
        case .waiting:
            let end = now.adding(milliseconds: Self.patienceMilliseconds)
            return run(until: end, isAsked: true).flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// Does what the core asks for until its answer comes, or until `end`; nil when none does.
    ///
    /// `isAsked`: whether an answer is waited for.
    private func run(until end: Moment, isAsked: Bool) -> [UInt8]? {
        var outputs = Outputs()
        // LIMIT: each round begins an exchange or moves the clock towards the end.
        while true {
            core.end(into: &outputs)
            for order in outputs.orders {
                for (milliseconds, news) in upstreams.answers(order.exchange) {
                    let at = now.adding(milliseconds: milliseconds)
                    pending.append((at, ExchangeReply(id: order.id, news: news)))
                }
            }
            // What comes too late is not taken away: it is the core's to ignore.
            if isAsked, let late = outputs.late.first { return late.bytes }
            guard now < end else { return nil }
            guard outputs.orders.isEmpty else { continue }
            let next = min(pending.map(\.at).min() ?? end, outputs.wakeAt ?? end, end)
            clock.advance(max(next.nanoseconds(since: now), 1))
            core.begin(at: now)
            for item in pending where item.at <= now { core.take(item.reply) }
            pending.removeAll { $0.at <= now }
        }
    }
}

/// A clock that moves only when it is told to.
final class NotedClock: Sendable {
    private let time = Atomic<UInt64>(0)

    /// Since the start.
    var nanoseconds: UInt64 { time.load(ordering: .relaxed) }

    func advance(_ nanoseconds: UInt64) { time.wrappingAdd(nanoseconds, ordering: .relaxed) }
}

/// Keeps every line as `[LEVEL] text`.
final class NotedLog: LogSink {
    private let lines = Mutex<[String]>([])

    func write(_ level: LogLevel, _ text: String) {
        lines.withLock { $0.append("[\(level.rawValue)] \(text)") }
    }

    /// The lines since the last time.
    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
