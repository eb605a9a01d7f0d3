// SPDX-License-Identifier: Apache-2.0

import Wire

/// How much each client has of something, in fixed memory however many clients there are.
///
/// Two rows of counters, and a place in each for every client: what a client has is at most the
/// smaller of its two. Clients that share both with a greedy one are taken for it, one in 262,144;
/// which those are nobody can tell who does not know the seed. The addresses of one IPv6 network of
/// 64 bits are one client.
package struct ClientCounts: Sendable {
    /// The counters of a row.
    static let width = 512

    /// The two counters of a client.
    package struct Place: Hashable, Sendable {
        fileprivate let first: Int
        fileprivate let second: Int
    }

    private let seed: UInt64
    private var counts = [UInt32](repeating: 0, count: 2 * width)
    /// The sum over all clients.
    package private(set) var total: UInt64 = 0

    /// `seed`: random bits that no client knows.
    package init(seed: UInt64) { self.seed = seed }

    /// The counters of the client at `address`.
    package func place(of address: IPAddress) -> Place {
        let bits = address.family == .v4 ? address.low | 1 << 63 : address.high
        var hash = (bits ^ seed) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        hash ^= hash >> 32
        let mask = UInt64(Self.width - 1)
        return Place(
            first: Int(hash & mask),
            second: Self.width + Int(hash >> 40 & mask)
        )
    }

    /// The most that the client of a place can have.
    package func count(at place: Place) -> UInt32 { min(counts[place.first], counts[place.second]) }

    package mutating func add(_ count: UInt32 = 1, at place: Place) {
        counts[place.first] &+= count
        counts[place.second] &+= count
        total &+= UInt64(count)
    }

    /// Takes back as many as were added.
    package mutating func remove(_ count: UInt32 = 1, at place: Place) {
        counts[place.first] &-= count
        counts[place.second] &-= count
        total &-= UInt64(count)
    }

    package mutating func removeAll() {
        for index in counts.indices { counts[index] = 0 }
        total = 0
    }
}
