// SPDX-License-Identifier: Apache-2.0

import Wire

/// Zones in one piece of memory, to find those that hold a name.
///
/// An array of names would have a reference counted at each comparison, which all workers share.
struct ZoneList: Sendable {
    /// The wire forms in lower case, one after the other.
    private let memory: [UInt8]
    private let places: [Range<Int>]

    /// The zones in this order.
    init(_ zones: [Name]) {
        var memory: [UInt8] = []
        var places: [Range<Int>] = []
        for zone in zones {
            let start = memory.count
            memory += zone.lowercased.bytes
            places.append(start..<memory.count)
        }
        self.memory = memory
        self.places = places
    }

    var isEmpty: Bool { places.isEmpty }

    /// The place of the first zone that holds `name`; nil when none does.
    func first(holding name: borrowing QueryName) -> Int? {
        for place in 0..<places.count where holds(name, place) { return place }
        return nil
    }

    /// The place of the longest zone that holds `name`; nil when none does.
    func longest(holding name: borrowing QueryName) -> Int? {
        var best = -1
        for place in 0..<places.count
        where best < 0 || places[place].count > places[best].count {
            if holds(name, place) { best = place }
        }
        return best < 0 ? nil : best
    }

    /// Whether the zone at `place` is `name`, or a parent of it.
    private func holds(_ name: borrowing QueryName, _ place: Int) -> Bool {
        let zone = memory.span.extracting(places[place])
        let start = name.byteCount - zone.count
        // LIMIT: the labels of one name.
        for label in 0...name.labelCount where name.start(ofLabel: label) >= start {
            return name.suffix(fromLabel: label, equals: zone)
        }
        return false
    }
}
