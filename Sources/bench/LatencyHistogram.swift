// SPDX-License-Identifier: Apache-2.0

/// How many answers took how long.
struct LatencyHistogram: Equatable {
    /// The longest time of each bar but the last, in microseconds.
    static let bounds: [UInt64] = [50, 100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 20_000]

    /// One for each bound, and one for all that took longer.
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)

    var total: Int { counts.reduce(0, +) }

    /// Counts latencies in nanoseconds.
    mutating func add(_ latencies: [UInt64]) {
        for latency in latencies {
            let bar = Self.bounds.firstIndex { latency <= $0 * 1_000 } ?? Self.bounds.count
            counts[bar] += 1
        }
    }

    /// Each bar's part of all, in millionths; empty of nothing.
    var millionths: [Double] {
        let total = Double(total)
        return total == 0 ? [] : counts.map { Double($0) * 1e6 / total }
    }

    /// Several histograms as a table with a column each.
    static func table(of histograms: [(name: String, histogram: LatencyHistogram)]) -> Table {
        var table = Table(
            ["latency", "up_to_us"] + histograms.map { "\($0.name)" }
                + histograms.map { "\($0.name) ppm" }
        )
        for bar in 0...bounds.count {
            let label = bar < bounds.count ? "\(bounds[bar])" : "more"
            let counts = histograms.map { "\($0.histogram.counts[bar])" }
            let parts = histograms.map { one in
                one.histogram.millionths.isEmpty
                    ? "-" : one.histogram.millionths[bar].text(digits: 1)
            }
            table.add(["reload", label] + counts + parts)
        }
        return table
    }
}
