// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct RegistryTests {
    static let hits = Family.counter("hits_total", help: "Hits.", labels: ["zone"])

    @Test func givesAReloadTheSameSeries() {
        let registry = Registry()
        let before = registry.counter(Self.hits, ["."])
        registry.shared.increment(before)

        let after = registry.counter(Self.hits, ["."])
        let other = registry.counter(Self.hits, ["example."])

        #expect(before == after)
        #expect(before != other)
        #expect(registry.value(of: "hits_total{zone=\".\"}") == "1")
    }

    @Test func countsInOneSeriesWhatHasNoRoom() {
        let registry = Registry()
        let family = Family.counter("big_total", help: "Big.", labels: ["a", "b"])
        let half = (0..<(Registry.maximumCells / 2)).map { "\($0)" }
        let last = registry.counters(family, [], over: [half, ["1", "2"]])[half.count - 1, 1]
        #expect(Registry.maximumCells % 2 == 0)
        #expect(registry.droppedSeries == 0)

        let counter = registry.counter(Self.hits, ["."])
        let again = registry.counter(Self.hits, ["."])
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

    @Test func asksReadingsWhenThePageIsMade() {
        let registry = Registry()
        let cpu = Family.counter("process_cpu_seconds_total", help: "CPU.")
        let files = Family.gauge("process_open_fds", help: "Files.")

        registry.read(cpu) { 1.25 }
        registry.read(files) { 10 }
        registry.read(files) { 11 }
        registry.read(.gauge("unknown", help: "Unknown.")) { nil }
        let first = registry.text
        registry.stopReading(files)
        registry.stopReading(files)

        #expect(
            first == """
                # HELP process_cpu_seconds_total CPU.
                # TYPE process_cpu_seconds_total counter
                process_cpu_seconds_total 1.25
                # HELP process_open_fds Files.
                # TYPE process_open_fds gauge
                process_open_fds 11

                """
        )
        #expect(registry.value(of: "process_open_fds") == nil)
    }

    @Test func letsAReadingLookAtTheRegistry() {
        let registry = Registry()

        registry.read(.gauge("dropped", help: "Dropped.")) { [weak registry] in
            registry.map { Double($0.droppedSeries) }
        }

        #expect(registry.value(of: "dropped") == "0")
    }

    @Test func refusesOneNameForTwoThings() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.counter(.counter("a_total", help: "A."))
            _ = registry.counter(.counter("a_total", help: "B."))
        }
        await #expect(processExitsWith: .failure) {
            _ = Registry().counter(.counter("a_total", help: "A.", labels: ["zone"]))
        }
    }
}
