// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct SortedCountsTests {
    @Test func isEmptyAtFirst() {
        let pages = SortedCounts<UInt32>()

        #expect(pages.keys == [])
        #expect(pages.first(atLeast: 0) == nil)
    }

    @Test(
        "A page is parted when it grows beyond its limit",
        arguments: [0, 1, 2].map { SortedCounts<UInt32>.maximumPageCount + $0 - 1 }
    )
    func partsPages(count: Int) {
        var pages = SortedCounts<UInt32>()

        pages.apply(removing: [], adding: (0..<UInt32(count)).map { $0 * 2 })

        #expect(pages.keys == (0..<UInt32(count)).map { $0 * 2 })
        #expect(pages.first(atLeast: 0) == 0)
        #expect(pages.first(atLeast: 401) == 402)
        #expect(pages.first(atLeast: UInt32(count) * 2 - 2) == UInt32(count) * 2 - 2)
        #expect(pages.first(atLeast: UInt32(count) * 2 - 1) == nil)
    }

    @Test func keepsAKeyAsLongAsItIsThereOnce() {
        var pages = SortedCounts<UInt32>()
        pages.apply(removing: [], adding: [7, 7, 3])

        pages.apply(removing: [7], adding: [])
        #expect(pages.keys == [3, 7])

        pages.apply(removing: [7, 3], adding: [3])
        #expect(pages.keys == [3])
    }

    @Test("It holds what a counted set holds", arguments: 1...4 as ClosedRange<UInt64>)
    func holdsWhatACountedSetHolds(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var pages = SortedCounts<UInt32>()
        var expected: [UInt32] = []
        for step in 0..<60 {
            // Grows to some pages, then shrinks to none.
            let isGrowing = step < 30
            let come = (0..<(isGrowing ? numbers.below(300) : numbers.below(20))).map { _ in
                UInt32(numbers.below(5_000))
            }
            let count = isGrowing ? numbers.below(20) : numbers.below(400)
            var gone: [UInt32] = []
            while !expected.isEmpty, gone.count < count || step == 59 {
                gone.append(expected.remove(at: numbers.below(expected.count)))
            }
            expected += step == 59 ? [] : come

            pages.apply(removing: gone, adding: step == 59 ? [] : come)

            let sorted = Set(expected).sorted()
            #expect(pages.keys == sorted, "seed \(seed), step \(step)")
            let bound = UInt32(numbers.below(5_000))
            #expect(pages.first(atLeast: bound) == sorted.first { $0 >= bound })
        }
        #expect(pages.keys == [])
    }
}
