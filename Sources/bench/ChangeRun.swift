// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// How long answers take while nothing changes, while manifests are saved all the time, and while
/// all of them are read again.
struct ChangeRun {
    static let headings = [
        "workload", "server", "user_us", "system_us", "questions", "lost", "wrong", "p50_us",
        "p99_us", "p99.9_us", "max_us", "over_300us_ppm", "memory_mb",
    ]
    /// Questions a second.
    private static let rate = 20_000
    /// How long one round takes, in seconds; a reload takes as long as it takes.
    private static let seconds = 3
    /// The most questions while all manifests are read.
    private static let maximumReloadCount = 3_000_000
    private static let savedPerSecond = [100, 1_000]

    private let options: RunOptions
    private let server: Server
    private let writer: ManifestWriter
    private let workload: Workload
    private let awake: AwakeProcessors

    /// Writes a cluster and starts a server that has it.
    init(_ stage: Stage, _ options: RunOptions) throws {
        self.options = options
        let cluster = Cluster(
            serviceCount: options.serviceCount,
            podCount: options.endpointCount
        )
        let files = try RegistryFiles(stage.folder, named: "changes", cluster)
        let corefile = ApusContestant.corefile(manifests: files.path)
        try stage.folder.write(corefile, to: "Corefile.changes")
        let contestant = ApusContestant.contestant(
            program: try BenchRun.program("apus"),
            corefile: stage.folder("Corefile.changes")
        )
        workload = try Workload.services(of: cluster)
        server = try stage.start(contestant, answering: Array(workload.questions.suffix(2)))
        let apartment = Apartment(stage.processors)
        try apartment.move(server, notes: stage.folder("taskset.log"))
        if try !Apartment.preferLoad(notes: stage.folder("chrt.log")) {
            let text = "bench: the load does not come before others: only root may do that\n"
            Process.write(text, toError: true)
        }
        awake = try AwakeProcessors(
            [apartment.load, apartment.worker],
            running: [try BenchRun.program("bench"), "awake"],
            notes: stage.folder("awake.log")
        )
        writer = ManifestWriter(server: server, files: files, on: apartment.rest)
    }

    /// A row for each kind of change, and how long the answers took in each.
    func tables() throws -> [Table] {
        var edition = Cluster.Edition.first
        let kinds =
            [ManifestChange.none] + Self.savedPerSecond.map { .saved(perSecond: $0) } + [
                .all(.first)
            ]
        var rounds = kinds.map { _ in ChangeRounds() }
        for _ in 0..<options.roundCount {
            for (index, kind) in kinds.enumerated() {
                var change = kind
                if case .all = kind {
                    edition = edition == .first ? .allChanged : .first
                    change = .all(edition)
                }
                rounds[index].add(try measure(change))
            }
        }
        try awake.check()
        awake.end()
        server.child.end()
        var table = Table(Self.headings)
        for (kind, rounds) in zip(kinds, rounds) {
            table.add(["reload", "\(server.contestant.name) \(kind.name)"] + rounds.cells)
        }
        let histograms = zip(kinds, rounds).map { ($0.name, $1.histogram) }
        return [table, LatencyHistogram.table(of: histograms)]
    }

    private func measure(_ change: ManifestChange) throws -> ChangeRounds.Round {
        var way = try DatagramAsker(to: server.endpoint)
        let group = ProcessGroup(of: server.child.identifier)
        let before = group.processorTime
        let result = try writer.change(change) {
            var run = LatencyRun(rate: Self.rate)
            run.waits = true
            if case .all = change {
                return try run.run(workload, count: Self.maximumReloadCount, over: &way) { _ in
                    writer.reload == nil
                }
            }
            let count = min(options.queryCount, Self.rate * Self.seconds)
            return try run.run(workload, count: count, over: &way)
        }
        let time = group.processorTime.microseconds(since: before, queries: result.answeredCount)
        return ChangeRounds.Round(
            result: result,
            user: time.user,
            system: time.system,
            residentByteCount: group.residentByteCount
        )
    }
}

/// What was measured in all rounds of one kind of change.
struct ChangeRounds {
    /// What answers must not take longer than because of a reload, in nanoseconds.
    static let pauseNanoseconds: UInt64 = 300_000

    /// One round.
    struct Round {
        let result: LoadResult
        let user: Double
        let system: Double
        let residentByteCount: Int
    }

    private var rounds: [Round] = []
    private(set) var histogram = LatencyHistogram()

    mutating func add(_ round: Round) {
        rounds.append(round)
        histogram.add(round.result.latencies)
    }

    /// Medians of the rounds; sums of what was asked, lost and wrong; the longest of all.
    var cells: [String] {
        [
            median(digits: 2) { $0.user }, median(digits: 2) { $0.system },
            "\(sum { $0.answeredCount + $0.lostCount })", "\(sum { $0.lostCount })",
            "\(sum { $0.wrongCount })",
            percentile(0.5), percentile(0.99), percentile(0.999),
            rounds.compactMap(\.result.latencies.last).max()
                .map { (Double($0) / 1_000).text(digits: 0) } ?? "-",
            overPause, median(digits: 1) { Double($0.residentByteCount) / 1e6 },
        ]
    }

    /// How many of a million answers took longer than a pause may.
    private var overPause: String {
        let all = sum { $0.latencies.count }
        guard all > 0 else { return "-" }
        let over = sum { result in
            // They ascend, so that those behind the first are over it too.
            let first = result.latencies.firstIndex { $0 > Self.pauseNanoseconds }
            return first.map { result.latencies.count - $0 } ?? 0
        }
        return (Double(over) * 1e6 / Double(all)).text(digits: 0)
    }

    private func sum(_ value: (LoadResult) -> Int) -> Int {
        rounds.map { value($0.result) }.reduce(0, +)
    }

    private func percentile(_ share: Double) -> String {
        let values = rounds.compactMap { Statistics.percentile(share, of: $0.result.latencies) }
        return Statistics.median(values.map { Double($0) / 1_000 })?.text(digits: 0) ?? "-"
    }

    private func median(digits: Int, _ value: (Round) -> Double) -> String {
        Statistics.median(rounds.map(value))?.text(digits: digits) ?? "-"
    }
}
