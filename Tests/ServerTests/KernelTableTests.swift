// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire
import XDP

@testable import Server

@Suite struct KernelTableTests {
    private let cells = Registry().cells(forWorker: 0)

    /// The answers of a table that another one may not have.
    private func answers(
        _ table: KernelTable,
        otherwiseThan other: KernelTable? = nil
    ) -> [KernelQuestion: KernelAnswer] {
        var found: [KernelQuestion: KernelAnswer] = [:]
        table.answers(otherwiseThan: other, countingIn: cells) { found[$0] = $1 }
        return found
    }

    private func question(_ name: String, table: UInt32 = 0) throws -> KernelQuestion {
        let bytes = try Name(name).bytes
        let question = KernelQuestion(bytes.span, .a, table: table)
        return try #require(question)
    }

    private func answer(_ last: UInt8, zone: UInt32 = 0, ttl: UInt8 = 5) -> KernelAnswer? {
        let record: [UInt8] = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4, 192, 0, 2, last]
        return KernelAnswer(record: record, udpByteCount: 1_232, zone: zone)
    }

    @Test func givesTheAnswersOfTheSockets() throws {
        let block = KernelFixture.block([Oracle(["a.example.": [1], "b.example.": [2]])])

        let found = try answers(#require(KernelFixture.tables([block]).tables.first))

        #expect(found.count == 2)
        #expect(try found[question("a.example.")] == answer(1))
        #expect(try found[question("b.example.")] == answer(2))
    }

    @Test func leavesOutWhatTheSocketsAnswerOtherwise() throws {
        let oracle = Oracle([
            "a.example.": [1], "b.example.": [2, 3], "c.example.": [], "d.inner.example.": [4],
            "e.elsewhere.": [5],
        ])
        let inner = KernelFixture.block(
            [ScriptedPlugin.address(9)],
            zones: ["inner.example."],
            interface: nil
        )

        let tables = KernelFixture.tables([KernelFixture.block([oracle]), inner]).tables
        let found = try answers(#require(tables.first))

        // Two records, none, another block's name, and nobody's name.
        #expect(try Array(found.keys) == [question("a.example.")])
    }

    @Test func numbersZonesOverAllBlocks() throws {
        let first = KernelFixture.block([Oracle(["a.one.": [1]])], zones: ["other.", "one."])
        let second = KernelFixture.block([Oracle(["a.two.": [2]])], zones: ["two."])

        let table = try #require(KernelFixture.tables([first, second]).tables.first)
        let found = answers(table)

        #expect(table.zoneCount == 3)
        #expect(try found[question("a.one.")] == answer(1, zone: 1))
        #expect(try found[question("a.two.")] == answer(2, zone: 2))
    }

    @Test func numbersNoZonesOfOtherPorts() throws {
        let oracle = Oracle(["a.one.": [1]])
        let first = KernelFixture.block([oracle], zones: ["other.", "one."], zonePlaces: [1, 3])
        let second = KernelFixture.block([Oracle(["a.two.": [2]])], zones: ["two."])

        let table = try #require(KernelFixture.tables([first, second]).tables.first)
        let found = answers(table)

        #expect(table.zoneCount == 3)
        #expect(table.blocks.map(\.zonePlaces) == [[1, 3], [0]])
        #expect(try found[question("a.one.")] == answer(1, zone: 1))
        #expect(try found[question("a.two.")] == answer(2, zone: 2))
    }

    @Test func namesOnlyWhatMayHaveChanged() throws {
        let old = KernelFixture.block([Oracle(["a.example.": [1], "b.example.": [2]])])
        let new = KernelFixture.block([Oracle(["a.example.": [1], "b.example.": [3]])])
        let before = try #require(KernelFixture.tables([old]).tables.first)
        let after = try #require(KernelFixture.tables([new]).tables.first)

        #expect(try answers(after, otherwiseThan: before) == [question("b.example."): answer(3)])
        #expect(try answers(before, otherwiseThan: after) == [question("b.example."): answer(2)])
    }

    @Test func namesEverythingWhenTheBlocksAreOthers() throws {
        let oracle = Oracle(["a.example.": [1], "b.example.": [2]])
        let old = KernelFixture.block([oracle])
        let before = try #require(KernelFixture.tables([old]).tables.first)
        let inner = KernelFixture.block([oracle], zones: ["inner.example."], interface: nil)

        let after = try #require(KernelFixture.tables([old, inner]).tables.first)

        #expect(answers(after, otherwiseThan: before).count == 2)
    }

    @Test func saysWhyABlockHasNone() {
        let block = KernelFixture.block([Watcher(), Oracle([:])])

        let (tables, refused) = KernelFixture.tables([block])

        #expect(tables.isEmpty)
        #expect(
            refused == ["the sockets answer for example.: 'watcher' has to see every query"]
        )
    }

    @Test func makesNoneWhereNobodyAsks() {
        let block = KernelFixture.block([Oracle([:])], interface: nil)
        let everywhere = KernelFixture.block([Oracle([:])])

        #expect(KernelFixture.tables([block]).tables.isEmpty)
        #expect(KernelFixture.tables([everywhere], address: nil).tables.isEmpty)
    }
}
