// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct HistogramTests {
    static let scales: [Scale] = [
        .time, .slimTime, .programmingTime, .size, Scale(.bytes, []), Scale(.bytes, [0]),
        Scale(.bytes, [7]), Scale(.bytes, [1, 2, 4]), Scale(.bytes, [1, 2, 5]),
        Scale(.bytes, (0..<20).map { UInt64.max - 20 + $0 }),
    ]

    @Test("Each bound is the last value of its bucket", arguments: scales)
    func findsTheBucketAtEveryEdge(scale: Scale) {
        for index in 0..<scale.count {
            guard let bound = scale.bound(index) else { continue }
            #expect(scale.bucket(of: bound) == index)
            #expect(scale.bucket(of: bound + 1) == index + 1)
        }
        #expect(scale.bucket(of: 0) == 0)
        #expect(scale.bucket(of: .max) == scale.count)
        #expect(scale.bound(scale.count) == nil)
        #expect(scale.bound(-1) == nil)
    }

    @Test("The fast way finds the bucket that looking through them all finds", arguments: scales)
    func agreesWithLookingThroughAll(scale: Scale) {
        var generator = Seeded(seed: UInt64(scale.count))
        for _ in 0..<2_000 {
            let value = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            let bounds = (0..<scale.count).compactMap { scale.bound($0) }
            let expected = bounds.firstIndex { value <= $0 } ?? scale.count

            #expect(scale.bucket(of: value) == expected, "value \(value)")
        }
    }

    @Test func hasTheBoundsThatDashboardsKnow() {
        let time = (0..<16).compactMap { Scale.time.bound($0) }.map { Page.text($0, .nanoseconds) }

        #expect(
            time == [
                "0.00025", "0.0005", "0.001", "0.002", "0.004", "0.008", "0.016", "0.032", "0.064",
                "0.128", "0.256", "0.512", "1.024", "2.048", "4.096", "8.192",
            ]
        )
        #expect(Scale.programmingTime.bound(19).map { Page.text($0, .nanoseconds) } == "524.288")
        #expect(Scale.slimTime.bound(4).map { Page.text($0, .nanoseconds) } == "2.5")
        #expect(Scale.size.bound(13) == 64_000)
    }

    @Test func isWrittenAsRunningTotals() {
        let registry = Registry()
        let scale = Scale(.nanoseconds, [250_000, 1_000_000])
        let family = Family.histogram("d_seconds", help: "D.", labels: ["zone"], scale: scale)
        let histogram = registry.histogram(family, ["."])

        for value: UInt64 in [0, 250_000, 250_001, 1_000_001] {
            registry.cells(forWorker: 0).observe(histogram, value)
            registry.shared.observe(histogram, value)
        }

        #expect(
            registry.text == """
                # HELP d_seconds D.
                # TYPE d_seconds histogram
                d_seconds_bucket{zone=".",le="0.00025"} 4
                d_seconds_bucket{zone=".",le="0.001"} 6
                d_seconds_bucket{zone=".",le="+Inf"} 8
                d_seconds_sum{zone="."} 0.003000004
                d_seconds_count{zone="."} 8

                """
        )
    }

    @Test func writesBucketsWithoutOtherLabels() {
        let registry = Registry()
        let scale = Scale(.bytes, [1])
        let histogram = registry.histogram(.histogram("s_bytes", help: "S.", scale: scale))

        registry.shared.observe(histogram, 5)

        #expect(registry.value(of: "s_bytes_bucket{le=\"1\"}") == "0")
        #expect(registry.value(of: "s_bytes_bucket{le=\"+Inf\"}") == "1")
        #expect(registry.value(of: "s_bytes_sum") == "5")
    }
}
