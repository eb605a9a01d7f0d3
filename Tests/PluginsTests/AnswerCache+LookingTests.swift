// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Testing
import Wire

@testable import Plugins

/// What is kept is found and flushed exactly, however entries lie.
@Suite struct AnswerCacheLookingTests {
    private typealias Bench = CacheFileTests.Bench

    static func name(_ text: String) -> Name { (try? Name(text)) ?? .root }

    /// Keeps an answer, or a denial, of some length.
    private func keep(
        _ name: String,
        _ type: RecordType = .a,
        addressCount: Int = 1,
        in bench: Bench
    ) throws {
        let addresses = (0..<addressCount).map { "192.0.\($0 / 256).\($0 % 256)" }
        try bench.keep(query(name, type), CacheFileTests.reply(name, addresses))
    }

    private func names(_ entries: [KeptEntry]) -> Set<String> {
        Set(entries.map { "\($0.name) \($0.type)" })
    }

    @Test func findsEveryEntryOnceAmongThoseOfManyCells() throws {
        let bench = try Bench("cache {\n  capacity 4MB\n}")
        var expected: Set<String> = []
        for number in 0..<1_500 {
            let name = "n\(number).example."
            try keep(name, addressCount: 1 + number % 40, in: bench)
            expected.insert("\(name) A")
        }
        // Cells that were given back still hold what was in them.
        for number in stride(from: 0, to: 1_500, by: 3) {
            let name = try Name("n\(number).example.")
            #expect(bench.cache.flush(CacheSelection(names: .name(name))) == 1)
            expected.remove("\(name) A")
        }

        let found = bench.cache.entries(.all, atMost: .max)

        #expect(found.count == 1_000)
        #expect(names(found) == expected)
        #expect(bench.cache.entries(.all, atMost: 7).count == 7)
    }

    @Test func bytesOfAnAnswerAreTakenForNoEntry() throws {
        let bench = try Bench()
        try keep("www.example.", addressCount: 200, in: bench)
        let key = bench.cache.key(try query("www.example."))
        let cells = bench.cache.shards[bench.cache.place(key)].withLock { shard in
            // The hash of an entry, where that of an entry in the second cell would stand.
            shard.store.set(key.hash, 1, CacheField.hash)
            return shard.store.touchedByteCount / CellStore.byteCount
        }

        #expect(cells > 20)
        #expect(bench.cache.entries(.all, atMost: .max).count == 1)
    }

    @Test(
        arguments: [
            (CacheSelection(names: .all), 6),
            (CacheSelection(names: .zone(.root)), 6),
            (CacheSelection(names: .zone(name("example."))), 5),
            (CacheSelection(names: .zone(name("le."))), 0),
            (CacheSelection(names: .zone(name("www.example."))), 3),
            (CacheSelection(names: .name(name("www.example."))), 2),
            (CacheSelection(names: .name(name("www.example.")), type: .aaaa), 1),
            (CacheSelection(names: .name(name("www.example.")), type: .mx), 0),
            // There is no such name, of whatever type.
            (CacheSelection(names: .name(name("gone.example.")), type: .mx), 1),
        ] as [(CacheSelection, Int)]
    )
    func flushesWhatIsMeantAndNothingElse(selection: CacheSelection, count: Int) throws {
        let bench = try Bench()
        for name in ["example.", "www.example.", "a.www.example.", "example.org."] {
            try keep(name, in: bench)
        }
        try keep("www.example.", .aaaa, in: bench)
        try keep("gone.example.", addressCount: 0, in: bench)

        #expect(bench.cache.entries(selection, atMost: .max).count == count)
        #expect(bench.cache.flush(selection) == count)
        #expect(bench.cache.entries(selection, atMost: .max).isEmpty)
        #expect(bench.cache.entries(.all, atMost: .max).count == 6 - count)
        let left = bench.find(try query("a.www.example."), at: CacheFileTests.start) != nil
        let wanted = try Name("a.www.example.")
        #expect(left != selection.holds(wanted, .a, 0))
    }

    @Test func tellsEverythingAboutAnEntry() throws {
        let bench = try Bench()
        let query = try query("Gone.example.") { query in
            query.header.flags.formUnion(.checkingDisabled)
        }
        try bench.keep(query, CacheFileTests.reply("Gone.example.", []))

        let entry = try #require(bench.cache.entries(.all, atMost: 1).first)

        #expect(entry.name == (try Name("gone.example.")))
        #expect(entry.keyBits == 2 | CacheKey.missingName)
        #expect(entry.kind == .denial && entry.code == .nameError)
        #expect(entry.stored == CacheFileTests.start)
        #expect(entry.expires == CacheFileTests.moment(30))
        let message = try Message(parsing: entry.message.span)
        #expect(message.questions.map(\.name) == [entry.name])
        #expect(message.authorities.map(\.type) == [.soa])
    }
}
