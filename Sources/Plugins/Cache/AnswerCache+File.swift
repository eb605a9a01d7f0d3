// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// How answers leave the cache for a file, and come back out of it.
extension AnswerCache {
    /// How far a walk over all entries has come.
    struct Walk: Hashable, Sendable {
        fileprivate var shard = 0
        fileprivate var slot = 0
    }

    /// Appends some entries as a file has them, and tells where to go on; nil at the end.
    ///
    /// What comes or goes meanwhile may be left out, or be there twice.
    func copyEntries(from walk: Walk, at now: Moment, into bytes: inout [UInt8]) -> Walk? {
        // Outside the lock: room for all but an entry that is very long.
        bytes.reserveCapacity(bytes.count + 2 * CacheShard.maximumCopyByteCount)
        let next = shards[walk.shard].withLock { shard in
            shard.copyEntries(fromSlot: walk.slot, at: now, into: &bytes)
        }
        if let next { return Walk(shard: walk.shard, slot: next) }
        let shard = walk.shard + 1
        return shard < shardCount ? Walk(shard: shard, slot: 0) : nil
    }

    /// Takes an answer out of a file, judged like a reply of an upstream; false when it is not kept.
    ///
    /// Nothing that is there already is replaced. `ageSeconds`: since an upstream gave it, those
    /// counted in which nobody served.
    func restore(
        _ entry: CacheFileReader.Entry,
        ageSeconds: UInt64,
        _ settings: CacheSettings,
        at now: Moment
    ) -> Bool {
        // LIMIT: places in a message are numbers of 16 bits.
        guard entry.message.count <= UInt16.max, let query = Self.query(of: entry),
            settings.takes(query), var reply = try? RelayedReply(parsing: entry.message),
            reply.code.rawValue == entry.code.rawValue & 0x0F
        else { return false }
        reply.code = entry.code
        reply.flags = reply.flags.intersection(.relayed)
        guard let sentence = settings.judge(&reply, to: query), sentence.kind != .failure,
            sentence.lifetime > 0
        else { return false }
        let lifetime = UInt64(sentence.lifetime)
        var start = now
        var end = now
        if ageSeconds < lifetime {
            for index in 0..<reply.recordCount {
                let ttl = UInt64(reply.ttl(at: index))
                reply.setTTL(UInt32(truncatingIfNeeded: ttl - min(ageSeconds, ttl)), at: index)
            }
            end = now.adding(milliseconds: (lifetime - ageSeconds) * 1_000)
        } else {
            // A time before the clock began cannot be written down.
            let late = min(ageSeconds - lifetime, .max >> 30) * 1_000_000_000
            guard late <= now.nanoseconds else { return false }
            end = Moment(nanoseconds: now.nanoseconds - late)
            guard settings.mayGive(expiredAt: end, now) else { return false }
            start = end
        }
        let deniesName = Self.deniesName(reply, as: sentence.kind)
        // What was kept for every type must be so still.
        guard deniesName || entry.keyBits & CacheKey.missingName == 0 else { return false }
        let key = deniesName ? key(query).ofMissingName : key(query)
        let (kept, kind, from, until) = (reply, sentence.kind, start, end)
        let name = query.name.lowercasedBytes
        let rules = settings.rulesNumber
        return shards[place(key)].withLock { shard in
            guard shard.find(key, name) == nil,
                shard.insert(key, name, kept, as: kind, by: rules, from: from, until: until)
            else { return false }
            if entry.isUsed, let cell = shard.find(key, name) {
                _ = shard.use(cell, at: from, gap: nil)
            }
            return true
        }
    }

    /// The question that an entry answers, asked as its key says; nil when it is none.
    private static func query(of entry: CacheFileReader.Entry) -> Query? {
        let span = entry.message.span
        guard let header = try? Header(parsing: span), header.questionCount == 1,
            let name = try? QueryName(parsing: span, at: Header.byteCount),
            Header.byteCount + name.byteCount + 4 <= span.count, entry.keyBits < 8
        else { return nil }
        let place = Header.byteCount + name.byteCount
        var flags = Flags.recursionDesired
        if entry.keyBits & 2 != 0 { flags.formUnion(.checkingDisabled) }
        var query = Query(
            header: Header(id: 0, flags: flags, questionCount: 1),
            name: name,
            type: RecordType(rawValue: span.uint16(at: place)),
            recordClass: RecordClass(rawValue: span.uint16(at: place + 2))
        )
        query.options = ClientOptions(
            udpByteCount: 1_232,
            wantsSignatures: entry.keyBits & 1 != 0
        )
        return query
    }
}
