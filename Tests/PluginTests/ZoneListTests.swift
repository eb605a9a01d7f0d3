// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct ZoneListTests {
    @Test(arguments: [
        ("a.b", ".", true), (".", ".", true), (".", "b", false), ("A.B", "b", true),
        ("a.b", "A.b", true), ("b", "a.b", false), ("ca.b", "a.b", false), ("a.b", "c.b", false),
        ("x.y.a.b", "a.b", true), ("\\001a.b", "a.b", false),
    ])
    func findsTheZoneOfAName(name: String, zone: String, isInside: Bool) throws {
        let name = try QueryName(try Name(name))
        let list = ZoneList([try Name(zone)])

        #expect(list.first(holding: name) == (isInside ? 0 : nil))
        #expect(list.longest(holding: name) == (isInside ? 0 : nil))
    }

    @Test func findsTheFirstAndTheLongest() throws {
        let list = ZoneList(try ["x", "b", "c.a.b", "a.b", "A.B"].map { try Name($0) })
        let name = try QueryName(try Name("d.a.b"))

        #expect(list.first(holding: name) == 1)
        #expect(list.longest(holding: name) == 3)
        #expect(!list.isEmpty)
        #expect(ZoneList([]).isEmpty)
        #expect(ZoneList([]).first(holding: name) == nil)
    }

    @Test(
        "Zones of one depth may be of any length",
        arguments: [
            ("a", 0), ("bb", nil), ("bbb", 1), ("bbbb", nil), ("ccccc", 2), ("cccccc", nil),
        ]
    )
    func findsZonesOfEveryLength(label: String, place: Int?) throws {
        let zones = ["a.example", "bbb.example", "ccccc.example"]
        let list = ZoneList(try zones.map { try Name($0) })
        let name = try QueryName(try Name("www.\(label).example"))

        #expect(list.longest(holding: name) == place)
        #expect(list.first(holding: name) == place)
    }

    @Test func isTheSameWithTheSameZonesInTheSameOrder() throws {
        let lists = try [["a.b", "c"], ["A.B", "c"], ["c", "a.b"], ["a", "b.c"], ["a.b"], []].map {
            ZoneList(try $0.map { try Name($0) })
        }

        #expect(lists.map { $0 == lists[0] } == [true, true, false, false, false, false])
    }
}
