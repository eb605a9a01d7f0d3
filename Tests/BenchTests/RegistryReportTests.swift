// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct RegistryReportTests {
    @Test func givesMediansAndWhatTheyAreOfTheirFloors() {
        let rounds = [
            RegistryMeasurement(wall: 10, processor: 300, memory: 90, peak: 120),
            RegistryMeasurement(wall: 30, processor: 100, memory: 110, peak: 100),
            RegistryMeasurement(wall: 20, processor: 200, memory: 100, peak: 110),
        ]
        let report = RegistryReport(rounds: rounds, parsing: 80, loaded: 100)

        #expect(
            report.cells == ["20.0", "-", "200.00", "80", "2.50", "100.0", "110.0", "1.10"]
        )
        #expect(report.cells.count + 4 == RegistryReport.headings.count)
    }

    @Test func leavesOutWhatWasNotMeasured() {
        let rounds = [RegistryMeasurement(wall: nil, processor: 1, memory: nil)]

        #expect(
            RegistryReport(rounds: rounds, parsing: 0, loaded: nil).cells
                == ["-", "-", "1.00", "0", "-", "-", "-", "-"]
        )
        #expect(
            RegistryReport(rounds: [], parsing: nil, loaded: 1).cells
                == [String](repeating: "-", count: 8)
        )
    }

    @Test func sumsManyChangesUp() {
        var measured = RegistryMeasurement(wall: nil, processor: 1, memory: 2)
        measured.add(changes: (1...100).reversed().map { $0 * 1_000_000 })

        #expect(measured.wall == 50)
        #expect(measured.worstOfHundred == 99)
    }
}
