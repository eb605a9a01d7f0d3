// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct StatisticsTests {
    @Test(
        "The median is the middle, or between the two in the middle",
        arguments: [
            ([], nil), ([3], 3), ([4, 1], 2.5), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5),
            ([1, 1, 1, 1_000], 1),
        ] as [([Double], Double?)]
    )
    func findsTheMedian(values: [Double], median: Double?) {
        #expect(Statistics.median(values) == median)
    }

    @Test(
        "A percentile is a value that was measured",
        arguments: [
            (0.0, 1), (0.01, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (0.999, 100),
            (1.0, 100),
        ] as [(Double, UInt64)]
    )
    func findsThePercentile(share: Double, value: UInt64) {
        #expect(Statistics.percentile(share, of: Array(1...100)) == value)
    }

    @Test func findsNoPercentileOfNothing() {
        #expect(Statistics.percentile(0.5, of: []) == nil)
        #expect(Statistics.percentile(0.999, of: [7]) == 7)
    }

    @Test func comparesEachRoundWithItsOwnFloor() {
        // The machine was twice as slow in the second round: the ratio is the same.
        #expect(Statistics.medianRatio([3, 6, 4], to: [2, 4, 2]) == 1.5)
        #expect(Statistics.medianRatio([3, 6], to: [0, 4]) == 1.5)
        #expect(Statistics.medianRatio([3], to: []) == nil)
        #expect(Statistics.medianRatio([3], to: [0]) == nil)
    }

    @Test(
        "A number is written with as many digits as are asked for",
        arguments: [
            (0, 0, "0"), (0, 2, "0.00"), (1.005, 1, "1.0"), (0.06, 1, "0.1"), (2.999, 2, "3.00"),
            (12_345.6, 0, "12346"), (-0.5, 1, "-0.5"), (-0.001, 1, "0.0"), (7.05, 2, "7.05"),
            (.infinity, 1, "-"), (.nan, 1, "-"), (1e300, 1, "-"),
        ] as [(Double, Int, String)]
    )
    func writesNumbers(number: Double, digits: Int, text: String) {
        #expect(number.text(digits: digits) == text)
    }
}
