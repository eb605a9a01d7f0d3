// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What came of questions to a cache since the process started.
struct CacheTally: Hashable, Sendable {
    let hitCount: UInt64
    let missCount: UInt64
    let staleCount: UInt64
    let prefetchCount: UInt64
}

/// The metrics of the cache, under CoreDNS's names.
struct CacheMetrics: Sendable {
    private static let labels = ["server", "zones", "view"]
    private static let kindLabels = ["server", "type", "zones", "view"]

    private static let requests = Family.counter(
        "coredns_cache_requests_total",
        help: "Queries that the cache was asked about.",
        labels: labels
    )
    private static let hits = Family.counter(
        "coredns_cache_hits_total",
        help: "Queries answered from the cache.",
        labels: kindLabels
    )
    private static let misses = Family.counter(
        "coredns_cache_misses_total",
        help: "Queries that the cache had nothing for.",
        labels: labels
    )
    private static let prefetches = Family.counter(
        "coredns_cache_prefetch_total",
        help: "Answers fetched again before they ran out.",
        labels: labels
    )
    private static let stale = Family.counter(
        "coredns_cache_served_stale_total",
        help: "Queries answered with what had run out.",
        labels: labels
    )
    static let evictions = Family.counter(
        "coredns_cache_evictions_total",
        help: "Answers thrown out to make room.",
        labels: kindLabels
    )
    static let entries = Family.gauge(
        "coredns_cache_entries",
        help: "Answers that are kept.",
        labels: kindLabels
    )
    static let bytes = Family.gauge(
        "apus_cache_bytes",
        help: "The memory that answers take, in bytes.",
        labels: labels
    )

    /// The names of all of them, without the prefix of CoreDNS's.
    static let names = [
        "cache_requests_total", "cache_hits_total", "cache_misses_total", "cache_prefetch_total",
        "cache_served_stale_total", "cache_evictions_total", "cache_entries", "apus_cache_bytes",
    ]

    let requests: Counter
    let successHits: Counter
    let denialHits: Counter
    let misses: Counter
    let prefetches: Counter
    let stale: Counter

    /// `values`: of the labels `server`, `zones` and `view`.
    init(_ registry: Registry, _ values: [String]) {
        requests = registry.counter(Self.requests, values)
        successHits = registry.counter(Self.hits, Self.values(values, .success))
        denialHits = registry.counter(Self.hits, Self.values(values, .denial))
        misses = registry.counter(Self.misses, values)
        prefetches = registry.counter(Self.prefetches, values)
        stale = registry.counter(Self.stale, values)
    }

    /// What was counted by now, for people.
    func tally(_ registry: Registry) -> CacheTally {
        CacheTally(
            hitCount: registry.count(successHits) &+ registry.count(denialHits),
            missCount: registry.count(misses),
            staleCount: registry.count(stale),
            prefetchCount: registry.count(prefetches)
        )
    }

    /// The values of the labels with the kind among them.
    static func values(_ values: [String], _ kind: CacheKind) -> [String] {
        [values[0], kind.name] + values.dropFirst()
    }
}
