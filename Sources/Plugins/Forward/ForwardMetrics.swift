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
    private static let surplus = Family.counter(
        "coredns_forward_surplus_total",
        help: "Attempts that were not made because an upstream was asked enough already."
    )
    private static let rate = Family.gauge(
        "coredns_forward_upstream_rate_limit",
        help: "Questions a second that an upstream was seen to bear; only while it loses some.",
        labels: ["to"]
    )
    private static let failures = Family.counter(
        "coredns_proxy_healthcheck_failures_total",
        help: "Failures of an upstream that count against its health.",
        labels: ["proxy_name", "to"]
    )
    private static let errors = Family.counter(
        "coredns_forward_upstream_errors_total",
        help: "Exchanges with an upstream that brought nothing to relay, and codes that fail over.",
        labels: ["to", "class"]
    )
    private static let leaks = Family.counter(
        "coredns_forward_leaked_names_total",
        help: "Names of a cluster that were forwarded, as search paths leave them."
    )
    private static let hedges = Family.counter(
        "coredns_forward_hedges_total",
        help: "Queries for which a second upstream was asked because the first was slow."
    )
    private static let loops = Family.counter(
        "coredns_forward_loops_total",
        help: "How often an upstream was seen to send questions back to this server.",
        labels: ["to"]
    )
    private static let latency = Family.gauge(
        "coredns_forward_upstream_latency_seconds",
        help: "The smoothed time from asking an upstream to its reply.",
        labels: ["to"]
    )
    private static let standing = Family.gauge(
        "coredns_forward_upstream_state",
        help: "What is thought of an upstream: 0 well, 1 doubtful, 2 down, 3 looping.",
        labels: ["to"]
    )
    private static let reuses = Family.counter(
        "coredns_proxy_conn_cache_hits_total",
        help: "Questions that went over a connection to an upstream that was there already.",
        labels: ["proxy_name", "to", "proto"]
    )
    private static let openings = Family.counter(
        "coredns_proxy_conn_cache_misses_total",
        help: "Questions that had to wait for a connection to an upstream.",
        labels: ["proxy_name", "to", "proto"]
    )
    private static let durations = Family.histogram(
        "coredns_proxy_request_duration_seconds",
        help: "From asking an upstream to its reply.",
        labels: ["proxy_name", "to", "rcode"],
        scale: .time
    )

    /// The names of all of them, without the prefix `coredns_`.
    static let names = [
        "forward_healthcheck_broken_total", "forward_hedges_total", "forward_leaked_names_total",
        "forward_loops_total",
        "forward_max_concurrent_rejects_total",
        "forward_surplus_total", "forward_upstream_errors_total",
        "forward_upstream_latency_seconds",
        "forward_upstream_rate_limit", "forward_upstream_state",
        "proxy_conn_cache_hits_total", "proxy_conn_cache_misses_total",
        "proxy_healthcheck_failures_total", "proxy_request_duration_seconds",
    ]

    let broken: Counter
    let rejects: Counter
    /// Attempts that an upstream's limit forbade.
    let surplus: Counter
    let hedges: Counter
    let leaks: Counter

    init(_ registry: Registry) {
        broken = registry.counter(Self.broken)
        rejects = registry.counter(Self.rejects)
        surplus = registry.counter(Self.surplus)
        hedges = registry.counter(Self.hedges)
        leaks = registry.counter(Self.leaks)
    }

    /// What may come of an exchange instead of something to relay.
    enum FailureKind: String, CaseIterable, Sendable {
        case timeout
        case network
        /// A reply that is no message.
        case invalid
        /// A reply whose question has another case.
        case changedCase = "case"
        /// A reply with a code that means to ask the next upstream.
        case code = "rcode"
    }

    /// The metrics of one upstream.
    struct OfUpstream: Sendable {
        /// The codes that have a series of their own (RFC 1035); the rest are `other`.
        static let codeNames =
            (0...5).map { ResponseCode(rawValue: $0).description } + ["other"]

        let failures: Counter
        let loops: Counter
        let errors: [Counter]
        let durations: [Histogram]

        /// `upstream`: its address and port, or its name and port.
        init(_ registry: Registry, to upstream: String) {
            let labels = ["forward", upstream]
            failures = registry.counter(ForwardMetrics.failures, labels)
            loops = registry.counter(ForwardMetrics.loops, [labels[1]])
            errors = FailureKind.allCases.map {
                registry.counter(ForwardMetrics.errors, [labels[1], $0.rawValue])
            }
            durations = Self.codeNames.map {
                registry.histogram(ForwardMetrics.durations, labels + [$0])
            }
        }

        /// The counters of questions whose connection was there, and of those that waited for one.
        static func connections(
            _ registry: Registry,
            to upstream: String,
            isSecure: Bool
        ) -> (reuses: Counter, openings: Counter) {
            let labels = ["forward", upstream, isSecure ? "tcp-tls" : "tcp"]
            return (
                registry.counter(ForwardMetrics.reuses, labels),
                registry.counter(ForwardMetrics.openings, labels)
            )
        }

        /// Puts on the page how an upstream fares, for as long as it is asked.
        static func show(
            _ health: UpstreamHealth,
            of upstream: Endpoint,
            maximumFailures: UInt64,
            on registry: Registry
        ) {
            let name = upstream.description
            registry.read(ForwardMetrics.latency, [name]) { [weak health] in
                guard let latency = health?.latency, latency.isKnown else { return nil }
                return Double(latency.nanoseconds) / 1e9
            }
            registry.read(ForwardMetrics.rate, [name]) { [weak health] in
                health?.pace.learntRate
            }
            registry.read(ForwardMetrics.standing, [name]) { [weak health] in
                (health?.standing(maximumFailures: maximumFailures)).map { Double($0.rawValue) }
            }
        }

        /// Puts on the page how the best of the servers fares that a name stands for.
        static func show(
            _ host: UpstreamHost,
            maximumFailures: UInt64,
            on registry: Registry
        ) {
            registry.read(ForwardMetrics.latency, [host.label]) { [weak host] in
                let known = host?.upstreams.map(\.health.latency).filter(\.isKnown)
                return (known?.map(\.nanoseconds).min()).map { Double($0) / 1e9 }
            }
            registry.read(ForwardMetrics.standing, [host.label]) { [weak host] in
                host?.upstreams.map { upstream in
                    Double(upstream.health.standing(maximumFailures: maximumFailures).rawValue)
                }.min()
            }
        }

        /// Counts what came instead of something to relay.
        func count(_ kind: FailureKind, _ cells: WorkerCells) {
            guard let place = FailureKind.allCases.firstIndex(of: kind) else { return }
            cells.increment(errors[place])
        }

        /// Counts a reply with its code and the time it took.
        func count(_ code: ResponseCode, nanoseconds: UInt64, _ cells: WorkerCells) {
            let place = min(Int(code.rawValue), durations.count - 1)
            cells.observe(durations[place], nanoseconds)
        }
    }
}
