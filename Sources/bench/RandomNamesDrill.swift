// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Names that nobody asks for twice, without end, and among them some that are asked for all the
/// time: whether a cache keeps to its size, and keeps those.
struct RandomNamesDrill {
    static let headings =
        Drill.headings + ["second", "memory_mb", "hot", "hot_upstream", "hot_percent"]
    /// The size of the cache.
    static let capacity = "16MB"
    /// The names that are asked for all the time, by one question in ten.
    private static let hotCount = 1_000
    /// How often its memory is looked at.
    private static let maximumPeriodCount = 20

    private let drill: Drill

    init(_ drill: Drill) { self.drill = drill }

    /// Prints a row for each period, the first of which begins with nothing kept.
    func run() throws {
        let (rate, upstream) = (drill.options.rate, drill.upstreams[0])
        let group = ProcessGroup(of: drill.server.child.identifier)
        let fresh = try FreshNames()
        var workload = try Workload.forwarded(.hot, count: Self.hotCount)
        workload.fresh = fresh
        var table = Table(Self.headings)
        var results: [LoadResult] = []
        let start = group.residentByteCount
        var second = 0
        for seconds in Self.periods(of: drill.options.seconds) {
            let (drawn, hotBefore) = (fresh.drawnCount, upstream.hotCount)
            let result = try drill.ask(
                workload,
                rate: rate,
                count: rate * seconds,
                seed: UInt64(results.count)
            )
            let all = result.answeredCount + result.lostCount
            let hot = all - (fresh.drawnCount - drawn)
            let missed = upstream.hotCount - hotBefore
            second += seconds
            let memory = (Double(group.residentByteCount) / 1e6).text(digits: 1)
            let percent = Self.percent(of: hot, without: missed)
            Process.write(
                "bench: randomnames: \(second) s: \(memory) MB, \(percent) % of the hot names kept\n",
                toError: true
            )
            table.add(
                drill.cells("names", result) + [
                    "\(second)", memory, "\(hot)", "\(missed)", percent,
                ]
            )
            results.append(result)
        }
        Process.write(table.text)
        let grown = Double(group.residentByteCount - start) / 1e6
        Process.write(
            "capacity \(Self.capacity): memory grew by \(grown.text(digits: 1)) MB\n"
        )
        drill.server.child.end()
        try Drill.check(results)
    }

    /// The lengths of the periods, which are whole seconds.
    static func periods(of seconds: Int) -> [Int] {
        let length = max(1, (seconds + maximumPeriodCount - 1) / maximumPeriodCount)
        let whole = [Int](repeating: length, count: seconds / length)
        return seconds % length == 0 ? whole : whole + [seconds % length]
    }

    /// How many of a hundred questions took none upstream; retries can make that less than none.
    static func percent(of all: Int, without missed: Int) -> String {
        guard all > 0 else { return "-" }
        return (Double(max(0, all - missed)) * 100 / Double(all)).text(digits: 2)
    }
}
