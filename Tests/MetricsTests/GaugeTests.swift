// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct GaugeTests {
    static let entries = Family.gauge("entries", help: "Entries.", labels: ["zone"])

    @Test func isOnThePageOnceItIsSetAndUntilItIsCleared() {
        let registry = Registry()
        let gauge = registry.gauge(Self.entries, ["."])

        let before = registry.text
        gauge.set(-3)
        let set = registry.value(of: "entries{zone=\".\"}")
        gauge.clear()
        let after = registry.text

        #expect(before == "")
        #expect(set == "-3")
        #expect(after == "")
    }

    @Test func isTheSameGaugeForTheSameLabels() {
        let registry = Registry()

        registry.gauge(Self.entries, ["."]).set(1)
        registry.gauge(Self.entries, ["."]).set(2)
        registry.gauge(Self.entries, ["example."]).set(3)

        #expect(registry.value(of: "entries{zone=\".\"}") == "2")
        #expect(registry.value(of: "entries{zone=\"example.\"}") == "3")
    }

    @Test(
        "Every number has its text",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1.5, "1.5"), (1e15, "1000000000000000"), (1e300, "1e+300"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (.signalingNaN, "NaN"),
            (Double(bitPattern: 0x7FF8_0000_A905_0000), "NaN"),
        ] as [(Double, String)]
    )
    func writesNumbers(value: Double, text: String) {
        let gauge = Gauge()

        gauge.set(value)

        #expect(gauge.value.map { Page.text($0) } == text)
    }
}
