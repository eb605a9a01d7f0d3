// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// A part of the cache: entries by hash, and in two queues from which the least used are thrown out.
///
/// Which entry goes is decided as SIEVE does: a hand goes from the oldest to the newest, spares
/// what was used since it came by, and throws out what was not. So a flood of new names throws out
/// itself. Denials may take half of the memory; beyond that they throw out each other.
struct CacheShard: Sendable {
    /// How many entries the hand looks at for one that it throws out.
    static let maximumHandSteps = 64
    /// An entry takes at most a 16th of the cells.
    static let largestEntryShare = 16

    /// One queue, from the newest entry to the oldest.
    struct Queue {
        var newest = CellStore.none
        var oldest = CellStore.none
        var hand = CellStore.none
        var count = 0
        var cellCount = 0
    }

    var store: CellStore
    var index = CacheIndex()
    /// The queue of successes, and that of denials and failures.
    var queues: [2 of Queue] = [Queue(), Queue()]
    /// The most entries of each queue.
    let maximumCounts: [2 of Int]
    /// The entries that were thrown out to make room, by queue.
    var evictionCounts: [2 of Int] = [0, 0]

    /// `byteCount`: what cells and index may take together.
    init(byteCount: Int, maximumCounts: [2 of Int]) {
        // An index of up to an eighth: 8 bytes for 3/4 of an entry at least, of one cell or more.
        store = CellStore(maximumCount: byteCount * 7 / 8 / CellStore.byteCount)
        self.maximumCounts = maximumCounts
    }

    // MARK: Numbers for metrics

    /// The bytes of the entries, in whole cells.
    var byteCount: Int { (store.maximumCount - store.freeCount) * CellStore.byteCount }

    // MARK: Finding

    /// The entry of this key; nil when there is none.
    func find(_ key: CacheKey, _ name: Span<UInt8>) -> UInt32? {
        var probe = index.probe(key.hash)
        while let cell = index.next(&probe) {
            if isEntry(cell, key, name) { return cell }
        }
        return nil
    }

    /// Whether an entry is the one of this key.
    private func isEntry(_ cell: UInt32, _ key: CacheKey, _ name: Span<UInt8>) -> Bool {
        guard store.uint64(cell, CacheField.hash) == key.hash,
            store.uint16(cell, CacheField.type) == key.type.rawValue,
            store.uint16(cell, CacheField.recordClass) == key.recordClass.rawValue,
            store.byte(cell, CacheField.keyBits) == key.bits,
            Int(store.byte(cell, CacheField.nameByteCount)) == name.count
        else { return false }
        var cursor = store.cursor(cell, at: CacheField.name)
        return store.matches(name, &cursor)
    }

    func kind(_ cell: UInt32) -> CacheKind {
        CacheKind(rawValue: store.byte(cell, CacheField.kind)) ?? .failure
    }

    func code(_ cell: UInt32) -> ResponseCode {
        ResponseCode(rawValue: store.uint16(cell, CacheField.code))
    }

    func flags(_ cell: UInt32) -> Flags { Flags(rawValue: store.uint16(cell, CacheField.flags)) }

    /// When an entry was stored, when it runs out, and when it may be asked for again.
    func moments(_ cell: UInt32) -> (stored: Moment, expires: Moment, refresh: Moment) {
        (
            Moment(nanoseconds: store.uint64(cell, CacheField.stored)),
            Moment(nanoseconds: store.uint64(cell, CacheField.expires)),
            Moment(nanoseconds: store.uint64(cell, CacheField.refresh))
        )
    }

    /// The number of the rules that an entry was kept by.
    func rulesNumber(_ cell: UInt32) -> UInt8 { store.byte(cell, CacheField.rules) }

    /// How many failures came one after the other.
    func failureCount(_ cell: UInt32) -> Int { Int(store.byte(cell, CacheField.failureCount)) }

    // MARK: Using

