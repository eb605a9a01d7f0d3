// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugins

@Suite struct ShortTimeTests {
    @Test(
        arguments: [
            (0, "0ms"), (49_999, "0ms"), (50_000, "0.1ms"), (1_000_000, "1ms"),
            (9_949_999, "9.9ms"), (9_950_000, "10ms"), (999_499_999, "999ms"),
            (999_500_000, "1s"), (1_549_999_999, "1.5s"), (9_949_999_999, "9.9s"),
            (9_950_000_000, "9s"), (200_000_000_000, "3m20s"), (.max, "584y"),
        ] as [(UInt64, String)]
    )
    func isShort(nanoseconds: UInt64, expected: String) {
        #expect(ShortTime(nanoseconds).description == expected)
    }
}
