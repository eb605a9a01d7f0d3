// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Plugins

@Suite struct CacheIndexTests {
    /// All entries that may have this hash.
    private func found(_ hash: UInt64, in index: CacheIndex) -> Set<UInt32> {
        var probe = index.probe(hash)
        var found: Set<UInt32> = []
        while let cell = index.next(&probe) { found.insert(cell) }
        return found
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func findsWhatIsInAndNothingElse(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var index = CacheIndex()
        var model: [UInt32: UInt64] = [:]
        for step in 0..<3_000 as Range<UInt32> {
            // Few hashes, so that many share a slot, and some are the same.
            let hash = UInt64(random.number(below: 700)) &* 0x1_0001
            if random.number(below: 5) < 3 || model.isEmpty {
                index.insert(hash, step)
                model[step] = hash
            } else {
                let gone = UInt32(random.number(below: Int(step)))
                guard let hash = model.removeValue(forKey: gone) else { continue }
                index.remove(hash, gone)
            }
            guard step % 100 == 0 else { continue }
            var wanted: [UInt64: Set<UInt32>] = [:]
            for (cell, hash) in model { wanted[hash, default: []].insert(cell) }
            for (hash, cells) in wanted {
                #expect(found(hash, in: index).isSuperset(of: cells), "seed \(seed)")
            }
        }

        #expect(index.count == model.count)
        for (cell, hash) in model { index.remove(hash, cell) }
        #expect(index.count == 0)
        #expect((0..<700).allSatisfy { found(UInt64($0) &* 0x1_0001, in: index).isEmpty })
    }

    @Test func removesNothingThatIsNotThere() {
        var index = CacheIndex()
        index.insert(7, 1)

        index.remove(7, 2)
        index.remove(8, 1)

        #expect(index.count == 1 && found(7, in: index) == [1])
    }

    @Test func growsWithItsEntries() {
        var index = CacheIndex()
        let before = index.byteCount

        for cell in 0..<12 as Range<UInt32> { index.insert(UInt64(cell), cell) }
        #expect(index.byteCount == before)
        index.insert(12, 12)

        #expect(index.byteCount == 2 * before)
        #expect((0...12).allSatisfy { found($0, in: index) == [UInt32($0)] })
    }
}
