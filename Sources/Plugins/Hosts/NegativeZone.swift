// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// A zone without data of its own, and the SOA record that its negative answers carry.
struct NegativeZone: Sendable {
    /// Refresh, retry and expiry, in seconds, as CoreDNS writes them where it makes a record up.
    private static let timers: [UInt32] = [7_200, 1_800, 86_400]

    /// In lower case.
    let name: Name
    private let data: [UInt8]
    private let ttl: UInt32

    /// A zone whose missing names may be kept for `ttl` seconds (RFC 2308 §5).
    init(_ name: Name, serial: UInt32, ttl: UInt32) {
        self.name = name
        self.ttl = ttl
        // A zone of full length has no room for one more label.
        let mailbox = (try? name.prepending(Array("hostmaster".utf8))) ?? name
        var data = name.bytes + mailbox.bytes
        for number in [serial] + Self.timers + [ttl] {
            for shift in [24, 16, 8, 0] as [UInt32] {
                data.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        self.data = data
    }

    /// Puts the record into the authority section.
    func put(into answer: inout Answer) {
        let owner = answer.place(name.bytes.span)
        answer.append(.authority, .placed(owner), .soa, ttl: ttl, data: data.span)
    }
}
