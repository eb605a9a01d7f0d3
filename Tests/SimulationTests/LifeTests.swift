// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite struct LifeTests {
    @Test("A life goes well", arguments: 1...50 as ClosedRange<UInt64>)
    func goesWell(seed: UInt64) {
        let report = Simulator().live(seed)

        #expect(report.failure == nil)
        #expect(report.queryCount >= 1_000)
        #expect(report.publishCount >= 1)
    }

    @Test("The same seed gives the same life", arguments: [7, 4_242, 9_999_999] as [UInt64])
    func isTheSameAgain(seed: UInt64) {
        let first = Simulator().live(seed)
        let second = Simulator().live(seed)

        #expect(first.hash == second.hash)
        #expect(first.answerCount == second.answerCount)
    }

    @Test func differsFromSeedToSeed() {
        let simulator = Simulator()
        let hashes = Set((1...10).map { simulator.live($0).hash })

        #expect(hashes.count == 10)
    }
}
