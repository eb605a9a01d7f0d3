// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct WorkerRunTests {
    @Test(
        "Workers have the last processors",
        arguments: [(1, [3]), (2, [1, 3]), (3, [0, 1, 3]), (4, nil)] as [(Int, [Int]?)]
    )
    func choosesProcessors(count: Int, processors: [Int]?) {
        #expect(WorkerRun.processors(count, of: [0, 1, 3]) == processors)
    }

    @Test func comparesWhatAQueryCosts() {
        let one = [Measurement(user: 1, system: 3, rate: 1_000)]
        let two = [Measurement(user: 1, system: 4, rate: 1_900, lostCount: 2, wrongCount: 1)]

        #expect(
            WorkerRun.cells(two, floors: one) == ["1.00", "4.00", "1.25", "1900", "2", "1"]
        )
        #expect(WorkerRun.cells(one, floors: one)[2] == "1.00")
        #expect(WorkerRun.cells(two, floors: one).count + 3 == WorkerRun.headings.count)
        #expect(WorkerRun.cells([], floors: []).prefix(4).allSatisfy { $0 == "-" })
    }
}
