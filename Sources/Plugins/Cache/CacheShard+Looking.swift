// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// How people look at the entries of a shard.
extension CacheShard {
    /// How many cells are looked at in one go.
    static let maximumLookCount = 64

    /// Calls `body` with the entries that begin in cells from `cell` on; the cell to go on from, nil
    /// at the end.
    ///
    /// An entry never moves to another cell, so whoever goes on finds each once, whatever comes and
    /// goes. `body` may take the entry out.
    mutating func visit(
        from first: UInt32,
        _ body: (inout CacheShard, UInt32) -> Void
    ) -> UInt32? {
        let count = UInt32(truncatingIfNeeded: store.touchedByteCount / CellStore.byteCount)
        let end = min(first &+ UInt32(Self.maximumLookCount), count)
        var cell = first
        while cell < end {
            // A cell in the middle of an entry, or a free one, may hold any number there.
            if index.holds(store.uint64(cell, CacheField.hash), cell) { body(&self, cell) }
            cell += 1
        }
        return cell < count ? cell : nil
    }

    /// The name of an entry.
    private func name(_ cell: UInt32) -> Name? {
        let count = Int(store.byte(cell, CacheField.nameByteCount))
        var bytes = [UInt8](repeating: 0, count: count)
        var target = bytes.mutableSpan
        var cursor = store.cursor(cell, at: CacheField.name)
        store.read(count, to: &target, &cursor)
        return try? Name(wire: bytes.span)
    }

    /// Whether an entry is meant.
    func isMeant(_ cell: UInt32, _ selection: CacheSelection) -> Bool {
        guard selection != .all else { return true }
        let type = RecordType(rawValue: store.uint16(cell, CacheField.type))
        guard let name = name(cell) else { return false }
        return selection.holds(name, type, store.byte(cell, CacheField.keyBits))
    }

    /// An entry as people look at it; nil when it is not meant.
    func entry(_ cell: UInt32, where selection: CacheSelection) -> KeptEntry? {
        guard isMeant(cell, selection), let name = name(cell) else { return nil }
        var message: [UInt8] = []
        appendMessage(cell, to: &message)
        let moments = moments(cell)
        return KeptEntry(
            name: name,
            type: RecordType(rawValue: store.uint16(cell, CacheField.type)),
            keyBits: store.byte(cell, CacheField.keyBits),
            kind: kind(cell),
            code: code(cell),
            message: message,
            stored: moments.stored,
            expires: moments.expires,
            failureCount: failureCount(cell)
        )
    }
}
