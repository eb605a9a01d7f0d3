// SPDX-License-Identifier: Apache-2.0

import Posix
import Synchronization
import Wire

/// One client asks ten times what the upstream can bear; another asks a little, as before.
///
/// Both ask for names that nobody kept.
struct FloodDrill {
    static let headings = Drill.headings + ["loss_percent", "upstream_s"]
    /// What the flood is a multiple of: the answers a second that the upstream gives.
    private static let multiple = 10
    /// The other client asks for a tenth of them.
    private static let share = 10
    private static let floodingClient = IPAddress(v4: 0x7F00_0002)
    private static let otherClient = IPAddress(v4: 0x7F00_0003)

    private let drill: Drill

    init(_ drill: Drill) { self.drill = drill }

    /// Measures the other client without the flood and with it.
    func run() throws {
        let options = drill.options
        let capacity = max(1, options.rate / Self.multiple)
        let rate = max(1, capacity / Self.share)
        var fresh = Workload(questions: [])
        fresh.fresh = try FreshNames()
        for upstream in drill.upstreams { upstream.maximumRate = capacity }
        var table = Table(Self.headings)

        Process.write("bench: flood: alone\n", toError: true)
        _ = try drill.ask(fresh, rate: rate, count: rate, from: Self.otherClient)
        let alone = try measure("alone", fresh, rate, &table)
        let flood = try Flood(drill, fresh, rate: options.rate, from: Self.floodingClient)
        Process.write("bench: flood: flooded\n", toError: true)
        // A second in which the server may find out.
        _ = try drill.ask(fresh, rate: rate, count: rate, from: Self.otherClient)
        let flooded = try measure("flooded", fresh, rate, &table)
        let result = try flood.end()
        table.add(row("flooder", result, upstreamRate: nil))
        Process.write(table.text)
        drill.server.child.end()
        try Drill.check([alone, flooded, result])
    }

    private func measure(
        _ phase: String,
        _ workload: Workload,
        _ rate: Int,
        _ table: inout Table
    ) throws -> LoadResult {
        let before = drill.upstreams[0].askedCount
        let start = Clock.monotonicNanoseconds()
        let count = rate * drill.options.seconds
        let result = try drill.ask(workload, rate: rate, count: count, from: Self.otherClient)
        let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        let asked = Double(drill.upstreams[0].askedCount - before)
        table.add(row(phase, result, upstreamRate: asked / seconds))
        return result
    }

    /// `upstreamRate`: the questions a second that reached the upstream.
    private func row(_ phase: String, _ result: LoadResult, upstreamRate: Double?) -> [String] {
        let count = result.answeredCount + result.lostCount
        let bad = result.lostCount + result.refusedCount
        let loss = count > 0 ? (Double(bad) * 100 / Double(count)).text(digits: 2) : "-"
        return drill.cells(phase, result) + [loss, upstreamRate?.text(digits: 0) ?? "-"]
    }
}

/// A client that asks on a thread of its own until it is told to end.
final class Flood: Sendable {
    /// The most questions of one, whatever happens.
    private static let maximumCount = 1_000_000_000

    /// What both threads look at.
    private final class Shared: Sendable {
        let isEnding = Atomic<Bool>(false)
        let result = Mutex<LoadResult?>(nil)
        let failure = Mutex<(any Error)?>(nil)
    }

    private let shared = Shared()
    private let thread: Mutex<Thread?>

    init(_ drill: Drill, _ workload: Workload, rate: Int, from client: IPAddress) throws {
        let shared = shared
        let started = try Thread(name: "flood") {
            do {
                // The other client and the upstream share its processor: what they would wait for
                // it there is no time of the server's.
                try Thread.giveWay()
                let result = try drill.ask(
                    workload,
                    rate: rate,
                    count: Self.maximumCount,
                    from: client
                ) { _ in !shared.isEnding.load(ordering: .relaxed) }
                shared.result.withLock { $0 = result }
            } catch {
                shared.failure.withLock { $0 = error }
            }
        }
        thread = Mutex(started)
    }

    deinit { join() }

    /// Ends it and tells what came.
    func end() throws -> LoadResult {
        join()
        if let failure = shared.failure.withLock({ $0 }) { throw failure }
        return shared.result.withLock { $0 } ?? LoadResult()
    }

    private func join() {
        shared.isEnding.store(true, ordering: .relaxed)
        if let thread = thread.withLock({ $0.take() }) { thread.join() }
    }
}
