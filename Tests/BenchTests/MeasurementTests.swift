// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct MeasurementTests {
    @Test func sumsUpTheRounds() {
        var rounds: [Measurement] = []
        for round in 1...3 {
            var one = Measurement(user: Double(round), system: 2, rate: 100_000)
            one.lostCount = round
            one.residentByteCount = 1_000_000 * round
            let latencies = (1...1_000).map { UInt64($0 * 1_000) }
            one.add(latenciesOf: LoadResult(lostCount: 1, wrongCount: 2, latencies: latencies))
            rounds.append(one)
        }
        let floors = [Measurement](repeating: Measurement(system: 2), count: 3)

        #expect(
            Report.row("auth", "apus", rounds, floors: floors) == [
                "auth", "apus", "2.00", "2.00", "2.00", "100000", "9", "6", "500", "990", "999",
                "2.0",
            ]
        )
    }

    @Test func saysWhatWasNotMeasured() {
        let row = Report.row("reload", "apus", [Measurement()], floors: [])

        #expect(row.count == Report.headings.count)
        #expect(row[4] == "-")
        #expect(row[8...10] == ["-", "-", "-"])
    }
}
