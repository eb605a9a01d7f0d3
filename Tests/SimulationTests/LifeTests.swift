// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite struct LifeTests {
    @Test("A life goes well", arguments: 1...12 as ClosedRange<UInt64>)
    func goesWell(seed: UInt64) {
        let report = Simulator().live(seed)

        #expect(report.failure == nil)
        #expect(report.queryCount >= 1_000)
        #expect(report.reloadCount >= 1)
        #expect(report.publishCount >= report.reloadCount)
    }

    @Test("The same seed gives the same life", arguments: [7, 4_242, 9_999_999] as [UInt64])
    func isTheSameAgain(seed: UInt64) {
        let first = Simulator().live(seed)
        let second = Simulator().live(seed)

        #expect(first == second)
    }

    @Test func differsFromSeedToSeed() {
        let simulator = Simulator()
        let hashes = Set((1...4).map { simulator.live($0).hash })

        #expect(hashes.count == 4)
    }

    @Test func everyKindOfFaultHappens() {
        let simulator = Simulator()
        var sum = FaultCounts()
        for seed in 1...6 as ClosedRange<UInt64> { sum += simulator.live(seed).faults }

        for (name, count) in sum.all { #expect(count > 0, "\(name)") }
    }
}
