// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct RandomNamesDrillTests {
    @Test(
        "Periods are whole seconds, and not too many",
        arguments: [(1, 1, 1), (5, 5, 1), (20, 20, 1), (21, 11, 2), (600, 20, 30), (601, 20, 31)]
    )
    func dividesItsTime(seconds: Int, count: Int, longest: Int) {
        let periods = RandomNamesDrill.periods(of: seconds)

        #expect(periods.reduce(0, +) == seconds)
        #expect(periods.count == count)
        #expect(periods.max() == longest)
    }

    @Test(
        "Questions that did not go upstream were kept",
        arguments: [
            (1_000, 0, "100.00"), (1_000, 5, "99.50"), (1_000, 1_000, "0.00"), (10, 11, "0.00"),
            (0, 0, "-"),
        ]
    )
    func tellsWhatWasKept(all: Int, missed: Int, percent: String) {
        #expect(RandomNamesDrill.percent(of: all, without: missed) == percent)
    }
}
