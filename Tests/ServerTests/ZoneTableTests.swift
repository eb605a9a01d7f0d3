// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

@Suite struct ZoneTableTests {
    private func table(_ zones: [[String]]) throws -> ZoneTable {
        ZoneTable(
            try zones.map { zones in
                ServerBlock(
                    zones: try zones.map { try Name($0) },
                    chain: Chain([]),
                    limits: AnswerLimits(),
                    takesEveryClass: false
                )
            }
        )
    }

    private func found(_ table: ZoneTable, _ name: String, from label: Int = 0) throws -> [Int] {
        let found = table.find(try QueryName(Name(name)), fromLabel: label)
        return found.map { [$0.block, $0.label] } ?? []
    }

    @Test(
        arguments: [
            ("www.example.org.", [0, 1]), ("example.org.", [0, 0]), ("a.b.example.org.", [0, 2]),
            ("sub.example.org.", [1, 0]), ("x.SUB.Example.ORG.", [1, 1]),
            ("xsub.example.org.", [0, 1]),
            ("org.", [2, 0]), ("other.org.", [2, 1]), ("com.", [3, 1]), (".", [3, 0]),
            ("second.example.", [0, 0]), ("x.second.example.", [0, 1]), ("Mixed.Case.", [4, 0]),
        ] as [(String, [Int])]
    )
    func findsTheLongestZone(name: String, expected: [Int]) throws {
        let table = try table([
            ["example.org.", "second.example."], ["sub.example.org."], ["org."], ["."],
            ["mIXED.cASE."],
        ])

        #expect(try found(table, name) == expected)
    }

    @Test func findsNothingOutsideItsZones() throws {
        let table = try table([["example.org."]])

        #expect(try found(table, "example.com.") == [])
        #expect(try found(table, "org.") == [])
        #expect(try found(table, ".") == [])
        #expect(try found(self.table([]), "a.") == [])
    }

    @Test func looksFromALabelOn() throws {
        let table = try table([["a.b."], ["b."]])

        #expect(try found(table, "a.b.", from: 1) == [1, 1])
        #expect(try found(table, "a.b.", from: 2) == [])
        #expect(try found(table, "a.b.", from: 99) == [])
    }

    @Test func keepsTheFirstOfTwoBlocksWithOneZone() throws {
        #expect(try found(table([["a."], ["A."]]), "a.") == [0, 0])
    }

    @Test func findsEachOfThousands() throws {
        let zones = (0..<3_000).map { ["z\($0).example."] }
        let table = try table(zones)
        for index in stride(from: 0, to: 3_000, by: 7) {
            #expect(try found(table, "x.Z\(index).example.") == [index, 1])
        }

        #expect(try found(table, "z3000.example.") == [])
    }

    @Test func findsTheDeepestZoneThereCanBe() throws {
        let name = String(repeating: "a.", count: 127)

        #expect(try found(table([["."], [name]]), name) == [1, 0])
    }
}
