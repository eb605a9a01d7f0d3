// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite struct RandomnessTests {
    @Test func neverRepeatsItself() {
        let bits = Set((0..<1_000).map { _ in Randomness.bits() })

        #expect(bits.count == 1_000)
    }

    @Test("It fills all of the bytes", arguments: [0, 1, 255, 256, 257, 10_000])
    func fillsAll(count: Int) {
        var isTouched = [Bool](repeating: false, count: count)
        // A byte stays zero by chance once in 256 times: hardly in all of sixteen rounds.
        for _ in 0..<16 {
            var bytes = [UInt8](repeating: 0, count: count)
            var span = bytes.mutableSpan
            Randomness.fill(&span)
            for index in bytes.indices where bytes[index] != 0 { isTouched[index] = true }
        }

        #expect(isTouched.allSatisfy { $0 })
    }
}
