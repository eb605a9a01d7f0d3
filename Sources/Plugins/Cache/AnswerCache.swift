// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// Answers of upstreams in wire form, for all workers, in a fixed amount of memory.
///
/// It is cut into shards by the hash of the question, each behind a lock that is held for one
/// look-up and one copy.
final class AnswerCache: Sendable {
    /// The most shards.
    static let maximumShardCount = 64
    /// The least memory of a shard, in bytes.
    private static let leastShardByteCount = 1 << 20
    /// How long after a failure has been rested from it is still news, in nanoseconds: RFC 8767 §5
    /// would have nobody ask again for so long.
    private static let doubtNanoseconds: UInt64 = 30_000_000_000
    /// The entries of each queue of a shard that one sweep may take out.
    private static let maximumSweepCount = 64

    /// What it takes, in bytes, and how many entries of each kind: what it was made for.
    let byteCount: Int
    let maximumCounts: [2 of Int]
    let shards: [64 of Mutex<CacheShard>]
    let shardCount: Int
    /// What makes hashes unguessable.
    let secret: UInt64
    /// The rules that answers were kept by, each at the place that is its number.
    private let rules: Mutex<[CacheRules]>

    init(_ settings: CacheSettings, secret: UInt64) {
        byteCount = settings.byteCount
        self.secret = secret
        rules = Mutex([CacheRules(settings)])
        var count = 1
        while count < Self.maximumShardCount,
            count * 2 * Self.leastShardByteCount <= settings.byteCount
        {
            count *= 2
        }
        shardCount = count
        maximumCounts = [
            settings.success.maximumCount ?? .max, settings.denial.maximumCount ?? .max,
        ]
        let shareCounts: [2 of Int] = [
            Self.share(maximumCounts[0], of: count), Self.share(maximumCounts[1], of: count),
        ]
        shards = [64 of Mutex<CacheShard>] { index in
            Mutex(
                CacheShard(
                    byteCount: index < count ? settings.byteCount / count : 0,
                    maximumCounts: shareCounts
                )
            )
        }
    }

    /// What one of `count` shards has of a number, at least 4.
    private static func share(_ number: Int, of count: Int) -> Int {
        number == .max ? .max : max(4, (number + count - 1) / count)
    }

    /// Goes on for settings that it was not made for, which are given the number of their rules;
    /// false when it cannot.
    func goOn(for settings: inout CacheSettings) -> Bool {
        guard byteCount == settings.byteCount,
            maximumCounts[0] == settings.success.maximumCount ?? .max,
            maximumCounts[1] == settings.denial.maximumCount ?? .max
        else { return false }
        let wanted = CacheRules(settings)
        let place = rules.withLock { rules -> Int? in
            if let known = rules.firstIndex(of: wanted) { return known }
            guard rules.count < CacheRules.maximumCount else { return nil }
            rules.append(wanted)
            return rules.count - 1
        }
        guard let place else { return false }
        settings.rulesNumber = UInt8(truncatingIfNeeded: place)
        return true
    }

    /// The key of a query.
    func key(_ query: borrowing Query) -> CacheKey { CacheKey(query, secret: secret) }

    /// Whether a reply says that the name that was asked for does not exist, for any type.
    ///
    /// Where an alias leads to such a name, it is the target that does not exist (RFC 2308 §2.1).
    static func deniesName(_ reply: RelayedReply, as kind: CacheKind) -> Bool {
        kind == .denial && reply.code == .nameError && reply.answerCount == 0
    }

    /// The place of the shard of a key, and of all others of its name, so that one lock does for
    /// what is known of it.
    func place(_ key: CacheKey) -> Int {
        Int(truncatingIfNeeded: key.nameHash >> 56) & (shardCount &- 1)
    }

    // MARK: Giving

    /// Fills in the answer to a query as far as there is one; nil when there is none.
    ///
    /// What is kept for its type comes first, then that there is no such name; but a failure of one
    /// type, or what has run out, says less than a fresh answer that no type has anything.
    ///
    /// `isRepeated`: whether the query was looked for, and counted, before.
    func find(
        _ key: CacheKey,
        _ query: borrowing Query,
        _ settings: borrowing CacheSettings,
        isRepeated: Bool = false,
        at now: Moment,
        into answer: inout Answer
    ) -> FoundAnswer? {
        let name = query.name.lowercasedBytes
        return shards[place(key)].withLock { shard in
            let found = Self.look(
                key,
                name,
                query,
                settings,
                isRepeated: isRepeated,
                at: now,
                in: &shard,
                &answer
            )
            if let found, found.kind != .failure,
                !found.isStale || settings.prefersPositive && found.kind == .success
            {
                return found
            }
            let denied = Self.look(
                key.ofMissingName,
                name,
                query,
                settings,
                isRepeated: isRepeated,
                givesStale: found == nil,
                at: now,
                in: &shard,
                &answer
            )
            if denied != nil, found?.kind == .failure { answer.extendedError = nil }
            return denied ?? found
        }
    }

