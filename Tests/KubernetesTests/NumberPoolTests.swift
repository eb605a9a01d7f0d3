// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct NumberPoolTests {
    @Test(
        "The static band of a service range is that of KEP-3070",
        arguments: [
            (16, 0), (17, 16), (64, 16), (256, 16), (512, 32), (4_096, 256), (1 << 20, 256),
        ]
    )
    func hasABandOfAddresses(size: Int, expected: Int) {
        #expect(NumberPool.staticCount(ofAddresses: size) == expected)
    }

    @Test(
        "The static band of the ports is that of KEP-3668",
        arguments: [(16, 0), (17, 16), (512, 16), (1_024, 32), (2_768, 86), (60_000, 128)]
    )
    func hasABandOfPorts(size: Int, expected: Int) {
        #expect(NumberPool.staticCount(ofPorts: size) == expected)
    }

    @Test func takesEachNumberOnce() {
        var pool = NumberPool(count: 130, staticCount: 0)

        let first = pool.take(129)
        let second = pool.take(129)
        let outside = [pool.take(130), pool.take(-1)]

        #expect(first && !second)
        #expect(outside == [false, false])
        #expect(pool.takenCount == 1)
        #expect(pool.isTaken(129) && !pool.isTaken(128) && !pool.isTaken(1_000))
    }

    @Test func isNoLargerThanItsLimit() {
        #expect(NumberPool(count: NumberPool.maximumCount, staticCount: 0).count == 1 << 20)
        #expect(NumberPool(count: NumberPool.maximumCount + 1, staticCount: 0).count == 1 << 20)
        #expect(NumberPool(count: -1, staticCount: 5).staticCount == 0)
    }

    @Test func choosesUpwardsThenAroundThenInTheStaticBand() {
        var pool = NumberPool(count: 8, staticCount: 4, reservedCount: 1)
        var chosen: [Int?] = []
        for _ in 0..<8 {
            let number = pool.choice(6)
            chosen.append(number)
            if let number { pool.take(number) }
        }

        // 6 modulo 4 is 2, from 4; then 6 modulo 3 is 0, from 1. Nobody is given 0.
        #expect(chosen == [6, 7, 4, 5, 1, 2, 3, nil])
    }

    @Test func leavesWhatSomebodyMayComeBackForToTheLast() {
        var pool = NumberPool(count: 8, staticCount: 4)
        for number in [2, 6, 7] { pool.setWished(number, true) }
        pool.setWished(7, false)
        pool.setWished(100, true)
        var chosen: [Int?] = []
        for _ in 0..<9 {
            let number = pool.choice(6)
            chosen.append(number)
            if let number { pool.take(number) }
        }

        #expect(chosen == [7, 4, 5, 3, 0, 1, 6, 2, nil])
    }

    @Test("A number that was given back is chosen again", arguments: [63, 64, 65, 127])
    func choosesWhatWasGivenBack(number: Int) {
        var pool = NumberPool(count: 128, staticCount: 0)
        for number in 0..<128 { pool.take(number) }
        let none = pool.choice(7)

        pool.release(number)

        #expect(none == nil)
        #expect(pool.choice(7) == number)
        #expect(pool.takenCount == 127)
    }

    @Test("Every choice is free, whatever is taken", arguments: 1...20 as ClosedRange<UInt64>)
    func choosesWhatIsFree(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let count = 1 + numbers.below(200)
        var pool = NumberPool(count: count, staticCount: numbers.below(count))
        var taken: Set<Int> = []
        for step in 0..<2_000 {
            if numbers.chance(40), !taken.isEmpty {
                let number = numbers.pick(taken.sorted())
                pool.release(number)
                taken.remove(number)
            }
            let chosen = pool.choice(numbers.bits())

            #expect((chosen == nil) == (taken.count == count), "seed \(seed), step \(step)")
            guard let chosen else { continue }
            #expect(!taken.contains(chosen) && chosen < count, "seed \(seed), step \(step)")
            let isDynamicFull = (pool.staticCount..<count).allSatisfy(taken.contains)
            #expect(chosen >= pool.staticCount || isDynamicFull, "seed \(seed), step \(step)")
            pool.take(chosen)
            taken.insert(chosen)
        }
    }
}
