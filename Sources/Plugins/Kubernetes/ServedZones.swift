// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// The zone that a name lies in.
struct ServedZone: Hashable, Sendable {
    /// The number of the name's labels in front of the zone; 0 at its apex.
    let labelCount: Int
    /// Whether the zone lies in the tree of IPv4 or of IPv6 addresses.
    let isReverse: Bool
    /// Whether that tree lies in the zone, or the zone in it.
    let holdsAddresses: Bool
}

/// The zones of one `kubernetes` plugin.
struct ServedZones: Sendable {
    /// The names of the zones, in the order of the Corefile.
    let names: [Name]
    /// The zone that pointers lead to, in wire form.
    let primary: [UInt8]
    /// All names as a text, with a space between two.
    let text: String
    private let list: ZoneList
    /// Whether the zones are those of the server block, in its order.
    private let areOfBlock: Bool
    /// The zones in their order, as the zones of their own apexes.
    private let apexes: [ServedZone]

    /// `areOfBlock`: whether these are the zones of the server block, in its order.
    init(_ names: [Name], areOfBlock: Bool = false) {
        self.names = names
        self.areOfBlock = areOfBlock
        primary = (names.first { !$0.isReverse } ?? .root).bytes
        text = names.map(\.description).joined(separator: " ")
        list = ZoneList(names)
        apexes = names.map { zone in
            let isArpa = zone.lowercased.labels == [Array("arpa".utf8)]
            return ServedZone(
                labelCount: zone.labelCount,
                isReverse: zone.isReverse,
                holdsAddresses: zone.isReverse || zone == .root || isArpa
            )
        }
    }

    /// The longest zone that the name asked for lies in.
    ///
    /// Where the zones are the block's, the look for the block has found it. Not so for DS, which may
    /// be led to the parent, nor where nobody has looked: the zone would begin at label 0, or have
    /// another number of labels.
    func zone(of query: borrowing Query) -> ServedZone? {
        let (place, label) = (query.zonePlace, query.zoneLabel)
        guard areOfBlock, label > 0, place < apexes.count, query.type != .ds,
            apexes[place].labelCount == query.name.labelCount &- label
        else { return zone(of: query.name) }
        return ServedZone(
            labelCount: label,
            isReverse: apexes[place].isReverse,
            holdsAddresses: apexes[place].holdsAddresses
        )
    }

    /// The longest zone that `name` lies in.
    func zone(of name: borrowing QueryName) -> ServedZone? {
        guard let place = list.longest(holding: name) else { return nil }
        return ServedZone(
            labelCount: name.labelCount &- apexes[place].labelCount,
            isReverse: apexes[place].isReverse,
            holdsAddresses: apexes[place].holdsAddresses
        )
    }
}

extension Name {
    /// Whether this name lies in the tree of IPv4 or of IPv6 addresses.
    var isReverse: Bool {
        let labels = lowercased.labels
        guard labels.count >= 2, labels.last == Array("arpa".utf8) else { return false }
        let kind = labels[labels.count - 2]
        return kind == Array("in-addr".utf8) || kind == Array("ip6".utf8)
    }
}
