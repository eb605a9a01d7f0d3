// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@Suite struct MomentTests {
    @Test(
        arguments: [
            (0, 0, 0), (5, 1, 1_000_005), (UInt64.max, 1, .max), (0, .max, .max),
            (.max - 999_999, 1, .max), (.max - 1_000_000, 1, .max),
            (0, 18_446_744_073_709, 18_446_744_073_709_000_000), (0, 18_446_744_073_710, .max),
        ] as [(UInt64, UInt64, UInt64)]
    )
    func addsUpToTheEndOfTime(start: UInt64, milliseconds: UInt64, expected: UInt64) {
        let later = Moment(nanoseconds: start).adding(milliseconds: milliseconds)

        #expect(later.nanoseconds == expected)
    }

    @Test(arguments: [(5, 3, 2), (3, 5, 0), (.max, 0, .max)] as [(UInt64, UInt64, UInt64)])
    func countsFromAnEarlierMoment(later: UInt64, earlier: UInt64, expected: UInt64) {
        let count = Moment(nanoseconds: later).nanoseconds(since: Moment(nanoseconds: earlier))

        #expect(count == expected)
    }
}
