// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Forgers answer every question before and after the upstream does, each with one thing wrong.
struct ForgeryDrill {
    static let headings = Drill.headings + ["forged", "accepted"]
    /// The questions a second are so much fewer than the rate: each gets some twenty replies.
    private static let share = 10

    private let drill: Drill
    private let upstream: ForgingUpstream

    init(_ drill: Drill, _ upstream: ForgingUpstream) {
        self.drill = drill
        self.upstream = upstream
    }

    /// Asks without forgers, and then until as many replies as wanted were forged.
    func run() throws {
        var fresh = Workload(questions: [])
        fresh.fresh = try FreshNames()
        let wanted = drill.options.questionCount
        let rate = max(1, drill.options.rate / Self.share)
        let kindCount = ForgingUpstream.Forgery.allCases.count - 1
        let count = max(1, wanted / (kindCount * ForgingUpstream.perKindCount))
        var table = Table(Self.headings)

        Process.write("bench: forgeries: alone\n", toError: true)
        let alone = try drill.ask(fresh, rate: rate, count: min(count, rate * 5))
        table.add(row("alone", alone))
        Process.write("bench: forgeries: forged\n", toError: true)
        upstream.isForging = true
        let forged = try drill.ask(fresh, rate: rate, count: count)
        table.add(row("forged", forged))
        Process.write(table.text)
        drill.server.child.end()
        try Drill.check([alone, forged])
    }

    private func row(_ phase: String, _ result: LoadResult) -> [String] {
        drill.cells(phase, result) + [
            "\(upstream.forgedCount)", "\(result.wrongCount - result.refusedCount)",
        ]
    }
}
