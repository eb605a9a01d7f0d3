// SPDX-License-Identifier: Apache-2.0

import Commands
import Metrics

/// How much a cache keeps, and of what use that was.
struct CacheReport: Sendable {
    private let place: CacheBook.Place
    private let answerCount: Int
    /// Denials and failures.
    private let denialCount: Int
    private let usedByteCount: Int
    private let capacityByteCount: Int
    private let evictionCount: Int
    private let tally: CacheTally

    init(_ page: CacheBook.Page, _ registry: Registry) {
        let cache = page.kept.cache
        place = page.place
        answerCount = cache.entryCount(ofQueue: CacheKind.success.queue)
        denialCount = cache.entryCount(ofQueue: CacheKind.denial.queue)
        usedByteCount = cache.usedByteCount
        capacityByteCount = cache.byteCount
        evictionCount =
            cache.evictionCount(ofQueue: CacheKind.success.queue)
            + cache.evictionCount(ofQueue: CacheKind.denial.queue)
        tally = page.kept.metrics.tally(registry)
    }

    /// Of all queries that the cache was asked about the share of so many, in percent; empty when
    /// there were none.
    private func share(_ count: UInt64) -> String {
        let asked = tally.hitCount &+ tally.missCount
        return asked == 0 ? "" : "\(count &* 100 / asked)%"
    }

    /// The shares of the kinds, as a cell behind the others.
    var shares: String {
        tally.counts.map { "\($0.kind) \(share($0.count))" }.joined(separator: ", ")
    }

    /// The cells of a table's row.
    var cells: [String] {
        let share = share(tally.hitCount)
        let hits = "\(tally.hitCount)" + (share.isEmpty ? "" : " (\(share))")
        return [
            place.server, place.zones, "\(answerCount)", "\(denialCount)",
            Self.sizeText(usedByteCount), Self.sizeText(capacityByteCount),
            hits, "\(tally.missCount)", "\(tally.staleCount)",
            "\(evictionCount)",
        ]
    }

    /// The report for machines.
    var tree: Tree {
        var tree = Tree.map([])
        tree["server"] = .string(place.server)
        tree["zones"] = .list(place.zones.split(separator: ",").map { .string(String($0)) })
        tree["answers"] = .integer(answerCount)
        tree["denials"] = .integer(denialCount)
        tree["bytes"] = .integer(usedByteCount)
        tree["capacityBytes"] = .integer(capacityByteCount)
        tree["evictions"] = .integer(evictionCount)
        tree["hits"] = .integer(Int(clamping: tally.hitCount))
        tree["givenByKind"] = .map(
            tally.counts.map { .init(key: $0.kind, value: .integer(Int(clamping: $0.count))) }
        )
        tree["misses"] = .integer(Int(clamping: tally.missCount))
        tree["stale"] = .integer(Int(clamping: tally.staleCount))
        tree["prefetches"] = .integer(Int(clamping: tally.prefetchCount))
        return tree
    }

    /// A size with one digit behind the point where it is small, counted in 1,024s as a Corefile's.
    static func sizeText(_ byteCount: Int) -> String {
        for (unit, bits) in [("GB", 30), ("MB", 20), ("KB", 10)] where byteCount >= 1 << bits {
            let tenths = ((byteCount >> (bits - 10)) * 10) >> 10
            return tenths >= 100 || tenths % 10 == 0
                ? "\(tenths / 10)\(unit)" : "\(tenths / 10).\(tenths % 10)\(unit)"
        }
        return "\(byteCount)B"
    }
}
