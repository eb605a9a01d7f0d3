// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct QuestionTableTests {
    @Test func findsWhatWasPutIn() {
        var table = QuestionTable()
        #expect(table.isEmpty)
        let isFirst = table.insert(0, 7)
        let isSecond = table.insert(65_535, 8)
        let isTaken = !table.insert(0, 9)

        #expect(isFirst && isSecond && isTaken)
        #expect(table.find(0) == 7)
        #expect(table.find(65_535) == 8)
        #expect(table.find(1) == nil)
        #expect(table.all.sorted() == [7, 8])
    }

    @Test func takesOutOnlyWhatBelongsToTheExchange() {
        var table = QuestionTable()
        _ = table.insert(5, 1)
        table.remove(5, of: 2)
        table.remove(6, of: 1)
        #expect(table.find(5) == 1)
        table.remove(5, of: 1)

        #expect(table.find(5) == nil)
        #expect(table.isEmpty)
    }

    @Test("Ids that meet at one place are kept apart", arguments: [0, 1, 2, 3])
    func survivesHoles(gone: Int) {
        // All of them want the last place of 16, or the first two.
        let ids: [UInt16] = [15, 31, 47, 16]
        var table = QuestionTable()
        for (number, id) in ids.enumerated() { _ = table.insert(id, UInt64(number)) }
        table.remove(ids[gone], of: UInt64(gone))

        for (number, id) in ids.enumerated() {
            #expect(table.find(id) == (number == gone ? nil : UInt64(number)))
        }
    }

    @Test func holdsEveryIdAtOnce() {
        var table = QuestionTable()
        var isWhole = true
        for id in UInt16.min...UInt16.max { isWhole = table.insert(id, UInt64(id)) && isWhole }
        #expect(isWhole)
        #expect(table.count == 65_536)
        for id in UInt16.min...UInt16.max where table.find(id) != UInt64(id) { isWhole = false }
        #expect(isWhole)
    }

    @Test("The same as a dictionary", arguments: [1, 2, 3] as [UInt64])
    func isADictionary(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = QuestionTable()
        var truth: [UInt16: UInt64] = [:]
        for step in 0..<20_000 as Range<UInt64> {
            let id = UInt16(truncatingIfNeeded: random.next() % 600) &* 109
            if random.next() % 2 == 0 {
                let isNew = table.insert(id, step)
                #expect(isNew == (truth[id] == nil))
                if isNew { truth[id] = step }
            } else if let exchange = truth.removeValue(forKey: id) {
                table.remove(id, of: exchange)
            }
            #expect(table.find(id) == truth[id], "seed \(seed), step \(step)")
        }
        #expect(table.count == truth.count)
        #expect(table.all.sorted() == truth.values.sorted())
    }
}
