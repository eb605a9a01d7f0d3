// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// How entries leave a shard for a file.
extension CacheShard {
    /// How many slots of the index are looked at in one go, and after how many bytes it ends: nobody
    /// may wait long for a shard.
    static let maximumCopySlotCount = 256
    static let maximumCopyByteCount = 1 << 14

    /// Appends entries as a file has them (`CacheFile`), from those in `slot` on; the slot to go on
    /// from, nil at the end.
    ///
    /// Failures are left out: they are not worth remembering.
    func copyEntries(fromSlot slot: Int, at now: Moment, into bytes: inout [UInt8]) -> Int? {
        let end = min(slot + Self.maximumCopySlotCount, index.slotCount)
        var next = slot
        while next < end, bytes.count < Self.maximumCopyByteCount {
            if let cell = index.cell(inSlot: next), kind(cell) != .failure {
                append(cell, at: now, to: &bytes)
            }
            next += 1
        }
        return next < index.slotCount ? next : nil
    }

    private func append(_ cell: UInt32, at now: Moment, to bytes: inout [UInt8]) {
        let byteCount = messageByteCount(cell)
        let age = now.nanoseconds(since: moments(cell).stored) / 1_000_000
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: byteCount))
        bytes.append(bigEndian: age)
        bytes.append(bigEndian: code(cell).rawValue)
        bytes.append(store.byte(cell, CacheField.keyBits))
        bytes.append(store.byte(cell, CacheField.isUsed))
        appendMessage(cell, to: &bytes)
    }

    /// The bytes of an entry as a message.
    private func messageByteCount(_ cell: UInt32) -> Int {
        let nameByteCount = Int(store.byte(cell, CacheField.nameByteCount))
        return Header.byteCount + nameByteCount + 4
            + Int(store.uint16(cell, CacheField.byteCount))
    }

    /// Appends an entry as the message that it was kept from, the first times to live in it; a
    /// failure without records.
    func appendMessage(_ cell: UInt32, to bytes: inout [UInt8]) {
        let nameByteCount = Int(store.byte(cell, CacheField.nameByteCount))
        let recordsByteCount =
            kind(cell) == .failure ? 0 : Int(store.uint16(cell, CacheField.byteCount))
        var flags = flags(cell).union(.response)
        flags.code = UInt8(truncatingIfNeeded: code(cell).rawValue & 0x0F)
        bytes.append(bigEndian: 0 as UInt16)
        bytes.append(bigEndian: flags.rawValue)
        bytes.append(bigEndian: 1 as UInt16)
        for field in [
            CacheField.answerCount, CacheField.authorityCount, CacheField.additionalCount,
        ] {
            bytes.append(bigEndian: store.uint16(cell, field))
        }
        append(nameByteCount, of: cell, from: CacheField.name, to: &bytes)
        bytes.append(bigEndian: store.uint16(cell, CacheField.type))
        bytes.append(bigEndian: store.uint16(cell, CacheField.recordClass))
        let records = CacheField.records(nameByteCount: nameByteCount)
        append(recordsByteCount, of: cell, from: records, to: &bytes)
    }

    /// Appends `count` bytes of an entry from a place on.
    private func append(_ count: Int, of cell: UInt32, from place: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count))
        var target = bytes.mutableSpan
        var room = target._mutatingExtracting(start..<(start + count))
        var cursor = store.cursor(cell, at: place)
        store.read(count, to: &room, &cursor)
    }
}
