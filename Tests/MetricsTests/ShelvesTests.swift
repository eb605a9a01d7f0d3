// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct ShelvesTests {
    @Test func countsInOneSeriesWhatHasNoRoom() {
        let registry = Registry()
        let family = Family.counter("big_total", help: "Big.", labels: ["a", "b"])
        let half = (0..<(Registry.maximumCells / 2)).map { "\($0)" }
        let last = registry.counters(family, [], over: [half, ["1", "2"]])[half.count - 1, 1]
        #expect(Registry.maximumCells % 2 == 0)
        #expect(registry.droppedSeries == 0)

        let counter = registry.counter(RegistryTests.hits, ["."])
        let again = registry.counter(RegistryTests.hits, ["."])
        let grid = registry.counters(family, ["x"], over: [["1", "2"]])
        let scale = Family.histogram("took_seconds", help: "Took.", scale: .time)
        let histogram = registry.histogram(scale)
        let cells = registry.cells(forWorker: 0)
        cells.increment(last)
        cells.increment(counter)
        cells.increment(again)
        cells.increment(grid[1])
        cells.observe(histogram, 4_000_000_000)

        #expect(registry.droppedSeries == 4)
        #expect(registry.value(of: "apus_metrics_dropped_series") == "4")
        #expect(registry.value(of: "apus_metrics_overflow_total") == "4")
        #expect(registry.value(of: "big_total{a=\"\(half.count - 1)\",b=\"2\"}") == "1")
        #expect(registry.value(of: "hits_total{zone=\".\"}") == nil)
    }

    @Test func takesSoManyFamiliesAndNoMore() {
        let registry = Registry()

        for number in 0..<Registry.maximumFamilies {
            registry.gauge(.gauge("a\(number)", help: "A.")).set(1)
        }
        let full = registry.droppedSeries
        registry.gauge(.gauge("late", help: "Late.")).set(1)

        #expect(full == 0)
        #expect(registry.droppedSeries == 1)
        #expect(registry.value(of: "late") == nil)
        #expect(registry.value(of: "a\(Registry.maximumFamilies - 1)") == "1")
    }

    @Test func takesSoManyGaugesAndNoMore() {
        let registry = Registry()
        let family = Family.gauge("entries", help: "Entries.", labels: ["zone"])
        let read = Family.gauge("read", help: "Read.")

        for number in 0..<Registry.maximumGauges { _ = registry.gauge(family, ["\(number)"]) }
        let full = registry.droppedSeries
        registry.gauge(family, ["late"]).set(1)
        registry.read(read) { 1 }

        #expect(full == 0)
        #expect(registry.droppedSeries == 2)
        #expect(registry.value(of: "entries{zone=\"late\"}") == nil)
        #expect(registry.value(of: "read") == nil)
    }
}
