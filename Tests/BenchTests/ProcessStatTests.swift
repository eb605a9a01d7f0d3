// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct ProcessStatTests {
    /// What follows a process's name, with group 77, 12 user ticks and 34 system ticks.
    static let rest = "S 1 77 78 0 -1 4194304 100 200 0 0 12 34 5 6 20 0 1 0 999 1000 2000"

    @Test(
        "The name may hold whatever it likes",
        arguments: [
            "nsd", "nsd: server 1", "a (b", "a) b", ") 1 2 3 (", "()", "(((", ")))", "",
            "S 1 2 3 4 5 6 7 8 9 10 11 12 13",
        ]
    )
    func readsNames(name: String) throws {
        let stat = try #require(ProcessStat("4711 (\(name)) \(Self.rest)\n"))

        #expect(stat.name == name)
        #expect(stat.group == 77)
        #expect(stat.userTicks == 12)
        #expect(stat.systemTicks == 34)
    }

    @Test(
        "What is no such line is not read",
        arguments: [
            "", "4711", "4711 nsd S 1 2", "4711 (nsd", "4711 )nsd( " + rest, "4711 (nsd) S 1 77",
            "4711 (nsd) S 1 x 78 0 -1 4194304 100 200 0 0 12 34",
            "4711 (nsd) S 1 77 78 0 -1 4194304 100 200 0 0 -12 34",
            "4711 (nsd) S 1 77 78 0 -1 4194304 100 200 0 0 12 99999999999999999999",
        ]
    )
    func refusesOtherText(text: String) {
        #expect(ProcessStat(text) == nil)
    }
}
