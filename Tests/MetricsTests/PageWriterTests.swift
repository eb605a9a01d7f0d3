// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct PageWriterTests {
    @Test func writesFamiliesAndSeriesInOrderWhateverTheOrderTheyCameIn() {
        let orders: [[Int]] = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]]

        let pages = orders.map { order in
            let registry = Registry()
            let b = Family.counter("b_total", help: "B.", labels: ["zone", "proto"])
            let a = Family.gauge("a", help: "A.")
            for step in order {
                switch step {
                case 0: registry.shared.increment(registry.counter(b, ["z.", "udp"]), by: 7)
                case 1: _ = registry.counter(b, [".", "udp"])
                case 2: _ = registry.counter(b, [".", "tcp"])
                default: registry.gauge(a).set(1)
                }
            }
            return registry.text
        }

        #expect(Set(pages).count == 1)
        #expect(
            pages[0] == """
                # HELP a A.
                # TYPE a gauge
                a 1
                # HELP b_total B.
                # TYPE b_total counter
                b_total{zone=".",proto="tcp"} 0
                b_total{zone=".",proto="udp"} 0
                b_total{zone="z.",proto="udp"} 7

                """
        )
    }
}
