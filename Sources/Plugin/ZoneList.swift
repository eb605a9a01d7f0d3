// SPDX-License-Identifier: Apache-2.0

import Wire

/// Zones in one piece of memory, to find those that hold a name.
///
/// An array of names would have a reference counted at each comparison, which all workers share.
/// A name costs as many look-ups as there are zones of different depth, not as it has labels, and of
/// these only such as are as long as a zone may be.
package struct ZoneList: Sendable {
    /// Where a zone lies in the memory.
    private struct Place {
        let bytes: Range<Int>
        let labelCount: Int
    }

    /// The zones of so many labels.
    private struct Depth {
        let labelCount: Int
        /// How long they are, the shortest to the longest: another length need not be looked up.
        let byteCounts: ClosedRange<Int>

        init(_ labelCount: Int, _ places: [Place]) {
            self.labelCount = labelCount
            let counts = places.filter { $0.labelCount == labelCount }.map(\.bytes.count)
            byteCounts = (counts.min() ?? 0)...(counts.max() ?? 0)
        }

        /// The label of `name` at which a zone of this depth would begin; nil where none can.
        func label(in name: borrowing QueryName) -> Int? {
            let label = name.labelCount &- labelCount
            guard label >= 0 else { return nil }
            let byteCount = name.byteCount &- name.start(ofLabel: label)
            return byteCounts.contains(byteCount) ? label : nil
        }
    }

    /// One place of the hash table; `zone` is -1 where it is empty.
    private struct Slot {
        var hash: UInt64 = 0
        var zone = -1
    }

    /// The wire forms in lower case, one after the other.
    private let memory: [UInt8]
    private let places: [Place]
    /// The zones by their names, never more than half full; of equal zones the first is found first.
    private let slots: [Slot]
    /// The different label counts of the zones, largest first.
    private let depths: [Depth]
    /// The place of the first zone that is the root, which needs no look-up; -1 when none is.
    private let rootPlace: Int

    /// The zones in this order.
    package init(_ zones: [Name]) {
        var memory: [UInt8] = []
        var places: [Place] = []
        var size = 4
        while size < zones.count * 2 { size *= 2 }
        var slots = [Slot](repeating: Slot(), count: size)
        for (index, zone) in zones.enumerated() {
            let start = memory.count
            memory += zone.lowercased.bytes
            places.append(Place(bytes: start..<memory.count, labelCount: zone.labelCount))
            let hash = zone.tableHash
            var slot = Int(truncatingIfNeeded: hash) & (size - 1)
            while slots[slot].zone >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Slot(hash: hash, zone: index)
        }
        self.memory = memory
        self.places = places
        self.slots = slots
        depths = Set(places.map(\.labelCount)).sorted(by: >).map { Depth($0, places) }
        rootPlace = places.firstIndex { $0.labelCount == 0 } ?? -1
    }

    package var isEmpty: Bool { places.isEmpty }

    /// The number of zones.
    package var count: Int { places.count }

    /// The number of labels of the zone at `place`.
    package func labelCount(at place: Int) -> Int { places[place].labelCount }

    /// The place of the first zone that holds `name`; nil when none does.
    package func first(holding name: borrowing QueryName) -> Int? {
        var first: Int?
        for index in 0..<depths.count {
            guard let label = depths[index].label(in: name),
                let place = place(of: name, fromLabel: label)
            else { continue }
            first = min(first ?? place, place)
        }
        return first
    }

    /// The place of the longest zone that holds `name`; nil when none does.
    ///
    /// `first`: only zones that begin at this label or behind it are meant.
    package func longest(holding name: borrowing QueryName, fromLabel first: Int = 0) -> Int? {
        for index in 0..<depths.count {
            guard let label = depths[index].label(in: name), label >= first,
                let place = place(of: name, fromLabel: label)
            else { continue }
            return place
        }
        return nil
    }

    /// The place of the zone that is the labels of `name` from one on; nil when there is none.
    package func place(of name: borrowing QueryName, fromLabel label: Int) -> Int? {
        guard label < name.labelCount else { return rootPlace >= 0 ? rootPlace : nil }
        let hash = name.hash(fromLabel: label)
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        // LIMIT: at least half of the slots are empty, so that every search ends.
        while slots[slot].zone >= 0 {
            if slots[slot].hash == hash {
                let zone = memory.span.extracting(places[slots[slot].zone].bytes)
                if name.suffix(fromLabel: label, equals: zone) { return slots[slot].zone }
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }
}

extension ZoneList: Equatable {
    /// Whether both have the same zones in the same order.
    package static func == (left: ZoneList, right: ZoneList) -> Bool {
        // Each name ends with the root, so that the memory tells them apart.
        left.memory == right.memory
    }
}
