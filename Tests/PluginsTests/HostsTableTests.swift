// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct HostsTableTests {
    private func lines(_ count: Int, address: (Int) -> UInt32) throws -> [HostsLine] {
        try (0..<count).map {
            HostsLine(
                address: IPAddress(v4: address($0)),
                names: [try Name("n\($0).example")]
            )
        }
    }

    @Test(arguments: [(3, 3, 0), (3, 4, 1), (0, 1, 1)])
    func holdsAsManyNamesAsItMayAndTellsTheRest(limit: Int, count: Int, reportCount: Int) throws {
        var reports: [Report] = []
        let table = HostsTable(
            try lines(count) { UInt32($0) },
            zones: [.root],
            hasReverse: false,
            path: "/h",
            maximumNameCount: limit,
            reports: &reports
        )

        #expect(table.nameCount == min(limit, count))
        #expect(reports.count == reportCount)
        let last = try QueryName(try Name("n\(count - 1).example"))
        #expect((table.place(of: last) != nil) == (count <= limit))
    }

    @Test(arguments: [HostsTable.maximumTargetCount, HostsTable.maximumTargetCount + 1])
    func answersAnAddressWithTheFirstOfManyNames(count: Int) throws {
        var surroundings = Surroundings()
        surroundings.files.contents["/h"] = (0..<count).map { "0.0.0.0 n\($0)\n" }.joined()
        let (plugin, _) = try surroundings.make(Hosts.self, "hosts /h")

        let found = ask(plugin, try query("0.0.0.0.in-addr.arpa", .ptr))

        #expect(found.answers.count == HostsTable.maximumTargetCount)
    }

    @Test func findsEveryNameAmongMany() throws {
        var reports: [Report] = []
        let table = HostsTable(
            try lines(1_000) { UInt32($0) + 1 },
            zones: [.root],
            hasReverse: true,
            path: "/h",
            reports: &reports
        )

        for number in 0..<1_000 {
            let place = table.place(of: try QueryName(try Name("N\(number).Example")))
            #expect(place.map { table.isNamed($0) } == true)
        }
        #expect(table.place(of: try QueryName(try Name("n1000.example"))) == nil)
        #expect(table.place(of: QueryName()).map { table.isNamed($0) } == false)
    }
}
