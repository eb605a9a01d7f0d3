// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// How long answers take while nothing changes, and while a manifest changes all the time.
struct ChangeRun {
    /// Questions a second.
    private static let rate = 20_000
    /// How long one round takes, in seconds.
    private static let seconds = 3
    private static let changesPerSecond = 100

    let stage: Stage
    let options: RunOptions
    let server: Server

    /// A row without changes and one with them.
    func rows() throws -> [[String]] {
        var workload = try Workload.services(options.serviceCount)
        let count = min(options.queryCount, Self.rate * Self.seconds)
        var (quiet, changing): ([Measurement], [Measurement]) = ([], [])
        var version = 0
        for _ in 0..<options.roundCount {
            quiet.append(try measure(&workload, count) { _ in })
            var next: UInt64 = 0
            changing.append(
                try measure(&workload, count) { now in
                    guard now >= next else { return }
                    next = max(next, now) + 1_000_000_000 / UInt64(Self.changesPerSecond)
                    version += 1
                    try ChangingService(stage: stage).write(version)
                }
            )
            try ChangingService(stage: stage).wait(for: version, on: server)
        }
        let name = server.contestant.name
        return [
            Report.row("reload", "\(name) quiet", quiet, floors: []),
            Report.row("reload", "\(name) \(Self.changesPerSecond)/s", changing, floors: []),
        ]
    }

    private func measure(
        _ workload: inout Workload,
        _ count: Int,
        between: (UInt64) throws -> Void
    ) throws -> Measurement {
        var way = try DatagramAsker(to: server.endpoint)
        let group = ProcessGroup(of: server.child.identifier)
        let before = group.processorTime
        let run = LatencyRun(rate: Self.rate)
        let result = try run.run(workload, count: count, over: &way, between: between)
        let time = group.processorTime.microseconds(since: before, queries: result.answeredCount)
        var measured = Measurement(user: time.user, system: time.system, rate: result.rate)
        measured.add(latenciesOf: result)
        measured.residentByteCount = group.residentByteCount
        return measured
    }
}
