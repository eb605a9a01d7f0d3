// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct ChangeRunTests {
    private static func round(_ latencies: [UInt64], lost: Int = 0) -> ChangeRounds.Round {
        var result = LoadResult()
        result.latencies = latencies
        result.answeredCount = latencies.count
        result.lostCount = lost
        return ChangeRounds.Round(result: result, user: 1, system: 2, residentByteCount: 3_000_000)
    }

    @Test func sumsRoundsUp() {
        var rounds = ChangeRounds()
        rounds.add(Self.round([10_000, 20_000, 300_000, 300_001], lost: 1))
        rounds.add(Self.round([10_000, 40_000, 50_000, 7_000_000]))

        #expect(
            rounds.cells
                == [
                    "1.00", "2.00", "9", "1", "0", "30", "3650", "3650", "7000", "250000", "3.0",
                ]
        )
        #expect(rounds.cells.count + 2 == ChangeRun.headings.count)
        #expect(rounds.histogram.total == 8)
    }

    @Test func saysNothingOfNothing() {
        #expect(
            ChangeRounds().cells
                == ["-", "-", "0", "0", "0", "-", "-", "-", "-", "-", "-"]
        )
    }

    @Test("Changes have names for the table")
    func namesChanges() {
        let changes = [ManifestChange.none, .saved(perSecond: 1_000), .all(.first)]

        #expect(changes.map(\.name) == ["quiet", "1000/s", "reload"])
    }
}
