// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct CounterTests {
    static let answers = Family.counter(
        "answers_total",
        help: "Answers.",
        labels: ["zone", "rcode", "plugin"]
    )
    static let codes = ["NOERROR", "NXDOMAIN", "other"]
    static let plugins = ["file", "hosts"]

    @Test func showsOfAGridWhatHasCounted() {
        let registry = Registry()
        let grid = registry.counters(Self.answers, ["."], over: [Self.codes, Self.plugins])
        let cells = registry.cells(forWorker: 0)

        cells.increment(grid[0, 1])
        cells.increment(grid[2, 0], by: 5)

        #expect(
            registry.text == """
                # HELP answers_total Answers.
                # TYPE answers_total counter
                answers_total{zone=".",rcode="NOERROR",plugin="hosts"} 1
                answers_total{zone=".",rcode="other",plugin="file"} 5

                """
        )
    }

    @Test("An index outside a set is its last value", arguments: [-1, 3, 4, Int.min, Int.max])
    func takesTheLastForTheRest(index: Int) {
        let registry = Registry()
        let grid = registry.counters(Self.answers, ["."], over: [Self.codes, Self.plugins])

        let cells = registry.cells(forWorker: 0)
        cells.increment(grid, index, 1, index)

        #expect(cells.value(Int(grid[2, 1].cell)) == 1)
        #expect(grid[index, 0] == grid[2, 0])
        #expect(grid[0, index] == grid[0, 1])
        #expect(grid[0, 0, index] == grid[0, 0])
    }

    @Test func givesEveryCombinationItsOwnCell() {
        let registry = Registry()
        let family = Family.counter("x_total", help: "X.", labels: ["a", "b", "c"])
        let grid = registry.counters(
            family,
            [],
            over: [["1", "2"], ["1", "2", "3"], ["1", "2"]]
        )
        let next = registry.counter(.counter("y_total", help: "Y."))

        var cells: Set<UInt32> = [next.cell]
        for a in 0..<2 { for b in 0..<3 { for c in 0..<2 { cells.insert(grid[a, b, c].cell) } } }

        #expect(cells.count == 13)
    }

    @Test func addsUpGridsThatHoldTheSameSeries() {
        let registry = Registry()
        let old = registry.counters(Self.answers, ["."], over: [Self.codes, Self.plugins])
        let new = registry.counters(Self.answers, ["."], over: [Self.codes, ["hosts"]])

        registry.shared.increment(old[0, 1])
        registry.shared.increment(new[0, 0])

        let line = "answers_total{zone=\".\",rcode=\"NOERROR\",plugin=\"hosts\"}"
        #expect(registry.value(of: line) == "2")
    }

    @Test func showsNothingOfWhatIsDiscarded() {
        let registry = Registry()
        let cells = registry.cells(forWorker: 0)

        cells.increment(Counter.discarded)
        cells.increment(CounterGrid.discarded[4, 5, 6])
        cells.observe(Histogram.discarded, 9)

        #expect(registry.text == "")
    }
}