    /// `name`: that of the query; `givesStale`: whether what has run out may be given.
    private static func look(
        _ key: CacheKey,
        _ name: Span<UInt8>,
        _ query: borrowing Query,
        _ settings: borrowing CacheSettings,
        isRepeated: Bool,
        givesStale: Bool = true,
        at now: Moment,
        in shard: inout CacheShard,
        _ answer: inout Answer
    ) -> FoundAnswer? {
        guard let cell = shard.find(key, name) else { return nil }
        var found = FoundAnswer(kind: shard.kind(cell))
        var moments = shard.moments(cell)
        var longest = UInt32.max
        if shard.rulesNumber(cell) != settings.rulesNumber {
            longest = settings.longest(found.kind, query)
            guard longest > 0 else { return nil }
            let end = moments.stored.adding(milliseconds: UInt64(longest) * 1_000)
            moments.expires = min(moments.expires, end)
        }
        found.isStale = now >= moments.expires
        if found.isStale,
            !givesStale || found.kind == .failure
                || !settings.mayGive(expiredAt: moments.expires, now)
        {
            return nil
        }
        let gap = settings.prefetch?.gapNanoseconds
        let hitCount = isRepeated ? shard.hitCount(cell) : shard.use(cell, at: now, gap: gap)
        answer.relay(shard.code(cell), shard.flags(cell), to: query)
        if found.kind == .failure {
            answer.removeRecords()
            // Only who speaks EDNS can be told why.
            if query.options != nil {
                answer.extendedError = ExtendedError(data: shard.errorData(cell))
            }
            return found
        }
        if found.isStale {
            shard.copy(cell, age: 0, ttl: settings.stale?.ttl, into: &answer)
            found.isDue = now >= moments.refresh
            found.isFailing =
                found.isDue && moments.refresh >= moments.expires
                && now.nanoseconds(since: moments.refresh) <= doubtNanoseconds
            return found
        }
        let age = settings.keepsTTL ? 0 : now.nanoseconds(since: moments.stored) / 1_000_000_000
        shard.copy(
            cell,
            age: UInt32(truncatingIfNeeded: age),
            atMost: longest,
            ttl: nil,
            into: &answer
        )
        found.isDue =
            now >= moments.refresh
            && settings.wantsPrefetch(hitCount, from: moments.stored, to: moments.expires, now)
        return found
    }

    // MARK: Keeping

    /// Keeps a reply as it was judged; a failure only where there is nothing better.
    func store(
        _ key: CacheKey,
        _ query: borrowing Query,
        _ reply: RelayedReply,
        as sentence: CacheSentence,
        _ settings: borrowing CacheSettings,
        at now: Moment
    ) {
        let lifetime = UInt64(sentence.lifetime) * 1_000
        let end = now.adding(milliseconds: lifetime)
        if sentence.kind == .failure {
            return fail(key, query, reply, settings, lifetime, at: now)
        }
        let name = query.name.lowercasedBytes
        let isMissing = Self.deniesName(reply, as: sentence.kind)
        shards[place(key)].withLock { shard in
            if settings.prefersPositive, sentence.kind == .denial,
                let cell = shard.find(key, name), shard.kind(cell) == .success,
                settings.mayGive(cell, of: shard, to: query, now)
            {
                return shard.postpone(cell, until: end)
            }
            // What is news takes the place of what was known under either key, kept or not.
            let (new, old) = isMissing ? (key.ofMissingName, key) : (key, key.ofMissingName)
            if lifetime > 0 {
                shard.insert(
                    new,
                    name,
                    reply,
                    as: sentence.kind,
                    by: settings.rulesNumber,
                    from: now,
                    until: end
                )
            } else {
                shard.forget(new, name)
            }
            shard.forget(old, name)
        }
    }

