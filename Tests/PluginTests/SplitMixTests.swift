// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@Suite struct SplitMixTests {
    /// The first numbers of the reference implementation for the seed 1234567.
    @Test func drawsTheNumbersOfItsReference() {
        var random = SplitMix(seed: 1_234_567)

        let numbers = (0..<3).map { _ in random.next() }

        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ]
        )
    }

    @Test func drawsEveryNumberBelowABoundAndNoOther() {
        var random = SplitMix(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7_000 { counts[random.number(below: 7)] += 1 }

        #expect(counts.allSatisfy { (850...1_150).contains($0) })
        #expect(random.number(below: 1) == 0 && random.number(below: 0) == 0)
    }
}
