// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugins

@Suite struct SmoothedLatencyTests {
    private func latency(_ microseconds: UInt64...) -> SmoothedLatency {
        var latency = SmoothedLatency()
        for sample in microseconds { latency = latency.adding(nanoseconds: sample * 1_000) }
        return latency
    }

    private func milliseconds(_ latency: SmoothedLatency) -> UInt64 {
        latency.timeoutNanoseconds / 1_000_000
    }

    @Test func knowsNothingAtFirst() {
        #expect(!SmoothedLatency().isKnown)
        #expect(SmoothedLatency().nanoseconds == 0)
        #expect(milliseconds(SmoothedLatency()) == 400)
    }

    /// RFC 6298 §2.2: the first reply is the smoothed latency, half of it the distance.
    @Test func beginsWithTheFirstReply() {
        #expect(latency(30_000).nanoseconds == 30_000_000)
        #expect(milliseconds(latency(30_000)) == 30 * 2 + 15 * 4)
    }

    /// RFC 6298 §2.3: an eighth of what is new, and a quarter of the distance.
    @Test func smoothsWhatFollows() {
        let found = latency(80_000, 160_000)

        #expect(found.nanoseconds == 90_000_000)
        // Half of 80 ms, then three quarters of it and a quarter of 80 ms.
        #expect(milliseconds(found) == 90 * 2 + 50 * 4)
    }

    @Test(
        arguments: [
            (0, 50), (5_000, 50), (12_500, 50), (12_501, 50), (13_000, 52),
            (250_000, 1_000), (251_000, 1_000), (10_000_000, 1_000), (1 << 50, 1_000),
        ]
            as [(UInt64, UInt64)]
    )
    func keepsTheTimeoutWithinBounds(microseconds: UInt64, expected: UInt64) {
        #expect(milliseconds(latency(microseconds)) == expected)
    }

    @Test func comesToRestWhereRepliesAre() {
        var found = latency(500_000)
        for _ in 0..<200 { found = found.adding(nanoseconds: 20_000_000) }

        #expect((19_500_000...20_500_000).contains(found.nanoseconds))
        #expect(milliseconds(found) == 50)
    }

    /// Names that an upstream has to look for take far longer than those it knows.
    @Test func waitsForTheSlowerOfTwoKindsOfReplies() {
        var found = SmoothedLatency()
        for index in 0..<400 {
            found = found.adding(nanoseconds: index % 5 == 0 ? 100_000_000 : 1_000_000)
        }

        #expect(milliseconds(found) >= 100)
    }

    @Test func seesThatNothingMuchHasChanged() {
        let known = latency(1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000)

        #expect(known.isLike(known))
        #expect(known.isLike(known.adding(nanoseconds: 1_000_000)) == false)
        #expect(!known.isLike(known.adding(nanoseconds: 3_000_000)))
        #expect(!known.isLike(SmoothedLatency()))
    }
}
