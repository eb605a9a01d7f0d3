// SPDX-License-Identifier: Apache-2.0

import Wire

/// Zones in one piece of memory, to find those that hold a name.
///
/// An array of names would have a reference counted at each comparison, which all workers share.
struct ZoneList: Sendable {
    /// Where a zone lies in the memory.
    private struct Place {
        let bytes: Range<Int>
        let labelCount: Int
    }

    /// The wire forms in lower case, one after the other.
    private let memory: [UInt8]
    private let places: [Place]
    /// The places, longest zones first.
    private let order: [Int]

    /// The zones in this order.
    init(_ zones: [Name]) {
        var memory: [UInt8] = []
        var places: [Place] = []
        for zone in zones {
            let start = memory.count
            memory += zone.lowercased.bytes
            places.append(Place(bytes: start..<memory.count, labelCount: zone.labelCount))
        }
        self.memory = memory
        self.places = places
        order = places.indices.sorted {
            (places[$1].labelCount, $0) < (places[$0].labelCount, $1)
        }
    }

    var isEmpty: Bool { places.isEmpty }

    /// The place of the first zone that holds `name`; nil when none does.
    func first(holding name: borrowing QueryName) -> Int? {
        for place in 0..<places.count where holds(name, place) { return place }
        return nil
    }

    /// The place of the longest zone that holds `name`; nil when none does.
    func longest(holding name: borrowing QueryName) -> Int? {
        var labelCount = -1
        var byteCount = -1
        // LIMIT: the zones of one block. Most are told from the name by their length alone.
        for index in 0..<order.count {
            let zone = places[order[index]]
            if zone.labelCount != labelCount {
                labelCount = zone.labelCount
                let label = name.labelCount &- labelCount
                byteCount = label < 0 ? -1 : name.byteCount &- name.start(ofLabel: label)
            }
            guard zone.bytes.count == byteCount else { continue }
            let bytes = memory.span.extracting(zone.bytes)
            if name.suffix(fromLabel: name.labelCount &- labelCount, equals: bytes) {
                return order[index]
            }
        }
        return nil
    }

    /// The place of the zone that is the labels of `name` from one on; nil when there is none.
    func place(of name: borrowing QueryName, fromLabel label: Int) -> Int? {
        let byteCount = name.byteCount &- name.start(ofLabel: label)
        // LIMIT: the zones of one block; only those of the right length are compared.
        for place in 0..<places.count where places[place].bytes.count == byteCount {
            let zone = memory.span.extracting(places[place].bytes)
            if name.suffix(fromLabel: label, equals: zone) { return place }
        }
        return nil
    }

    /// Whether the zone at `place` is `name`, or a parent of it.
    private func holds(_ name: borrowing QueryName, _ place: Int) -> Bool {
        let zone = places[place]
        let label = name.labelCount &- zone.labelCount
        // Most names are told from most zones by their length alone.
        guard label >= 0, name.byteCount &- name.start(ofLabel: label) == zone.bytes.count
        else { return false }
        return name.suffix(fromLabel: label, equals: memory.span.extracting(zone.bytes))
    }
}
