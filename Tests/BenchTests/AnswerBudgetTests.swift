// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct AnswerBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    @Test(
        "It gives so many answers a second, however many are asked for",
        arguments: [1, 10, 2_000]
    )
    func keepsToItsRate(rate: Int) {
        var budget = AnswerBudget(rate: rate, now: Self.second)
        var count = 0
        for step in 1...100_000 as ClosedRange<UInt64>
        where budget.take(now: Self.second + step * 10_000) {
            count += 1
        }

        #expect(count == rate)
    }

    @Test func savesTenMillisecondsAtMost() {
        var budget = AnswerBudget(rate: 1_000, now: Self.second)
        let counts = [2, 3].map { seconds in
            (0..<100).count { _ in budget.take(now: UInt64(seconds) * Self.second) }
        }

        #expect(counts == [10, 10])
    }
}
