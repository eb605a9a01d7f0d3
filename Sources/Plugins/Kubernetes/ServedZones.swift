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
    /// The zones in their order, as the zones of their own apexes.
    private let apexes: [ServedZone]

    init(_ names: [Name]) {
        self.names = names
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
