// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct SharedTableTests {
    /// Hashes of which several fall to one part, and some differ in bits only that do not count.
    private static let hashes: [UInt64] = [0, 1, 1 << 20, 1 << 52, 1 << 63, ~0]

    @Test("It holds what was put in and not taken out", arguments: 1...4 as ClosedRange<UInt64>)
    func holdsWhatWasPutIn(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var table = SharedTable<Int>()
        var model: [(hash: UInt64, rank: UInt32, value: Int)] = []
        for step in 0..<2_000 {
            let hash = numbers.pick(Self.hashes)
            let rank = UInt32(numbers.below(3))
            let value = numbers.below(4)
            if numbers.chance(55) {
                table.insert(value, at: hash, rank: rank)
                model.append((hash, rank, value))
            } else {
                table.remove(value, at: hash, rank: rank)
                // 44 bits count.
                let index = model.firstIndex {
                    $0.hash >> 20 == hash >> 20 && $0.rank == rank && $0.value == value
                }
                if let index { model.remove(at: index) }
            }

            let entries = table[hash]
            var expected = model.filter { $0.hash >> 20 == hash >> 20 }
            // By rank, and of one rank as they came.
            expected = (0..<3).reduce(into: []) { sorted, rank in
                sorted += expected.filter { $0.rank == rank }
            }

            #expect(entries.map(\.value) == expected.map(\.value), "seed \(seed), step \(step)")
            #expect(entries.map(\.rank) == expected.map(\.rank), "seed \(seed), step \(step)")
        }
        #expect(table.entries.map(\.value).sorted() == model.map(\.value).sorted())
    }

    @Test func leavesCopiesAsTheyAre() {
        var table = SharedTable<Int>()
        for hash in Self.hashes { table.insert(1, at: hash) }
        let copy = table

        table.remove(1, at: 0)
        table.insert(2, at: ~0)

        #expect(copy.entries.map(\.value).count == Self.hashes.count)
        #expect(copy[~0].map(\.value) == [1])
        #expect(table[~0].map(\.value) == [1, 2])
        #expect(table[0].map(\.value) == [1])
    }

    @Test func removesNothingThatIsNotThere() {
        var table = SharedTable<Int>()
        table.insert(1, at: 5, rank: 1)

        table.remove(1, at: 5, rank: 0)
        table.remove(2, at: 5, rank: 1)
        table.remove(1, at: 1 << 40, rank: 1)

        #expect(table.entries.map(\.value) == [1])
    }
}
