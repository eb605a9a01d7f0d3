// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugins

@Suite struct RandomBitsTests {
    @Test func givesTheNumbersOfSplitMix() {
        // The first outputs for the seed 1234567, as its authors publish them.
        var random = RandomBits(seed: 1_234_567)

        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test(arguments: [1, 2, 3, 7])
    func givesEveryNumberBelowABoundAndNoOther(bound: Int) {
        var random = RandomBits(seed: 3)
        var seen: Set<Int> = []
        for _ in 0..<200 { seen.insert(random.number(below: bound)) }

        #expect(seen == Set(0..<bound))
    }

    @Test(arguments: [0, -1])
    func givesZeroForABoundThatIsNone(bound: Int) {
        var random = RandomBits(seed: 3)

        #expect(random.number(below: bound) == 0)
    }
}
