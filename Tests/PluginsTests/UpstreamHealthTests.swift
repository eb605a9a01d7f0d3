// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Plugins

@Suite struct UpstreamHealthTests {
    private let health = UpstreamHealth()
    private let interval: UInt64 = 1_000

    private func fail(at time: UInt64, _ maximum: UInt64 = 2) -> Bool {
        health.fail(at: Moment(nanoseconds: time), maximumFailures: maximum, interval: interval)
    }

    private func admits(at time: UInt64) -> Bool {
        health.admits(at: Moment(nanoseconds: time), interval: interval)
    }

    @Test func isDownAfterMoreFailuresInARowThanItMayHave() {
        #expect(fail(at: 10_000))
        #expect(fail(at: 11_000))
        #expect(admits(at: 11_001))
        #expect(fail(at: 12_000))
        #expect(!admits(at: 12_001))
        #expect(!admits(at: 12_999))
    }

    @Test func countsOneFailureInAnInterval() {
        #expect(fail(at: 10_000))
        #expect(!fail(at: 10_999))
        #expect(fail(at: 11_000))
    }

    @Test func isWellAfterOneReply() {
        for time in [10_000, 11_000, 12_000] as [UInt64] { _ = fail(at: time) }
        health.succeed()

        #expect(admits(at: 12_001))
        #expect(fail(at: 12_002))
        #expect(admits(at: 12_003))
    }

    @Test func letsOneQueryProbeItAfterEachPause() {
        for time in [10_000, 11_000, 12_000] as [UInt64] { _ = fail(at: time) }

        #expect(admits(at: 13_000))
        #expect(!admits(at: 13_001))
        #expect(!admits(at: 13_999))
        #expect(admits(at: 14_000))
    }

    @Test func pausesTwiceAsLongEachTimeUpToALimit() {
        var now: UInt64 = 10_000
        var pauses: [UInt64] = []
        for _ in 0..<40 {
            _ = fail(at: now)
            var pause: UInt64 = 1
            while !admits(at: now + pause) { pause *= 2 }
            pauses.append(pause)
            now += max(pause, interval)
        }

        #expect(Array(pauses[..<6]) == [1, 1, 1_024, 2_048, 4_096, 8_192])
        #expect(pauses.max().map { $0 <= 2 * UpstreamHealth.maximumPauseNanoseconds } == true)
    }

    @Test func isNeverDownWhenNoFailureCounts() {
        for time in 1...9 as ClosedRange<UInt64> { #expect(!fail(at: time * 10_000, 0)) }
        #expect(admits(at: 90_001))
    }
}
