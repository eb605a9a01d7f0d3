// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct LatencyRunTests {
    @Test(
        "It sleeps until the next question is due, and never long",
        arguments: [
            (10, 60, 50), (60, 60, 0), (61, 60, 0), (0, 1_000_000, 1_000_000),
            (0, 1_000_001, 1_000_000), (0, UInt64.max, 1_000_000),
        ] as [(UInt64, UInt64, Int)]
    )
    func sleeps(now: UInt64, due: UInt64, nanoseconds: Int) {
        #expect(LatencyRun.pause(now, until: due) == nanoseconds)
    }
}
