// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Testing
import Wire

@testable import Plugins

/// How long anything may hold a shard.
@Suite struct CacheShardTests {
    private typealias Bench = AnswerCacheTests.Bench

    /// The entries that are in use are the oldest; one more is not.
    @Test(
        "The hand looks at so many entries for one that it throws out",
        arguments: [(CacheShard.maximumHandSteps - 1, true), (CacheShard.maximumHandSteps, false)]
    )
    func keepsTheNewOneOnlyWhereAnUnusedOneIsNear(usedCount: Int, isKept: Bool) throws {
        let bench = try Bench("cache {\n  capacity 1MB\n  success \(usedCount + 1)\n}")
        for index in 0...usedCount { try bench.store("n\(index).example", [1]) }
        for index in 0..<usedCount { #expect(try bench.find("n\(index).example") != nil) }

        try bench.store("new.example", [1])

        #expect((try bench.find("new.example") != nil) == isKept)
        #expect(bench.cache.entryCount(ofQueue: 0) == usedCount + 1)
        // The hand goes on from where it stopped.
        try bench.store("newer.example", [1])
        #expect(try bench.find("newer.example") != nil)
    }

    /// The slots to go on from when some entries are copied for a file, and the bytes of each part.
    private func parts(_ bench: Bench) -> (slots: [Int?], byteCounts: [Int]) {
        var slots: [Int?] = []
        var byteCounts: [Int] = []
        var next: Int? = 0
        while let slot = next {
            var part: [UInt8] = []
            next = bench.cache.shards[0].withLock { shard in
                shard.copyEntries(fromSlot: slot, at: AnswerCacheTests.moment(0), into: &part)
            }
            slots.append(next)
            byteCounts.append(part.count)
        }
        return (slots, byteCounts)
    }

    /// An index with one entry more than these has more slots.
    @Test(arguments: [(192, [nil]), (193, [256, nil])] as [(Int, [Int?])])
    func looksAtSoManySlotsInOneGo(entryCount: Int, expected: [Int?]) throws {
        let bench = try Bench("cache {\n  capacity 1MB\n}")
        for index in 0..<entryCount { try bench.store("n\(index).example", [1]) }

        #expect(CacheShard.maximumCopySlotCount == 256)
        #expect(parts(bench).slots == expected)
    }

    @Test func copiesSoManyBytesInOneGo() throws {
        let bench = try Bench("cache {\n  capacity 1MB\n}")
        for index in 10..<40 { try bench.store("n\(index).example", Array(0..<40)) }

        let byteCounts = parts(bench).byteCounts

        let entry = byteCounts.reduce(0, +) / 30
        let most = CacheShard.maximumCopyByteCount
        #expect(byteCounts.count == 2)
        // The one that reaches the limit is whole.
        #expect((most..<most + entry).contains(byteCounts[0]))
    }
}
