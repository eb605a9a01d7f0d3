// SPDX-License-Identifier: Apache-2.0

/// What one server did in one round.
struct Measurement {
    /// Processor time of the server a query, in microseconds.
    var user = 0.0
    var system = 0.0
    /// Answers a second in the closed loop.
    var rate = 0.0
    var lostCount = 0
    var wrongCount = 0
    /// Those of them that say that the server could not or would not answer.
    var refusedCount = 0
    /// The questions to the upstream that an answer took, where there is an upstream.
    var upstreamShare: Double?
    /// Latencies at a fixed rate, in microseconds; nil where none was measured.
    var half: Double?
    var worstOfHundred: Double?
    var worstOfThousand: Double?
    var residentByteCount = 0

    var whole: Double { user + system }

    /// Takes the latencies of an open loop, and what was lost in it.
    mutating func add(latenciesOf result: LoadResult) {
        lostCount += result.lostCount
        wrongCount += result.wrongCount
        refusedCount += result.refusedCount
        half = Self.microseconds(0.5, result)
        worstOfHundred = Self.microseconds(0.99, result)
        worstOfThousand = Self.microseconds(0.999, result)
    }

    private static func microseconds(_ share: Double, _ result: LoadResult) -> Double? {
        Statistics.percentile(share, of: result.latencies).map { Double($0) / 1_000 }
    }
}

/// The measurements of all rounds as rows of a table.
enum Report {
    static let headings = [
        "workload", "server", "user_us", "system_us", "ratio", "answers_s", "lost", "wrong",
        "p50_us", "p99_us", "p99.9_us", "memory_mb",
    ]

    /// One row: medians of all rounds, the sums of what was lost and wrong.
    ///
    /// `floors`: the echo's measurements of the same rounds; empty where there is none.
    static func row(
        _ workload: String,
        _ server: String,
        _ rounds: [Measurement],
        floors: [Measurement]
    ) -> [String] {
        let ratio = Statistics.medianRatio(rounds.map(\.whole), to: floors.map(\.whole))
        return [
            workload, server,
            median(rounds.map(\.user), digits: 2),
            median(rounds.map(\.system), digits: 2),
            ratio?.text(digits: 2) ?? "-",
            median(rounds.map(\.rate), digits: 0),
            "\(rounds.map(\.lostCount).reduce(0, +))",
            "\(rounds.map(\.wrongCount).reduce(0, +))",
            median(rounds.compactMap(\.half), digits: 0),
            median(rounds.compactMap(\.worstOfHundred), digits: 0),
            median(rounds.compactMap(\.worstOfThousand), digits: 0),
            median(rounds.map { Double($0.residentByteCount) / 1e6 }, digits: 1),
        ]
    }

    private static func median(_ values: [Double], digits: Int) -> String {
        Statistics.median(values)?.text(digits: digits) ?? "-"
    }
}
