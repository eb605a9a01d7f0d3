// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct LatencyHistogramTests {
    @Test(
        "A latency belongs to the first bar that it does not exceed",
        arguments: [
            (0, 0), (50_000, 0), (50_001, 1), (300_000, 3), (300_001, 4), (20_000_000, 9),
            (20_000_001, 10), (UInt64.max, 10),
        ] as [(UInt64, Int)]
    )
    func findsTheBar(nanoseconds: UInt64, bar: Int) {
        var histogram = LatencyHistogram()
        histogram.add([nanoseconds])

        #expect(histogram.counts.firstIndex(of: 1) == bar)
        #expect(histogram.total == 1)
    }

    @Test func showsEachBesideTheOther() {
        var (first, second) = (LatencyHistogram(), LatencyHistogram())
        first.add([1, 1, 1, 400_000])
        let text = LatencyHistogram.table(of: [("a", first), ("b", second)]).text
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

        #expect(rows.count == LatencyHistogram.bounds.count + 2)
        #expect(rows[1] == ["reload", "50", "3", "0", "750000.0", "-"])
        #expect(rows[5] == ["reload", "500", "1", "0", "250000.0", "-"])
        second.add([1])
        #expect(second.millionths.first == 1_000_000)
    }
}