    /// Keeps a failure: for a second first, and for twice as long after each further one, up to a
    /// limit.
    ///
    /// An answer that may still be given stays (RFC 8767), and nobody is asked for a while.
    private func fail(
        _ key: CacheKey,
        _ query: borrowing Query,
        _ reply: RelayedReply,
        _ settings: borrowing CacheSettings,
        _ longestMilliseconds: UInt64,
        at now: Moment
    ) {
        let name = query.name.lowercasedBytes
        shards[place(key)].withLock { shard in
            if let cell = shard.find(key.ofMissingName, name),
                Self.rests(cell, query, settings, at: now, in: &shard)
            {
                return
            }
            Self.fail(key, query, reply, settings, longestMilliseconds, at: now, in: &shard)
        }
    }

    /// Has nobody ask for a while for an answer that may still be given; false when it may not.
    private static func rests(
        _ cell: UInt32,
        _ query: borrowing Query,
        _ settings: borrowing CacheSettings,
        at now: Moment,
        in shard: inout CacheShard
    ) -> Bool {
        guard settings.mayGive(cell, of: shard, to: query, now) else { return false }
        let pause = settings.stale?.recheckMilliseconds ?? 1_000
        shard.postpone(cell, until: now.adding(milliseconds: pause))
        return true
    }

    private static func fail(
        _ key: CacheKey,
        _ query: borrowing Query,
        _ reply: RelayedReply,
        _ settings: borrowing CacheSettings,
        _ longestMilliseconds: UInt64,
        at now: Moment,
        in shard: inout CacheShard
    ) {
        let name = query.name.lowercasedBytes
        var failureCount = 1
        if let cell = shard.find(key, name) {
            if shard.kind(cell) != .failure {
                if rests(cell, query, settings, at: now, in: &shard) { return }
            } else {
                let moments = shard.moments(cell)
                let lifetime = moments.expires.nanoseconds(since: moments.stored)
                let isInARow = now.nanoseconds(since: moments.expires) <= lifetime
                failureCount = isInARow ? shard.failureCount(cell) + 1 : 1
            }
        }
        let lifetime = min(longestMilliseconds, 1_000 << UInt64(min(failureCount - 1, 20)))
        let reply = reply.keptFailure
        shard.insert(
            key,
            name,
            reply,
            as: .failure,
            by: settings.rulesNumber,
            from: now,
            until: now.adding(milliseconds: lifetime),
            failureCount: failureCount
        )
    }

    /// Has nobody ask again for an answer before `moment`, because somebody is at it.
    func postpone(_ key: CacheKey, _ query: borrowing Query, until moment: Moment) {
        let name = query.name.lowercasedBytes
        shards[place(key)].withLock { shard in
            guard let cell = shard.find(key, name) ?? shard.find(key.ofMissingName, name) else {
                return
            }
            shard.postpone(cell, until: moment)
        }
    }

    /// Takes out some of what is of no use any more.
    func sweep(_ settings: CacheSettings, at now: Moment) {
        let kept = settings.stale?.durationNanoseconds ?? 0
        guard now.nanoseconds > kept else { return }
        for index in 0..<shardCount {
            shards[index].withLock {
                $0.sweep(
                    before: Moment(nanoseconds: now.nanoseconds - kept),
                    atMost: Self.maximumSweepCount
                )
            }
        }
    }

    // MARK: Numbers for metrics

    /// The number of entries in a queue.
    func entryCount(ofQueue queue: Int) -> Int { sum { $0.queues[queue].count } }

    /// The entries of a queue that were thrown out to make room.
    func evictionCount(ofQueue queue: Int) -> Int { sum { $0.evictionCounts[queue] } }

    /// The bytes that entries take, in whole cells.
    var usedByteCount: Int { sum { $0.byteCount } }

    private func sum(_ number: (borrowing CacheShard) -> Int) -> Int {
        var total = 0
        for index in 0..<shardCount { total += shards[index].withLock { number($0) } }
        return total
    }
}

extension RelayedReply {
    /// A failure as it is kept: no records, and in place of them why it failed.
    ///
    /// What says no more than that is a failure from the cache (RFC 8914 §4.14).
    fileprivate var keptFailure: RelayedReply {
        var kept = RelayedReply(code: code, flags: flags)
        guard let error = ExtendedError(data: errorData) else { return kept }
        kept.records =
            error.code == .other ? ExtendedError(.cachedError, error.text).data : errorData
        return kept
    }
}
