// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Plugins

@Suite struct UpstreamHealthTests {
    private let health = UpstreamHealth()

    private func moment(_ milliseconds: UInt64) -> Moment {
        Moment(nanoseconds: milliseconds * 1_000_000)
    }

    /// Fails 10 ms after it was asked, with trials every 100 ms.
    private func fail(began: UInt64, _ maximum: UInt64 = 2) -> Bool {
        health.fail(
            began: moment(began),
            at: moment(began + 10),
            maximumFailures: maximum,
            interval: 100_000_000
        )
    }

    private func succeed(began: UInt64, at now: UInt64) {
        health.succeed(began: moment(began), at: moment(now))
    }

    private func standing(_ maximum: UInt64 = 2) -> UpstreamHealth.Standing {
        health.standing(maximumFailures: maximum)
    }

    @Test func isDoubtfulAtOnceAndDownAfterMoreFailuresInARowThanItMayHave() {
        var standings = [standing()]
        for time in [10, 100, 199, 200] as [UInt64] {
            #expect(fail(began: time))
            standings.append(standing())
        }

        // Two trials of 100 ms could have failed since 10.
        #expect(standings == [.well, .doubtful, .doubtful, .doubtful, .down])
    }

    @Test func isNotDownBecauseOfABurst() {
        for _ in 0..<1_000 { _ = fail(began: 10) }

        #expect(standing() == .doubtful)
    }

    @Test func survivesAnEndlessLimit() {
        for _ in 0..<100 { _ = fail(began: 10, .max) }

        #expect(standing(.max) == .doubtful)
    }

    @Test func isWellAfterOneReply() {
        for time in [10, 200, 400] as [UInt64] { _ = fail(began: time) }
        #expect(standing() == .down)
        succeed(began: 413, at: 414)

        #expect(standing() == .well)
    }

    /// RFC 5452 §6: packets get lost, and a forger may see to it that one upstream seems silent.
    @Test func countsNoFailureWhileItRepliesToOthers() {
        succeed(began: 10, at: 20)

        #expect(!fail(began: 15))
        #expect(!fail(began: 20))
        #expect(standing() == .well)
        #expect(fail(began: 21))
    }

    @Test func isNeverDownWhenNoFailureCounts() {
        for time in 1...9 as ClosedRange<UInt64> { #expect(!fail(began: time, 0)) }

        #expect(standing(0) == .well)
    }

    @Test(arguments: [(500, 500), (1, 10), (0, 10)] as [(UInt64, UInt64)])
    func isTriedByOneQueryAnInterval(interval: UInt64, expected: UInt64) {
        let interval = interval * 1_000_000

        #expect(health.isTrialDue(at: moment(10), interval: interval))
        #expect(!health.isTrialDue(at: moment(10), interval: interval))
        #expect(!health.isTrialDue(at: moment(10 + expected - 1), interval: interval))
        #expect(health.isTrialDue(at: moment(10 + expected), interval: interval))
    }

    @Test func survivesAnEndlessInterval() {
        #expect(health.isTrialDue(at: moment(10), interval: .max))
        #expect(!health.isTrialDue(at: Moment(nanoseconds: .max - 1), interval: .max))
    }

    @Test func learnsHowLongItTakes() {
        #expect(!health.latency.isKnown)

        succeed(began: 100, at: 120)

        #expect(health.latency.nanoseconds == 20_000_000)
    }

    @Test func remembersForAnHourThatItDoesNotKeepCase() {
        #expect(health.keepsCase(at: moment(5)))

        health.rememberPlainCase(at: moment(5))

        #expect(!health.keepsCase(at: moment(5 + 3_599_999)))
        #expect(health.keepsCase(at: moment(5 + 3_600_000)))
    }
}
