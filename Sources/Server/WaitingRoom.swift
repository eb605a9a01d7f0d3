// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// The places of a worker where queries wait, shared fairly between clients.
///
/// Up to half of them are taken by whoever comes. From then on a client that has as many places as
/// are still free gets no more: one that floods ends with half of all, two with a third each. Who
/// has none finds one unless thousands of clients flood at once. Some places are left to queries that
/// go first, for names that are served here: what is forwarded cannot take them all. A long message
/// takes several places, so that what waits is bounded in bytes as well.
struct WaitingRoom: Sendable {
    /// The most queries of one worker that wait at the same time.
    static let maximumCount = 9_216
    /// How many of them only those get that go first.
    static let reservedCount = 1_024
    /// How long a message may be that takes one place, in bytes; a longer one takes one for each so
    /// many.
    static let placeByteCount = 2_048

    private var held: ClientCounts

    /// `seed`: random bits that no client knows.
    init(seed: UInt64) { held = ClientCounts(seed: seed) }

    /// How many places are taken.
    var count: Int { Int(held.total) }

    /// The places that a message takes.
    private static func places(_ byteCount: Int) -> Int {
        max(1, (byteCount &+ placeByteCount &- 1) / placeByteCount)
    }

    /// Takes places for a query of the client at `address`; false when there are not enough for it.
    ///
    /// `byteCount`: the length of its message.
    mutating func enter(_ address: IPAddress, byteCount: Int, goesFirst: Bool) -> Bool {
        let (place, wanted) = (held.place(of: address), Self.places(byteCount))
        let all = goesFirst ? Self.maximumCount : Self.maximumCount - Self.reservedCount
        let free = all - count
        guard wanted <= free, 2 * free > all || Int(held.count(at: place)) + wanted <= free else {
            return false
        }
        held.add(UInt32(wanted), at: place)
        return true
    }

    /// Gives back what was taken for such a query of the client at `address`.
    mutating func leave(_ address: IPAddress, byteCount: Int) {
        held.remove(UInt32(Self.places(byteCount)), at: held.place(of: address))
    }
}
