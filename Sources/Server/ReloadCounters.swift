// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What the control plane counts about reloads.
struct ReloadCounters: Sendable {
    private static let failures = Family.counter(
        "coredns_reload_failed_total",
        help: "Reloads that were refused."
    )
    private static let faults = Family.counter(
        "apus_data_faults_total",
        help: "Documents and zones that were wrong when they were read."
    )
    private static let kept = Family.gauge(
        "apus_data_units_kept",
        help: "Objects, zones and files of hosts that are served in an old form now."
    )
    private static let build = Family.gauge(
        "coredns_build_info",
        help: "1, with the version as a label.",
        labels: ["version", "revision", "goversion"]
    )

    private let failed: Counter
    private let faulty: Counter
    private let kept: Gauge

    init(_ registry: Registry) {
        failed = registry.counter(Self.failures)
        faulty = registry.counter(Self.faults)
        kept = registry.gauge(Self.kept)
        registry.gauge(Self.build, [Version.number, "", ""]).set(1)
    }

    func countFailure(_ registry: Registry) { registry.shared.increment(failed) }

    func setKept(_ units: [String: Int]) { kept.set(Double(units.values.reduce(0, &+))) }

    func countFault(_ registry: Registry) { registry.shared.increment(faulty) }
}
