// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct ServedZonesTests {
    private static let names = ["cluster.local", "local", "10.in-addr.arpa"]

    /// A query as it is after the look for its block; `place`: the zone that this has found.
    private func query(
        _ name: String,
        _ type: RecordType = .a,
        zoneLabel: Int,
        place: Int
    ) throws -> Query {
        var query = Query(
            header: Header(id: 1, flags: Flags()),
            name: try QueryName(try Name(name)),
            type: type,
            recordClass: .internet
        )
        query.zoneLabel = zoneLabel
        query.zonePlace = place
        return query
    }

    private func zones(areOfBlock: Bool = true) throws -> ServedZones {
        ServedZones(try Self.names.map { try Name($0) }, areOfBlock: areOfBlock)
    }

    @Test(
        "What the look for the block has found is the zone, where the zones are the block's",
        arguments: [
            ("a.b.cluster.local", 2, 0, 2, false), ("a.local", 1, 1, 1, false),
            ("7.10.in-addr.arpa", 1, 2, 1, true),
        ]
    )
    func takesWhatWasFound(
        name: String,
        zoneLabel: Int,
        place: Int,
        labelCount: Int,
        isReverse: Bool
    ) throws {
        let zone = try #require(
            try zones().zone(of: try query(name, zoneLabel: zoneLabel, place: place))
        )

        #expect(zone.labelCount == labelCount)
        #expect(zone.isReverse == isReverse)
        #expect(zone.holdsAddresses == isReverse)
        #expect(try zones().zone(of: try QueryName(try Name(name))) == zone)
    }

    @Test("Zones of the plugin's own are looked up, whatever the block's is")
    func looksForItsOwnZones() throws {
        let query = try query("a.b.cluster.local", zoneLabel: 3, place: 1)

        #expect(try zones(areOfBlock: false).zone(of: query)?.labelCount == 2)
        #expect(try zones().zone(of: query)?.labelCount == 3)
    }

    @Test(
        "DS for a zone's own name is asked of the block of its parent, and still is about the zone"
    )
    func looksForTheZoneOfDS() throws {
        let query = try query("cluster.local", .ds, zoneLabel: 1, place: 1)

        #expect(try zones().zone(of: query)?.labelCount == 0)
    }

    @Test(
        "A query that nobody has looked at is looked up",
        arguments: [(0, 0), (1, 2), (1, 3)]
    )
    func looksWhereNobodyHas(zoneLabel: Int, place: Int) throws {
        for name in ["local", "b.local", "x.cluster.local", "10.in-addr.arpa"] {
            let query = try query(name, zoneLabel: zoneLabel, place: place)
            let own = try QueryName(try Name(name))

            #expect(try zones().zone(of: query) == (try zones().zone(of: own)))
        }
        let other = try query("example", zoneLabel: zoneLabel, place: place)
        #expect(try zones().zone(of: other) == nil)
    }
}
