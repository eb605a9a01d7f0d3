// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct SortedPagesTests {
    @Test func isEmptyAtFirst() {
        let pages = SortedPages<UInt32>()

        #expect(pages.keys == [])
        #expect(pages.first(atLeast: 0) == nil)
    }

    @Test(
        "A page is parted when it grows beyond its limit",
        arguments: [0, 1, 2].map { SortedPages<UInt32>.maximumPageCount + $0 - 1 }
    )
    func partsPages(count: Int) {
        var pages = SortedPages<UInt32>()

        pages.apply(removing: [], adding: (0..<UInt32(count)).map { $0 * 2 })

        #expect(pages.keys == (0..<UInt32(count)).map { $0 * 2 })
        #expect(pages.first(atLeast: 0) == 0)
        #expect(pages.first(atLeast: 1_023) == 1_024)
        #expect(pages.first(atLeast: UInt32(count) * 2 - 2) == UInt32(count) * 2 - 2)
        #expect(pages.first(atLeast: UInt32(count) * 2 - 1) == nil)
    }

    @Test("It holds what a set holds", arguments: 1...4 as ClosedRange<UInt64>)
    func holdsWhatASetHolds(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var pages = SortedPages<UInt32>()
        var expected: Set<UInt32> = []
        for step in 0..<60 {
            // Grows to some pages, then shrinks to none.
            let isGrowing = step < 30
            var come: Set<UInt32> = []
            for _ in 0..<(isGrowing ? numbers.below(300) : numbers.below(20)) {
                come.insert(UInt32(numbers.below(10_000)))
            }
            come.subtract(expected)
            let count = isGrowing ? numbers.below(20) : numbers.below(400)
            let gone = step == 59 ? Array(expected) : Array(expected.sorted().prefix(count))
            if step == 59 { come = [] }
            expected.subtract(gone)
            expected.formUnion(come)

            pages.apply(removing: gone, adding: Array(come))

            let sorted = expected.sorted()
            #expect(pages.keys == sorted, "seed \(seed), step \(step)")
            let bound = UInt32(numbers.below(10_000))
            #expect(pages.first(atLeast: bound) == sorted.first { $0 >= bound })
        }
        #expect(pages.keys == [])
    }
}
