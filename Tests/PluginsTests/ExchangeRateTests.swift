// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Plugins

@Suite struct ExchangeRateTests {
    private func second(_ number: UInt64) -> Moment {
        Moment(nanoseconds: number * 1_000_000_000)
    }

    @Test func knowsNothingAtFirst() {
        var rate = ExchangeRate()
        let before = rate.perSecond(7, at: second(1))
        rate.note(7, at: second(1))

        #expect(before == nil)
        #expect(rate.perSecond(9, at: second(1).adding(milliseconds: 499)) == nil)
        #expect(rate.perSecond(9, at: second(1).adding(milliseconds: 500)) == 4)
    }

    @Test func forgetsWhatIsLongAgo() {
        var rate = ExchangeRate()
        rate.note(0, at: second(1))
        for number in 2...UInt64(ExchangeRate.maximumLookCount) {
            rate.note(1_000, at: second(number))
        }
        let before = rate.perSecond(1_000, at: second(11))
        rate.note(1_000, at: second(12))

        #expect(before == 100)
        #expect(rate.perSecond(1_000, at: second(12)) == 0)
        // A worker that counts while it is looked at.
        #expect(rate.perSecond(999, at: second(12)) == nil)
    }
}
