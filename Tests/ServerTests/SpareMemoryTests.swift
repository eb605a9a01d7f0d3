// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

@Suite struct SpareMemoryTests {
    private static let limit = SpareMemory.minimumGrowthByteCount

    /// After a start with 100 MB.
    private static func settled(retiredCount: Int = 0) -> SpareMemory {
        var spare = SpareMemory()
        spare.settle(resident: 100_000_000, retiredCount: retiredCount)
        return spare
    }

    @Test func isDueAfterALargeStartOnly() {
        var spare = SpareMemory()

        let small = spare.isDue(resident: Self.limit - 1, retiredCount: 0)
        let large = spare.isDue(resident: Self.limit, retiredCount: 0)

        #expect(!small)
        #expect(large)
    }

    @Test("It waits until the process has grown", arguments: [(-1, false), (0, true), (1, true)])
    func waitsForGrowth(past: Int, expected: Bool) {
        var spare = Self.settled()

        let isDue = spare.isDue(resident: 100_000_000 + Self.limit + past, retiredCount: 0)

        #expect(isDue == expected)
    }

    @Test func countsFromTheLeastThatWasResident() {
        var spare = Self.settled()
        let first = spare.isDue(resident: 50_000_000, retiredCount: 0)

        let second = spare.isDue(resident: 50_000_000 + Self.limit, retiredCount: 0)

        #expect(!first)
        #expect(second)
    }

    @Test func comesAgainWhenTheOldConfigurationsAreGone() {
        var spare = Self.settled(retiredCount: 2)

        let held = spare.isDue(resident: 100_000_000, retiredCount: 1)
        let gone = spare.isDue(resident: 100_000_000, retiredCount: 0)
        spare.settle(resident: 90_000_000, retiredCount: 0)
        let later = spare.isDue(resident: 90_000_000, retiredCount: 0)

        #expect(!held)
        #expect(gone)
        #expect(!later)
    }
}
