// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What came of questions to a cache since the process started.
struct CacheTally: Hashable, Sendable {
    /// What was given of each kind while it was fresh.
    let successCount: UInt64
    let denialCount: UInt64
    let failureCount: UInt64
    /// What was given at once although it had run out.
    let earlyStaleCount: UInt64
    let missCount: UInt64
    /// What was given after it had run out, at once or once upstreams had failed.
    let staleCount: UInt64
    let prefetchCount: UInt64

    var hitCount: UInt64 { successCount &+ denialCount &+ failureCount &+ earlyStaleCount }

    /// How often what was kept was given, by the kinds as metrics spell them.
    var counts: [(kind: String, count: UInt64)] {
        [
            ("success", successCount), ("denial", denialCount), ("servfail", failureCount),
            ("stale", staleCount),
        ]
    }
}

/// The metrics of the cache, under CoreDNS's names where it has them.
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
    /// What CoreDNS's hits are made of; each query is counted in one of them.
    private static let finerHits = Family.counter(
        "apus_cache_hits_total",
        help: "Queries answered from the cache, by what was kept and whether it had run out.",
        labels: ["server", "kind", "zones", "view"]
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
        "apus_cache_hits_total",
    ]

    let requests: Counter
    let successHits: Counter
    let denialHits: Counter
    let failureHits: Counter
    /// Those of what had run out.
    let staleSuccessHits: Counter
    let staleDenialHits: Counter
    let misses: Counter
    let prefetches: Counter
    let stale: Counter

    /// `values`: of the labels `server`, `zones` and `view`.
    init(_ registry: Registry, _ values: [String]) {
        requests = registry.counter(Self.requests, values)
        func finer(_ kind: String) -> Counter {
            registry.counter(Self.finerHits, [values[0], kind] + values.dropFirst())
        }
        successHits = finer("success")
        denialHits = finer("denial")
        failureHits = finer("servfail")
        staleSuccessHits = finer("stale_success")
        staleDenialHits = finer("stale_denial")
        misses = registry.counter(Self.misses, values)
        prefetches = registry.counter(Self.prefetches, values)
        stale = registry.counter(Self.stale, values)
        let sums = [
            (CacheKind.success, [successHits, staleSuccessHits]),
            (CacheKind.denial, [denialHits, failureHits, staleDenialHits]),
        ]
        for (kind, parts) in sums {
            registry.read(Self.hits, Self.values(values, kind)) { [weak registry] in
                registry.map { all in Double(parts.reduce(0) { $0 &+ all.count($1) }) }
            }
        }
    }

    /// Counts what was found for a client's query.
    func count(_ found: FoundAnswer?, in cells: WorkerCells) {
        cells.increment(requests)
        guard let found else { return cells.increment(misses) }
        if found.isStale { return countStale(found, in: cells) }
        switch found.kind {
        case .success: cells.increment(successHits)
        case .denial: cells.increment(denialHits)
        case .failure: cells.increment(failureHits)
        }
    }

    /// Counts what was found and has run out: no hit where an upstream is asked for it.
    private func countStale(_ found: FoundAnswer, in cells: WorkerCells) {
        let hits = found.kind == .success ? staleSuccessHits : staleDenialHits
        cells.increment(found.isDue ? misses : hits)
    }

    /// What was counted by now, for people.
    func tally(_ registry: Registry) -> CacheTally {
        CacheTally(
            successCount: registry.count(successHits),
            denialCount: registry.count(denialHits),
            failureCount: registry.count(failureHits),
            earlyStaleCount: registry.count(staleSuccessHits) &+ registry.count(staleDenialHits),
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
