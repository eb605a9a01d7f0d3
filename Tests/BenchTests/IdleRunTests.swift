// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct IdleRunTests {
    @Test func comesFromAsManyAddressesAsAreNeeded() {
        let sources = (0..<IdleRun.connectionCount).map { IdleRun.source(of: $0) }
        let counts = Dictionary(grouping: sources) { $0 }.mapValues(\.count)

        #expect("\(sources[0])" == "127.0.1.1")
        #expect("\(sources[IdleRun.connectionCount - 1])" == "127.0.20.1")
        // Apus takes 512 of one address.
        #expect(counts.values.allSatisfy { $0 <= 500 })
    }

    @Test func dividesTheGrowthByTheOpenConnections() {
        let result = IdleRun.Result(openCount: 1_000, before: 10_000_000, after: 12_500_000)

        #expect(result.byteCountEach == 2_500)
        #expect(result.cells == ["1000", "10.0", "12.5", "2500"])
        #expect(result.cells.count + 2 == IdleRun.headings.count)
        #expect(IdleRun.Result(openCount: 0, before: 1, after: 2).cells.last == "-")
        #expect(IdleRun.Result(openCount: 1, before: 2, after: 1).byteCountEach == 0)
    }
}
