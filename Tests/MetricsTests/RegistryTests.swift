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

    @Test func tellsWhatIsCountedWithoutAPage() {
        let registry = Registry()
        let hits = registry.counter(Self.hits, ["."])
        let family = Family.histogram("d_seconds", help: "D.", scale: .slimTime)
        let durations = registry.histogram(family)
        registry.shared.increment(hits)
        registry.cells(forWorker: 0).increment(hits, by: 2)
        registry.cells(forWorker: 1).increment(hits, by: 4)
        for value: UInt64 in [0, 250_000, 1_000_000_000, .max >> 1] {
            registry.cells(forWorker: 1).observe(durations, value)
        }

        #expect(registry.count(hits) == 7)
        #expect(registry.count(durations) == 4)
        #expect(registry.count(registry.counter(Self.hits, ["example."])) == 0)
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

    @Test func gathersBeforeEachPage() {
        let registry = Registry()
        let counter = registry.counter(Family.counter("late_total", help: "Late."))
        registry.beforePage { registry.shared.increment(counter) }

        #expect(registry.value(of: "late_total") == "1")
        #expect(registry.value(of: "late_total") == "2")

        registry.beforePage(nil)

        #expect(registry.value(of: "late_total") == "2")
    }
}
