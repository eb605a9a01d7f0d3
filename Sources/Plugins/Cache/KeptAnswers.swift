// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// The cache of a server block and what its Corefile says of it, as `forward` uses it.
struct KeptAnswers: AnswerKeeping {
    /// The key under which `cache` leaves its settings to the plugins behind it in the block.
    static let settingsKey = "cache: settings"
    /// How long somebody has to fetch an answer before another tries, in milliseconds.
    private static let claimMilliseconds: UInt64 = 2_000
    private static let staleAnswer = ExtendedError(.staleAnswer)
    private static let staleDenial = ExtendedError(.staleDenial)

    let settings: CacheSettings
    let cache: AnswerCache
    let metrics: CacheMetrics

    /// The cache of this block, with what it kept before a reload; nil where nothing is kept.
    ///
    /// `origin`: who answers. What others answered is of no use after a change of upstreams, nor to
    /// another block that listens elsewhere.
    init?(origin: String, _ setup: inout Setup) throws(CorefileError) {
        guard var settings = setup.left[Self.settingsKey] as? CacheSettings else { return nil }
        let key = "cache: \(setup.serverLabel) \(setup.addresses) \(setup.zones) \(origin)"
        let before = setup.previous(key, as: AnswerCache.self)
        if let before, before.goOn(for: &settings) {
            cache = before
        } else {
            cache = AnswerCache(settings, secret: setup.random())
        }
        self.settings = settings
        setup.kept[key] = cache
        try CacheFileKeeper.begin(cache, settings, madeFor: key, setup: &setup)
        let zones = setup.zones.map(\.description).joined(separator: ",")
        let values = [setup.serverLabel, zones, ""]
        metrics = CacheMetrics(setup.metrics, values)
        let place = CacheBook.Place(server: setup.serverLabel, zones: zones)
        CacheBook.shared(&setup).add(self, at: place)
        guard !setup.isCheck else { return }
        let (cache, kept) = (cache, settings)
        for kind in [CacheKind.success, .denial] {
            let labels = CacheMetrics.values(values, kind)
            setup.metrics.read(CacheMetrics.entries, labels) {
                Double(cache.entryCount(ofQueue: kind.queue))
            }
            setup.metrics.read(CacheMetrics.evictions, labels) {
                Double(cache.evictionCount(ofQueue: kind.queue))
            }
        }
        setup.metrics.read(CacheMetrics.bytes, values) { Double(cache.usedByteCount) }
        setup.chores.append(Chore { now, _ in cache.sweep(kept, at: now) })
    }

    func find(_ query: borrowing Query, at now: Moment, into answer: inout Answer) -> FoundAnswer? {
        guard settings.takes(query) else { return nil }
        return cache.find(cache.key(query), query, settings, at: now, into: &answer)
    }

    func findAgain(
        _ query: borrowing Query,
        at now: Moment,
        into answer: inout Answer
    ) -> FoundAnswer? {
        guard settings.takes(query) else { return nil }
        let key = cache.key(query)
        return cache.find(key, query, settings, isRepeated: true, at: now, into: &answer)
    }

    func count(_ found: FoundAnswer?, in answer: borrowing Answer) {
        metrics.count(found, in: answer.cells)
    }

    var givesStaleAtOnce: Bool { settings.stale?.isImmediate == true }

    var clientMilliseconds: UInt64 { settings.stale?.clientMilliseconds ?? 0 }

    func countRefresh(in answer: borrowing Answer) {
        answer.cells.increment(metrics.prefetches)
    }

    func claim(_ query: borrowing Query, at now: Moment) {
        let end = now.adding(milliseconds: Self.claimMilliseconds)
        cache.postpone(cache.key(query), query, until: end)
    }

    func prefers(_ found: FoundAnswer, to reply: RelayedReply) -> Bool {
        settings.prefersPositive && found.kind == .success && reply.isDenial
    }

    func markStale(_ answer: inout Answer) {
        answer.cells.increment(metrics.stale)
        // Its signatures may have run out as well.
        answer.isAuthenticData = false
        answer.extendedError = answer.code == .nameError ? Self.staleDenial : Self.staleAnswer
    }

    var secret: UInt64? { cache.secret }

    func keep(
        _ reply: inout RelayedReply,
        _ query: borrowing Query,
        as key: CacheKey,
        at now: Moment
    ) {
        guard settings.takes(query) else { return }
        // It is our own answer from now on, and we are no authority for it.
        let isCut = reply.flags.contains(.truncated)
        reply.flags = reply.flags.intersection(.relayed)
        guard !isCut else { return reply.flags.formUnion(.truncated) }
        guard let sentence = settings.judge(&reply, to: query) else { return }
        cache.store(key, query, reply, as: sentence, settings, at: now)
    }

    func keepFailure(
        _ query: borrowing Query,
        _ text: String,
        as key: CacheKey,
        at now: Moment
    ) {
        guard settings.takes(query), settings.failureMilliseconds > 0 else { return }
        // An upstream that comes back is to be noticed at once.
        let sentence = CacheSentence(kind: .failure, lifetime: 1)
        var reply = RelayedReply(code: .serverFailure, flags: .recursionAvailable)
        reply.errorData = ExtendedError(.cachedError, text).data
        cache.store(key, query, reply, as: sentence, settings, at: now)
    }
}
