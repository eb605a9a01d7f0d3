// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct SaidReportsTests {
    private let one = Report("a:1:1: wrong")
    private let two = Report("a:2:1: wrong")

    @Test func saysWhatTwoBlocksReportOnce() {
        var said = SaidReports()

        #expect(said.news(in: [one, two, one, two]) == [one, two])
    }

    @Test func saysOnlyWhatIsNew() {
        var said = SaidReports()

        #expect(said.news(in: [one]) == [one])
        #expect(said.news(in: [two, one]) == [two])
        #expect(said.news(in: [one, two]) == [])
    }

    @Test func saysAgainWhatWasMendedInBetween() {
        var said = SaidReports()

        #expect(said.news(in: [one]) == [one])
        #expect(said.news(in: []) == [])
        #expect(said.news(in: [one]) == [one])
    }

    @Test func tellsAWarningFromAMistake() {
        var said = SaidReports()
        let warning = Report("a:1:1: wrong", isWarning: true)

        #expect(said.news(in: [one, warning]) == [one, warning])
    }
}
