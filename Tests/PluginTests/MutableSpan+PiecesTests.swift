// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugin

@Suite struct MutableSpanPiecesTests {
    /// Bytes before and behind `count` pieces of a length, of which each byte tells its piece and its
    /// place in it.
    private func bytes(_ count: Int, of length: Int) -> [UInt8] {
        var bytes: [UInt8] = [0xFF]
        for piece in 0..<count {
            for place in 0..<length { bytes.append(UInt8(piece << 5 | place)) }
        }
        return bytes + [0xFE]
    }

    private func pieces(_ bytes: [UInt8], of length: Int) -> [[UInt8]] {
        stride(from: 1, to: bytes.count - 1, by: length).map { Array(bytes[$0..<($0 + length)]) }
    }

    @Test(arguments: [1, 3, 4, 7, 8, 12, 15, 16, 28, 31])
    func exchangesWholePieces(length: Int) {
        let before = bytes(3, of: length)
        var after = before
        var span = after.mutableSpan

        span.swapPieces(of: length, 1, 1 + 2 * length)
        span.swapPieces(of: length, 1 + length, 1 + length)

        let old = pieces(before, of: length)
        #expect(pieces(after, of: length) == [old[2], old[1], old[0]])
        #expect(after.first == 0xFF && after.last == 0xFE)
    }

    @Test(arguments: [4, 15, 16, 28])
    func givesEveryOrderAsOften(length: Int) {
        let before = bytes(3, of: length)
        var seen: [[UInt8]: Int] = [:]
        for seed in 0..<600 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var after = before
            var span = after.mutableSpan
            span.shufflePieces(of: length, count: 3, at: 1, &random)
            seen[after, default: 0] += 1
            #expect(Set(pieces(after, of: length)) == Set(pieces(before, of: length)))
        }

        #expect(seen.count == 6 && seen.values.allSatisfy { (60...140).contains($0) })
    }

    /// A place that follows from the one drawn before it would show in pairs.
    @Test func givesEveryPairOfPlacesAsOften() {
        let before = (0..<8 as Range<UInt8>).flatMap { [$0, $0, $0, $0] }
        var random = SplitMix(seed: 1)
        var seen: [[UInt8]: Int] = [:]
        for _ in 0..<56_000 {
            var after = before
            var span = after.mutableSpan
            span.shufflePieces(of: 4, count: 8, at: 0, &random)
            for first in 0..<7 {
                seen[[UInt8(first), after[4 * first], after[4 * first + 4]], default: 0] += 1
            }
        }

        #expect(seen.count == 7 * 56 && seen.values.allSatisfy { (800...1_200).contains($0) })
    }

    @Test(arguments: [0, 1])
    func leavesFewerThanTwoAlone(count: Int) {
        let before = bytes(count, of: 4)
        var after = before
        var span = after.mutableSpan
        var random = SplitMix(seed: 1)

        span.shufflePieces(of: 4, count: count, at: 1, &random)

        #expect(after == before)
    }
}