    /// How often an entry was asked for without a gap.
    func hitCount(_ cell: UInt32) -> UInt16 { store.uint16(cell, CacheField.hitCount) }

    /// Notes that an entry was asked for, and tells how often that happened without a gap.
    ///
    /// `gap`: nanoseconds without a question after which counting begins anew; nil where nobody
    ///   wants to know.
    mutating func use(_ cell: UInt32, at now: Moment, gap: UInt64?) -> UInt16 {
        if store.byte(cell, CacheField.isUsed) == 0 {
            store.set(1 as UInt8, cell, CacheField.isUsed)
        }
        guard let gap else { return 0 }
        let last = Moment(nanoseconds: store.uint64(cell, CacheField.lastHit))
        var count = store.uint16(cell, CacheField.hitCount)
        count = now.nanoseconds(since: last) > gap ? 1 : count == .max ? .max : count + 1
        store.set(count, cell, CacheField.hitCount)
        store.set(now.nanoseconds, cell, CacheField.lastHit)
        return count
    }

    /// Has nobody ask for an entry again before `moment`.
    mutating func postpone(_ cell: UInt32, until moment: Moment) {
        store.set(moment.nanoseconds, cell, CacheField.refresh)
    }

    /// Copies the records of an entry into an answer.
    ///
    /// `age`: the seconds that are taken off each time to live; `longest`: the most that each was;
    /// `ttl`: what each is instead.
    func copy(
        _ cell: UInt32,
        age: UInt32,
        atMost longest: UInt32 = .max,
        ttl: UInt32?,
        into answer: inout Answer
    ) {
        let byteCount = Int(store.uint16(cell, CacheField.byteCount))
        let nameByteCount = Int(store.byte(cell, CacheField.nameByteCount))
        let recordCount = Int(store.uint16(cell, CacheField.recordCount))
        let shape = RelayedShape(
            byteCount: byteCount,
            answerCount: store.uint16(cell, CacheField.answerCount),
            authorityCount: store.uint16(cell, CacheField.authorityCount),
            additionalCount: store.uint16(cell, CacheField.additionalCount),
            addresses: row(cell)
        )
        answer.relay(shape) { target in
            let start = CacheField.records(nameByteCount: nameByteCount)
            var cursor = store.cursor(cell, at: start)
            store.read(byteCount, to: &target, &cursor)
            guard age > 0 || longest < .max || ttl != nil else { return }
            let places = CacheField.places(nameByteCount: nameByteCount, byteCount: byteCount)
            cursor = store.cursor(cell, at: places)
            for _ in 0..<recordCount {
                let place = Int(store.read16(&cursor))
                let left = min(target.span.uint32(at: place), longest)
                target.set32(ttl ?? (left > age ? left &- age : 0), at: place)
            }
        }
    }

    /// What a failure has in place of records: the data of its Extended DNS Error.
    func errorData(_ cell: UInt32) -> [UInt8] {
        let nameByteCount = Int(store.byte(cell, CacheField.nameByteCount))
        let count = Int(store.uint16(cell, CacheField.byteCount))
        var bytes = [UInt8](repeating: 0, count: count)
        var target = bytes.mutableSpan
        var cursor = store.cursor(cell, at: CacheField.records(nameByteCount: nameByteCount))
        store.read(count, to: &target, &cursor)
        return bytes
    }

    /// The addresses of an entry that may change places.
    private func row(_ cell: UInt32) -> RelayedReply.Row? {
        let count = Int(store.uint16(cell, CacheField.rowCount))
        guard count > 1 else { return nil }
        return RelayedReply.Row(
            start: Int(store.uint16(cell, CacheField.rowStart)),
            count: count,
            recordByteCount: Int(store.uint16(cell, CacheField.rowRecordByteCount))
        )
    }

    // MARK: Keeping

