// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Testing
import Wire

@testable import Plugins

/// The cache of a server that ends and starts again.
@Suite struct CacheFileKeeperTests {
    private static let cache = "cache {\n  file kept\n}"

    /// A block with `cache` and `forward`, and what it asked for.
    private static func block(
        _ surroundings: Surroundings,
        cache: String = cache,
        forward: String = "forward . 192.0.2.53"
    ) throws -> (Forward, Setup) {
        var setup = try surroundings.setup()
        _ = try Cache(parsing: try stanzas(cache), setup: &setup)
        return (try Forward(parsing: try stanzas(forward), setup: &setup), setup)
    }

    private static func work(_ setup: Setup, atSecond second: UInt64, isLast: Bool = false) {
        for chore in setup.chores { chore.run(CacheFileTests.moment(second), isLast) }
    }

    /// A desk whose upstream knows one address of every name.
    private static func desk() -> ScriptedDesk {
        ScriptedDesk { exchange, _ in exchange.reply(.noError, ["192.0.2.1"]) }
    }

    /// What a server has written at its end that was asked for `www.example`.
    private static func kept() async throws -> [UInt8] {
        var surroundings = Surroundings()
        let store = MemoryStore()
        surroundings.store = store
        let (forward, setup) = try block(surroundings)
        work(setup, atSecond: 0)
        let desk = desk()
        desk.advance(milliseconds: 999_000)
        _ = try await resume(forward, try query("www.example"), desk)
        #expect(store.files.isEmpty)
        work(setup, atSecond: 1, isLast: true)
        return try #require(store.files["kept"])
    }

    private static func surroundings(_ file: [UInt8]) -> Surroundings {
        var surroundings = Surroundings()
        surroundings.store = MemoryStore()
        surroundings.files.bytes["kept"] = file
        return surroundings
    }

    @Test func answersFromTheFileAfterARestart() async throws {
        let surroundings = Self.surroundings(try await Self.kept())
        let (forward, setup) = try Self.block(surroundings)
        Self.work(setup, atSecond: 0)
        let asked = try query("www.example") { $0.received = CacheFileTests.moment(0) }

        let found = ask(forward, asked)

        #expect(found.outcome == .done)
        // A minute, less a second at the end and two that may have passed in between.
        #expect(found.answers == ["www.example. 58 A 192.0.2.1"])
        #expect(surroundings.log.lines == ["[INFO] plugin/cache: kept: took 1 of 1 answers"])
    }

    @Test func readsTheFileBeforeItIsWritten() async throws {
        let surroundings = Self.surroundings(try await Self.kept())
        let (_, setup) = try Self.block(surroundings)

        Self.work(setup, atSecond: 0, isLast: true)

        let written = try #require(surroundings.store?.files["kept"])
        #expect(written.count == (try await Self.kept()).count)
    }

    @Test(arguments: [
        ("forward . 192.0.2.54", "is of other upstreams, zones or addresses"),
        ("forward example 192.0.2.53", "is of other upstreams, zones or addresses"),
    ])
    func takesNothingOfOtherUpstreams(forward: String, text: String) async throws {
        let surroundings = Self.surroundings(try await Self.kept())
        let (_, setup) = try Self.block(surroundings, forward: forward)

        Self.work(setup, atSecond: 0)

        #expect(
            surroundings.log.lines == ["[WARNING] plugin/cache: kept: \(text), and is not used"]
        )
    }

    @Test func startsEmptyWithADamagedFile() async throws {
        var file = try await Self.kept()
        file[file.count / 2] ^= 1
        let surroundings = Self.surroundings(file)
        let (forward, setup) = try Self.block(surroundings)
        Self.work(setup, atSecond: 0)

        #expect(ask(forward, try query("www.example")).outcome == .wait)
        #expect(
            surroundings.log.lines
                == ["[WARNING] plugin/cache: kept: is damaged, and is not used"]
        )
    }

    @Test func isSilentWithoutAFile() throws {
        var surroundings = Surroundings()
        surroundings.store = MemoryStore()
        let (_, setup) = try Self.block(surroundings)

        Self.work(setup, atSecond: 0)

        #expect(surroundings.log.lines.isEmpty)
    }

    @Test func writesEverySoOftenAndAtTheEnd() throws {
        var surroundings = Surroundings()
        let store = MemoryStore()
        surroundings.store = store
        let (_, setup) = try Self.block(surroundings, cache: "cache {\n  file kept 30s\n}")
        var counts: [Int] = []
        for second in [0, 29, 30, 31, 59, 60] as [UInt64] {
            Self.work(setup, atSecond: second)
            counts.append(store.writingCount)
        }
        Self.work(setup, atSecond: 61, isLast: true)

        #expect(counts == [0, 0, 1, 1, 1, 2])
        #expect(store.writingCount == 3)
    }

    @Test func complainsOnceOfAFileThatCannotBeWritten() throws {
        var surroundings = Surroundings()
        let store = MemoryStore()
        store.fail(.denied)
        surroundings.store = store
        let (_, setup) = try Self.block(surroundings)
        for second in [0, 600, 1_200] as [UInt64] { Self.work(setup, atSecond: second) }

        #expect(store.writingCount == 2)
        #expect(surroundings.log.lines.count == 1)
        #expect(
            surroundings.log.lines.first?
                .hasPrefix("[WARNING] plugin/cache: answers cannot be kept: kept: ") == true
        )
    }

    @Test func goesOnOverAReloadAndReadsNothingAgain() async throws {
        var surroundings = Surroundings()
        surroundings.store = MemoryStore()
        let (_, setup) = try Self.block(surroundings)
        Self.work(setup, atSecond: 0)
        surroundings.previous = setup.kept
        surroundings.files.bytes["kept"] = try await Self.kept()

        let (_, after) = try Self.block(surroundings)
        Self.work(after, atSecond: 1)

        #expect(surroundings.log.lines.isEmpty)
    }

    @Test func isTheFileOfOneCacheOnly() throws {
        var surroundings = Surroundings()
        surroundings.store = MemoryStore()
        var (_, setup) = try Self.block(surroundings)
        _ = try Cache(parsing: try stanzas(Self.cache), setup: &setup)

        let error = #expect(throws: CorefileError.self) {
            _ = try Forward(parsing: try stanzas("forward example 192.0.2.53"), setup: &setup)
        }

        #expect(error?.description == "Corefile:2:8: 'kept' is the file of another 'cache' already")
    }
}
