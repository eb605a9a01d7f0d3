// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct RememberedHoldingsTests {
    private static func key(_ number: Int) -> ServiceKey {
        ServiceKey(namespace: "default", name: "s\(number)")
    }

    private static func holding(_ number: Int) -> Holding {
        var holding = Holding()
        holding.addresses = [IPAddress(v4: UInt32(number))]
        return holding
    }

    @Test func forgetsWhoWentFirstPastTheLimit() {
        var memory = RememberedHoldings(maximumGoneCount: 3)
        var forgotten: [ServiceKey?] = []
        for number in [0, 1, 2] {
            forgotten.append(
                memory.insert(Self.holding(number), of: Self.key(number), wasInUse: false)?.key
            )
        }
        // Seen again, it is the last that went.
        forgotten.append(memory.insert(Self.holding(9), of: Self.key(0), wasInUse: false)?.key)
        forgotten.append(memory.insert(Self.holding(3), of: Self.key(3), wasInUse: false)?.key)

        #expect(forgotten == [nil, nil, nil, nil, Self.key(1)])
        #expect(memory.all.map(\.key) == [Self.key(2), Self.key(0), Self.key(3)])
        #expect(memory[Self.key(0)]?.holding == Self.holding(9))
    }

    @Test func waitsForAllThatWereInUseHoweverManyTheyAre() {
        var memory = RememberedHoldings(maximumGoneCount: 3)
        for number in 0..<5 {
            _ = memory.insert(Self.holding(number), of: Self.key(number), wasInUse: number != 4)
        }
        let all = memory.all.map(\.key)
        // One comes back; of the others, the one that went first is forgotten.
        _ = memory.remove(Self.key(2))

        let (absent, forgotten) = memory.giveUpWaiting()

        #expect(all == [4, 0, 1, 2, 3].map(Self.key))
        #expect(absent == [0, 1, 3].map(Self.key))
        #expect(forgotten.map(\.key) == [Self.key(4)])
        #expect(memory.all.map(\.key) == [0, 1, 3].map(Self.key))
        #expect(memory.count == 3)
    }

    @Test func doesNotGrowWithWhatComesAndGoes() {
        var memory = RememberedHoldings(maximumGoneCount: 3)
        for number in 0..<1_000 {
            _ = memory.insert(Self.holding(number), of: Self.key(number % 2), wasInUse: false)
        }

        #expect(memory.count == 2)
        #expect(memory.all.map(\.holding) == [Self.holding(998), Self.holding(999)])
    }

    @Test func givesUpWaitingForThoseInUse() {
        var memory = RememberedHoldings()
        _ = memory.insert(Self.holding(0), of: Self.key(0), wasInUse: true)
        _ = memory.insert(Self.holding(1), of: Self.key(1), wasInUse: false)

        let absent = memory.giveUpWaiting()

        #expect(absent.absent == [Self.key(0)])
        #expect(absent.forgotten.isEmpty)
        #expect(memory[Self.key(0)]?.wasInUse == false)
        #expect(memory[Self.key(0)]?.holding == Self.holding(0))
    }
}
