// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite struct RandomnessBufferTests {
    @Test func givesNothingTwice() {
        let randomness = RandomnessBuffer()
        let count = RandomnessBuffer.wordCount * 50 + 1
        var seen: Set<UInt64> = []
        for _ in 0..<count { seen.insert(randomness.bits()) }

        #expect(seen.count == count)
        #expect(!seen.contains(0))
    }

    @Test func differsFromBufferToBuffer() {
        let (one, other) = (RandomnessBuffer(), RandomnessBuffer())

        #expect(one.bits() != other.bits())
    }

    @Test func setsEveryBitAboutHalfTheTime() {
        let randomness = RandomnessBuffer()
        var counts = [Int](repeating: 0, count: 64)
        for _ in 0..<4_000 {
            let bits = randomness.bits()
            for bit in 0..<64 where bits >> UInt64(bit) & 1 == 1 { counts[bit] += 1 }
        }

        // Ten standard deviations of 32 each.
        #expect(counts.allSatisfy { (1_680...2_320).contains($0) })
    }
}
