// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// The places of a worker where queries wait, shared fairly between clients.
///
/// Up to half of them are taken by whoever comes. From then on a client that has as many places as
/// are still free gets no more: one that floods ends with half of all, two with a third each. Who
/// has none finds one unless thousands of clients flood at once. Some places are left to queries that
/// go first, for names that are served here: what is forwarded cannot take them all.
struct WaitingRoom: Sendable {
    /// The most queries of one worker that wait at the same time.
    static let maximumCount = 9_216
    /// How many of them only those get that go first.
    static let reservedCount = 1_024

    private var held: ClientCounts

    /// `seed`: random bits that no client knows.
    init(seed: UInt64) { held = ClientCounts(seed: seed) }

    /// How many places are taken.
    var count: Int { Int(held.total) }

    /// Takes a place for a query of the client at `address`; false when there is none for it.
    mutating func enter(_ address: IPAddress, goesFirst: Bool) -> Bool {
        let place = held.place(of: address)
        let all = goesFirst ? Self.maximumCount : Self.maximumCount - Self.reservedCount
        let free = all - count
        guard 2 * free > all || Int(held.count(at: place)) < free else {
            return false
        }
        held.add(at: place)
        return true
    }

    /// Gives back a place that was taken for the client at `address`.
    mutating func leave(_ address: IPAddress) { held.remove(at: held.place(of: address)) }
}
