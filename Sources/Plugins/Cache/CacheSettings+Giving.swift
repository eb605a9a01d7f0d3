// SPDX-License-Identifier: Apache-2.0

import Plugin

/// What of the answers that are kept is given, and for how long.
extension CacheSettings {
    /// How long an answer of a kind to a query is kept at most, in seconds; 0 for not at all.
    ///
    /// A function of its own also where the whole program is optimised: only answers that were kept
    /// by other rules need it.
    @inline(never)
    func longest(_ kind: CacheKind, _ query: borrowing Query) -> UInt32 {
        switch kind {
        case .success: withoutSuccess.first(holding: query.name) == nil ? success.maximumTTL : 0
        case .denial: withoutDenial.first(holding: query.name) == nil ? denial.maximumTTL : 0
        // They are kept for whole seconds.
        case .failure: UInt32(clamping: (failureMilliseconds + 999) / 1_000)
        }
    }

    /// Whether what has run out may be given at all.
    func mayGive(expiredAt end: Moment, _ now: Moment) -> Bool {
        now < end || stale.map { now.nanoseconds(since: end) <= $0.durationNanoseconds } ?? false
    }

    /// Whether an entry may still be given by the rules of now, fresh or not.
    func mayGive(
        _ cell: UInt32,
        of shard: borrowing CacheShard,
        to query: borrowing Query,
        _ now: Moment
    ) -> Bool {
        let moments = shard.moments(cell)
        guard shard.rulesNumber(cell) != rulesNumber else {
            return mayGive(expiredAt: moments.expires, now)
        }
        let longest = longest(shard.kind(cell), query)
        guard longest > 0 else { return false }
        let end = moments.stored.adding(milliseconds: UInt64(longest) * 1_000)
        return mayGive(expiredAt: min(moments.expires, end), now)
    }

    /// Whether an answer that was asked for so often is to be fetched before it runs out.
    func wantsPrefetch(
        _ hitCount: UInt16,
        from start: Moment,
        to end: Moment,
        _ now: Moment
    ) -> Bool {
        guard let prefetch, hitCount >= prefetch.amount else { return false }
        let whole = end.nanoseconds(since: start)
        return end.nanoseconds(since: now) <= whole / 100 * prefetch.percentage
    }
}
