// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import Metrics

@Suite struct CellsTests {
    static let hits = Family.counter("hits_total", help: "Hits.")
    static let sizes = Family.histogram("sizes_bytes", help: "Sizes.", scale: .size)

    @Test func addsUpWhatEveryWorkerCounted() {
        let registry = Registry()
        let counter = registry.counter(Self.hits)

        registry.cells(forWorker: 0).increment(counter)
        registry.cells(forWorker: 7).increment(counter, by: 40)
        registry.shared.increment(counter)

        #expect(registry.text.hasSuffix("\nhits_total 42\n"))
    }

    @Test func recordsManyObservationsOfABucketAtOnce() {
        let registry = Registry()
        let histogram = registry.histogram(Self.sizes)

        registry.shared.observe(histogram, 200, count: 3, sum: 500)
        registry.shared.observe(histogram, 100, count: 2, sum: 0)

        #expect(registry.value(of: "sizes_bytes_bucket{le=\"100\"}") == "2")
        #expect(registry.value(of: "sizes_bytes_bucket{le=\"200\"}") == "5")
        #expect(registry.value(of: "sizes_bytes_sum") == "500")
        #expect(registry.value(of: "sizes_bytes_count") == "5")
    }

    @Test func givesAWorkerTheSameCellsAgain() {
        let registry = Registry()

        let again = registry.cells(forWorker: 3) === registry.cells(forWorker: 3)
        let other = registry.cells(forWorker: 3) === registry.cells(forWorker: 2)

        #expect(again)
        #expect(!other)
    }

    @Test func wrapsAroundRatherThanTrapping() {
        let registry = Registry()
        let counter = registry.counter(Self.hits)

        registry.cells(forWorker: 0).increment(counter, by: .max)
        registry.cells(forWorker: 1).increment(counter, by: 3)
        registry.cells(forWorker: 0).increment(counter, by: 1)

        #expect(registry.text.hasSuffix("\nhits_total 3\n"))
    }

    /// Meant for the thread sanitizer as much as for its sums.
    @Test func losesNothingWhileManyCountAndPagesAreMade() async {
        let registry = Registry()
        let counter = registry.counter(Self.hits)
        let histogram = registry.histogram(Self.sizes)
        let rounds = 20_000

        await withTaskGroup { group in
            for worker in 0..<4 {
                group.addTask {
                    let cells = registry.cells(forWorker: worker)
                    for round in 0..<rounds {
                        cells.increment(counter)
                        cells.observe(histogram, UInt64(round % 512))
                        if round % 4 == 0 { registry.shared.increment(counter) }
                    }
                }
            }
            group.addTask { for _ in 0..<20 { _ = registry.page() } }
            group.addTask {
                for zone in 0..<200 {
                    let late = Family.counter("late_total", help: "Late.", labels: ["zone"])
                    registry.shared.increment(registry.counter(late, ["\(zone)"]))
                }
            }
        }

        #expect(registry.value(of: "hits_total") == "\(5 * rounds)")
        #expect(registry.value(of: "sizes_bytes_count") == "\(4 * rounds)")
        #expect(registry.value(of: "late_total{zone=\"199\"}") == "1")
    }
}

extension Registry {
    /// The page as text.
    var text: String { String(decoding: page(), as: UTF8.self) }

    /// The number on the line of `series`, or nil when the page has no such line.
    func value(of series: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix(series + " ") {
            return String(line.dropFirst(series.count + 1))
        }
        return nil
    }
}

/// Random numbers that are the same for the same seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