    /// Keeps a reply in place of what the key had before, which goes in any case; false when the
    /// new one is too large, or all around is in use.
    ///
    /// `rules`: the number of those that it is kept by; `failureCount`: how many failures came one
    /// after the other, this one counted.
    @discardableResult
    mutating func insert(
        _ key: CacheKey,
        _ name: Span<UInt8>,
        _ reply: RelayedReply,
        as kind: CacheKind,
        by rules: UInt8,
        from now: Moment,
        until end: Moment,
        failureCount: Int = 0
    ) -> Bool {
        let places = CacheField.places(
            nameByteCount: name.count,
            byteCount: reply.records.count
        )
        let byteCount = places + reply.recordCount * 2
        var hits: (count: UInt16, last: UInt64) = (0, 0)
        if let old = find(key, name) {
            hits = (store.uint16(old, CacheField.hitCount), store.uint64(old, CacheField.lastHit))
            remove(old)
        }
        guard let cell = makeRoom(for: byteCount, in: kind.queue) else { return false }
        store.write(cell) { fields in
            fields.set64(now.nanoseconds, at: CacheField.stored)
            fields.set64(end.nanoseconds, at: CacheField.expires)
            fields.set64(0, at: CacheField.refresh)
            fields.set16(hits.count, at: CacheField.hitCount)
            fields.set64(hits.last, at: CacheField.lastHit)
            fields[CacheField.nameByteCount] = UInt8(truncatingIfNeeded: name.count)
            fields[CacheField.kind] = kind.rawValue
            fields[CacheField.isUsed] = 0
            fields[CacheField.failureCount] = UInt8(min(failureCount, 255))
            fields[CacheField.rules] = rules
            Self.write(key, to: &fields)
            Self.write(reply, to: &fields)
        }
        var cursor = store.cursor(cell, at: CacheField.name)
        store.write(name, &cursor)
        cursor = store.cursor(cell, at: CacheField.records(nameByteCount: name.count))
        store.write(reply.records.span, &cursor)
        cursor = store.cursor(cell, at: places)
        for index in 0..<reply.recordCount { store.write16(reply.ttlPlaces[index], &cursor) }
        index.insert(key.hash, cell)
        enqueue(cell, kind.queue, cellCount: CellStore.cellCount(byteCount))
        return true
    }

    /// Takes out what a key has.
    mutating func forget(_ key: CacheKey, _ name: Span<UInt8>) {
        if let cell = find(key, name) { remove(cell) }
    }

    /// Writes what tells an entry from others.
    private static func write(_ key: CacheKey, to fields: inout MutableSpan<UInt8>) {
        fields.set64(key.hash, at: CacheField.hash)
        fields.set16(key.type.rawValue, at: CacheField.type)
        fields.set16(key.recordClass.rawValue, at: CacheField.recordClass)
        fields[CacheField.keyBits] = key.bits
    }

    /// Writes what an entry says of its records.
    private static func write(_ reply: RelayedReply, to fields: inout MutableSpan<UInt8>) {
        fields.set16(reply.code.rawValue, at: CacheField.code)
        fields.set16(reply.flags.rawValue, at: CacheField.flags)
        fields.set16(reply.answerCount, at: CacheField.answerCount)
        fields.set16(reply.authorityCount, at: CacheField.authorityCount)
        fields.set16(reply.additionalCount, at: CacheField.additionalCount)
        fields.set16(UInt16(truncatingIfNeeded: reply.recordCount), at: CacheField.recordCount)
        fields.set16(UInt16(truncatingIfNeeded: reply.records.count), at: CacheField.byteCount)
        let row = reply.addresses ?? RelayedReply.Row(start: 0, count: 0, recordByteCount: 0)
        fields.set16(UInt16(truncatingIfNeeded: row.start), at: CacheField.rowStart)
        fields.set16(UInt16(truncatingIfNeeded: row.count), at: CacheField.rowCount)
        fields.set16(
            UInt16(truncatingIfNeeded: row.recordByteCount),
            at: CacheField.rowRecordByteCount
        )
    }
}
