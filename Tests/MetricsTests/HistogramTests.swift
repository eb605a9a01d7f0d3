// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct HistogramTests {
    @Test func isTwoWords() {
        #expect(MemoryLayout<Histogram>.size == 16)
    }

    @Test func isWrittenAsRunningTotals() {
        let registry = Registry()
        let scale = Scale.doubling(.nanoseconds, from: 250_000, count: 2)
        let family = Family.histogram("d_seconds", help: "D.", labels: ["zone"], scale: scale)
        let histogram = registry.histogram(family, ["."])

        for value: UInt64 in [0, 250_000, 250_001, 500_001] {
            registry.cells(forWorker: 0).observe(histogram, value)
            registry.shared.observe(histogram, value)
        }

        #expect(
            registry.text == """
                # HELP d_seconds D.
                # TYPE d_seconds histogram
                d_seconds_bucket{zone=".",le="0.00025"} 4
                d_seconds_bucket{zone=".",le="0.0005"} 6
                d_seconds_bucket{zone=".",le="+Inf"} 8
                d_seconds_sum{zone="."} 0.002000004
                d_seconds_count{zone="."} 8

                """
        )
    }

    @Test func writesBucketsWithoutOtherLabels() {
        let registry = Registry()
        let scale = Scale.doubling(.bytes, from: 1, count: 1)
        let histogram = registry.histogram(.histogram("s_bytes", help: "S.", scale: scale))

        registry.shared.observe(histogram, 5)

        #expect(registry.value(of: "s_bytes_bucket{le=\"1\"}") == "0")
        #expect(registry.value(of: "s_bytes_bucket{le=\"+Inf\"}") == "1")
        #expect(registry.value(of: "s_bytes_sum") == "5")
    }
}
