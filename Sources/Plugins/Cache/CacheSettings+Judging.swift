// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What of upstreams' replies is kept, and for how long.
extension CacheSettings {
    /// How long a denial is kept whose reply has no SOA record, in seconds: RFC 2308 §5 would have
    /// it asked for each time.
    static let secondsWithoutAuthority: UInt32 = 5

    /// Whether answers to this query are kept and given at all.
    ///
    /// Not for a client that wants no recursion: it may neither look into the cache nor fill it
    /// with what an upstream says without. Nor for one with options that the answer may depend on.
    func takes(_ query: borrowing Query) -> Bool {
        query.header.flags.contains(.recursionDesired) && query.header.flags.opcode == .query
            && query.options?.asksSpecially != true && query.recordClass == .internet
            && query.type != .axfr && query.type != .ixfr
            && zones.first(holding: query.name) != nil
    }

    /// Judges a reply, and brings its times to live within the bounds; nil when it says nothing of
    /// the name.
    func judge(_ reply: inout RelayedReply, to query: borrowing Query) -> CacheSentence? {
        guard !reply.flags.contains(.truncated) else { return nil }
        switch reply.code {
        case .noError where reply.hasAskedType:
            return judgeSuccess(&reply, query)
        case .noError, .nameError:
            return reply.isDenial ? judgeDenial(&reply, query) : nil
        // It may be the fault of this one question.
        case .formatError: return nil
        default:
            let seconds = UInt32(clamping: (failureMilliseconds + 999) / 1_000)
            return seconds == 0 ? nil : CacheSentence(kind: .failure, lifetime: seconds)
        }
    }

    private func judgeSuccess(
        _ reply: inout RelayedReply,
        _ query: borrowing Query
    ) -> CacheSentence {
        guard withoutSuccess.first(holding: query.name) == nil,
            let lifetime = settle(&reply, success, denied: nil)
        else { return CacheSentence(kind: .success, lifetime: 0) }
        return CacheSentence(kind: .success, lifetime: lifetime)
    }

    /// A denial lives as long as its SOA record and that one's minimum say (RFC 2308 §5).
    private func judgeDenial(
        _ reply: inout RelayedReply,
        _ query: borrowing Query
    ) -> CacheSentence {
        guard withoutDenial.first(holding: query.name) == nil,
            let lifetime = settle(&reply, denial, denied: reply.denial)
        else { return CacheSentence(kind: .denial, lifetime: 0) }
        let longest = reply.denial == nil ? Self.secondsWithoutAuthority : .max
        return CacheSentence(kind: .denial, lifetime: min(lifetime, longest))
    }

    /// Brings every time to live within bounds, and tells the shortest; nil when one is 0.
    private func settle(
        _ reply: inout RelayedReply,
        _ bounds: Bounds,
        denied: RelayedReply.Denial?
    ) -> UInt32? {
        func ttl(_ index: Int) -> UInt32 {
            let ttl = reply.ttl(at: index)
            return index == denied?.place ? min(ttl, denied?.minimum ?? ttl) : ttl
        }
        // The upper bit is one like the others, and brought within the bounds (RFC 8767 §4).
        for index in 0..<reply.recordCount where ttl(index) == 0 { return nil }
        var shortest = bounds.maximumTTL
        for index in 0..<reply.recordCount {
            let kept = min(max(ttl(index), bounds.minimumTTL), bounds.maximumTTL)
            reply.setTTL(kept, at: index)
            shortest = min(shortest, kept)
        }
        return shortest
    }
}

extension RelayedReply {
    /// Whether it says that there is no such name, or no record of the type.
    ///
    /// What leads to a name without an answer, or to other servers, is no denial.
    var isDenial: Bool {
        guard code == .nameError || code == .noError && !hasAskedType else { return false }
        return denial != nil || answerCount == 0 && !hasServers
    }
}
