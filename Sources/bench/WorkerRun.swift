// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Whether workers stand in each other's way: what a query costs with one, and with more.
///
/// Each has a processor, from the last one on; the load has the first. Where a server has that one
/// too, its answers a second are what the load leaves over, and only what a query costs can be
/// compared.
struct WorkerRun {
    static let headings = [
        "workload", "server", "beside_load", "user_us", "system_us", "ratio", "answers_s", "lost",
        "wrong",
    ]
    /// How many questions are on their way at any time.
    private static let window = 128
    /// The share of the questions that each server is asked before it counts.
    private static let warmUpShare = 20

    let stage: Stage
    let options: RunOptions
    let contestant: Contestant
    /// What must be answered before a server counts as ready.
    let questions: [BenchQuestion]

    /// The processors of so many workers; nil when there are fewer.
    static func processors(_ count: Int, of all: [Int]) -> [Int]? {
        count <= all.count ? Array(all.suffix(count)) : nil
    }

    /// A row for each number of workers, medians of all rounds.
    func table() throws -> Table {
        let counts = options.workerCounts ?? Array(Set([1, stage.processors.count])).sorted()
        var servers: [(processors: [Int], server: Server)] = []
        defer { for (_, server) in servers { server.child.end() } }
        for count in counts {
            guard let processors = Self.processors(count, of: stage.processors) else {
                let text = "bench: left out: \(count) workers want \(count) processors\n"
                Process.write(text, toError: true)
                continue
            }
            let kept = try contestant.kept(on: processors)
            servers.append((processors, try stage.start(kept, answering: questions)))
        }
        var rounds = [[Measurement]](repeating: [], count: servers.count)
        for round in 0...options.roundCount {
            for (index, (_, server)) in servers.enumerated() {
                let measured = try measure(server, isWarmUp: round == 0)
                if round > 0 { rounds[index].append(measured) }
            }
        }
        var table = Table(Self.headings)
        for (index, (processors, server)) in servers.enumerated() {
            let isBesideLoad = processors.first == stage.processors.first
            table.add(
                ["workers", "\(server.contestant.name) \(processors.count)"]
                    + [isBesideLoad ? "yes" : "no"]
                    + Self.cells(rounds[index], floors: rounds.first ?? [])
            )
        }
        return table
    }

    private func measure(_ server: Server, isWarmUp: Bool) throws -> Measurement {
        var workload = try Workload.services(options.serviceCount)
        var way = try SpreadAsker(to: server.endpoint)
        let count =
            isWarmUp ? max(1, options.queryCount / Self.warmUpShare) : options.queryCount
        let group = ProcessGroup(of: server.child.identifier)
        let before = group.processorTime
        let result = try Load(window: Self.window).run(&workload, count: count, over: &way)
        let time = group.processorTime.microseconds(since: before, queries: result.answeredCount)
        var measured = Measurement(user: time.user, system: time.system, rate: result.rate)
        measured.lostCount = result.lostCount
        measured.wrongCount = result.wrongCount
        return measured
    }

    /// The cells behind the names; the ratio is to `floors`, those of the fewest workers.
    static func cells(_ rounds: [Measurement], floors: [Measurement]) -> [String] {
        func median(_ value: (Measurement) -> Double, digits: Int) -> String {
            Statistics.median(rounds.map(value))?.text(digits: digits) ?? "-"
        }
        let ratio = Statistics.medianRatio(rounds.map(\.whole), to: floors.map(\.whole))
        return [
            median(\.user, digits: 2), median(\.system, digits: 2),
            ratio?.text(digits: 2) ?? "-", median(\.rate, digits: 0),
            "\(rounds.map(\.lostCount).reduce(0, +))",
            "\(rounds.map(\.wrongCount).reduce(0, +))",
        ]
    }
}
