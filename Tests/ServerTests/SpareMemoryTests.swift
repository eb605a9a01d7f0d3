// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct SpareMemoryTests {
    private static let limit = SpareMemory.minimumGrowthByteCount
    private static let start = Moment(nanoseconds: 5_000_000_000)

    /// After a start with 100 MB.
    private static func settled(retiredCount: Int = 0) -> SpareMemory {
        var spare = SpareMemory()
        spare.settle(resident: 100_000_000, retiredCount: retiredCount, Self.start)
        return spare
    }

    @Test func isDueAfterALargeStartOnly() {
        var spare = SpareMemory()

        let small = spare.isDue(resident: Self.limit - 1, retiredCount: 0, Self.start)
        let large = spare.isDue(resident: Self.limit, retiredCount: 0, Self.start)

        #expect(!small)
        #expect(large)
    }

    @Test("It waits until the process has grown", arguments: [(-1, false), (0, true), (1, true)])
    func waitsForGrowth(past: Int, expected: Bool) {
        var spare = Self.settled()

        let isDue = spare.isDue(
            resident: 100_000_000 + Self.limit + past,
            retiredCount: 0,
            Self.start
        )

        #expect(isDue == expected)
    }

    @Test func countsFromTheLeastThatWasResident() {
        var spare = Self.settled()
        let first = spare.isDue(resident: 50_000_000, retiredCount: 0, Self.start)

        let second = spare.isDue(resident: 50_000_000 + Self.limit, retiredCount: 0, Self.start)

        #expect(!first)
        #expect(second)
    }

    @Test func comesAgainWhenTheOldConfigurationsAreGone() {
        var spare = Self.settled(retiredCount: 2)

        let held = spare.isDue(resident: 100_000_000, retiredCount: 1, Self.start)
        let gone = spare.isDue(resident: 100_000_000, retiredCount: 0, Self.start)
        spare.settle(resident: 90_000_000, retiredCount: 0, Self.start)
        let later = spare.isDue(resident: 90_000_000, retiredCount: 0, Self.start)

        #expect(!held)
        #expect(gone)
        #expect(!later)
    }

    /// Queries that wait for a slow upstream are gone a while later; what they took is given back then.
    @Test func triesAgainWhileMuchIsHeld() {
        var (spare, now) = (Self.settled(), Self.start)
        var waits: [UInt64] = []
        let grown = 100_000_000 + Self.limit
        let isDue = spare.isDue(resident: grown, retiredCount: 0, now)
        spare.settle(resident: grown, retiredCount: 0, now)
        for wait in [30_000, 60_000, 120_000] as [UInt64] {
            let due = now.adding(milliseconds: wait)
            let early = Moment(nanoseconds: due.nanoseconds - 1)
            if !spare.isDue(resident: grown, retiredCount: 0, early),
                spare.isDue(resident: grown, retiredCount: 0, due)
            {
                waits.append(wait)
            }
            now = due
            spare.settle(resident: grown, retiredCount: 0, now)
        }
        // It came down, so that nothing more is to be had.
        spare.settle(resident: grown - 1, retiredCount: 0, now)
        let later = now.adding(milliseconds: 2 * SpareMemory.maximumRetryMilliseconds)
        let isDueLater = spare.isDue(resident: grown - 1, retiredCount: 0, later)

        #expect(isDue)
        #expect(waits == [30_000, 60_000, 120_000])
        #expect(!isDueLater)
    }

    @Test func waitsAnHourAtMost() {
        var (spare, now) = (Self.settled(), Self.start)
        let grown = 100_000_000 + Self.limit
        for _ in 0..<20 {
            spare.settle(resident: grown, retiredCount: 0, now)
            now = now.adding(milliseconds: SpareMemory.maximumRetryMilliseconds)

            let isDue = spare.isDue(resident: grown, retiredCount: 0, now)

            #expect(isDue)
        }
    }
}
