// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// Which server block serves which zone.
struct ZoneTable: Sendable {
    /// Whose zone one of the list is.
    private struct Holder {
        let block: Int
        /// The zone's place among those of its block at all ports.
        let zone: Int
    }

    /// Where a name is served.
    struct Finding {
        let block: Int
        /// The zone's place among those of its block at all ports.
        let zone: Int
        /// The label of the name at which the zone begins.
        let label: Int
    }

    private let zones: ZoneList
    /// In the order of `zones`.
    private let holders: [Holder]

    init(_ blocks: [ServerBlock]) {
        zones = ZoneList(blocks.flatMap(\.zones))
        holders = blocks.enumerated().flatMap { index, block in
            block.zonePlaces.map { Holder(block: index, zone: $0) }
        }
    }

    /// The block of the longest zone at or above `name`, looking from one of its labels on.
    func find(_ name: borrowing QueryName, fromLabel first: Int) -> Finding? {
        guard let place = zones.longest(holding: name, fromLabel: first) else { return nil }
        return Finding(
            block: holders[place].block,
            zone: holders[place].zone,
            label: name.labelCount &- zones.labelCount(at: place)
        )
    }
}
