// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// Zones without data of their own, and the SOA record that their negative answers carry.
struct NegativeZones: Sendable {
    /// Refresh, retry and expiry, in seconds, as CoreDNS writes them where it makes a record up.
    private static let timers: [UInt32] = [7_200, 1_800, 86_400]

    /// One zone: where its name and its data lie in `memory`.
    private struct Place {
        let name: Range<Int>
        let data: Range<Int>
    }

    private let list: ZoneList
    private let memory: [UInt8]
    private let places: [Place]
    private let ttl: UInt32

    /// Zones whose missing names may be kept for `ttl` seconds (RFC 2308 §5).
    init(_ zones: [Name], serial: UInt32, ttl: UInt32) {
        var memory: [UInt8] = []
        var places: [Place] = []
        for zone in zones {
            let start = memory.count
            memory += zone.bytes
            let middle = memory.count
            // A zone of full length has no room for one more label.
            let mailbox = (try? zone.prepending(Array("hostmaster".utf8))) ?? zone
            memory += zone.bytes + mailbox.bytes
            for number in [serial] + Self.timers + [ttl] {
                for shift in [24, 16, 8, 0] as [UInt32] {
                    memory.append(UInt8(truncatingIfNeeded: number >> shift))
                }
            }
            places.append(Place(name: start..<middle, data: middle..<memory.count))
        }
        list = ZoneList(zones)
        self.memory = memory
        self.places = places
        self.ttl = ttl
    }

    /// The place of the longest zone that holds `name`.
    func longest(holding name: borrowing QueryName) -> Int? { list.longest(holding: name) }

    /// Puts the record of the zone at `place` into the authority section.
    func put(_ place: Int, into answer: inout Answer) {
        let owner = answer.place(memory.span.extracting(places[place].name))
        answer.append(
            .authority,
            .placed(owner),
            .soa,
            ttl: ttl,
            data: memory.span.extracting(places[place].data)
        )
    }
}
