// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// The metrics of forwarding, under CoreDNS's names.
struct ForwardMetrics: Sendable {
    private static let broken = Family.counter(
        "coredns_forward_healthcheck_broken_total",
        help: "Queries sent although every upstream seemed to be down."
    )
    private static let rejects = Family.counter(
        "coredns_forward_max_concurrent_rejects_total",
        help: "Queries refused because too many were being forwarded."
    )
    private static let failures = Family.counter(
        "coredns_proxy_healthcheck_failures_total",
        help: "Failures of an upstream that count against its health.",
        labels: ["proxy_name", "to"]
    )
    private static let durations = Family.histogram(
        "coredns_proxy_request_duration_seconds",
        help: "From asking an upstream to its reply.",
        labels: ["proxy_name", "to", "rcode"],
        scale: .time
    )

    /// The names of all of them, without the prefix `coredns_`.
    static let names = [
        "forward_healthcheck_broken_total", "forward_max_concurrent_rejects_total",
        "proxy_healthcheck_failures_total", "proxy_request_duration_seconds",
    ]

    let broken: Counter
    let rejects: Counter

    init(_ registry: Registry) {
        broken = registry.counter(Self.broken)
        rejects = registry.counter(Self.rejects)
    }

    /// The metrics of one upstream.
    struct OfUpstream: Sendable {
        /// The codes that have a series of their own (RFC 1035); the rest are `other`.
        private static let codeNames =
            (0...5).map { ResponseCode(rawValue: $0).description } + ["other"]

        let failures: Counter
        private let durations: [Histogram]

        init(_ registry: Registry, to upstream: Endpoint) {
            let labels = ["forward", upstream.description]
            failures = registry.counter(ForwardMetrics.failures, labels)
            durations = Self.codeNames.map {
                registry.histogram(ForwardMetrics.durations, labels + [$0])
            }
        }

        /// Counts a reply with its code and the time it took.
        func count(_ code: ResponseCode, nanoseconds: UInt64, _ cells: WorkerCells) {
            let place = min(Int(code.rawValue), durations.count - 1)
            cells.observe(durations[place], nanoseconds)
        }
    }
}
