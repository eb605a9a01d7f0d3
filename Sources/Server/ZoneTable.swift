// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// Which server block serves which zone: a flat table, asked label by label from the left.
///
/// Only labels at which some zone can begin are looked up, so a name costs as many look-ups as
/// there are different zone depths, not as it has labels.
struct ZoneTable: Sendable {
    /// One place of the table; `block` is -1 where it is empty.
    private struct Slot {
        var hash: UInt64 = 0
        var zoneStart = 0
        var zoneByteCount = 0
        var block = -1
    }

    private var slots: [Slot]
    /// The zones' wire forms, one behind the other.
    private var bytes: [UInt8] = []
    /// Whether a zone of so many labels exists, by label count.
    private var hasDepth: [Bool]

    init(_ blocks: [ServerBlock]) {
        let count = blocks.reduce(0) { $0 + $1.zones.count }
        var size = 8
        while size < count * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        hasDepth = Array(repeating: false, count: QueryName.maximumLabelCount + 1)
        for (index, block) in blocks.enumerated() {
            for zone in block.zones { insert(zone.lowercased, block: index) }
        }
    }

    private mutating func insert(_ zone: Name, block: Int) {
        let hash = zone.tableHash
        var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[place].block >= 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = Slot(
            hash: hash,
            zoneStart: bytes.count,
            zoneByteCount: zone.bytes.count,
            block: block
        )
        bytes += zone.bytes
        hasDepth[zone.labelCount] = true
    }

    /// The block of the longest zone at or above `name`, looking from one of its labels on.
    func block(for name: borrowing QueryName, fromLabel first: Int) -> (block: Int, label: Int)? {
        var label = first
        while label <= name.labelCount {
            if hasDepth[name.labelCount - label], let block = find(name, label) {
                return (block, label)
            }
            label += 1
        }
        return nil
    }

    /// The first block whose zone is the name from `label` on.
    private func find(_ name: borrowing QueryName, _ label: Int) -> Int? {
        let hash = name.hash(fromLabel: label)
        var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[place].block >= 0 {
            let slot = slots[place]
            let zone = bytes.span.extracting(slot.zoneStart..<(slot.zoneStart + slot.zoneByteCount))
            if slot.hash == hash, name.suffix(fromLabel: label, equals: zone) { return slot.block }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }
}
