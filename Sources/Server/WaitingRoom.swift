// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// The places of a worker where queries wait, shared fairly between clients.
///
/// Up to half of them are taken by whoever comes. From then on a client that has as many places as
/// are still free gets no more: one that floods ends with half of all, two with a third each. Who
/// has none finds one unless thousands of clients flood at once.
struct WaitingRoom: Sendable {
    /// The most queries of one worker that wait at the same time.
    static let maximumCount = 8_192

    private var held: ClientCounts

    /// `seed`: random bits that no client knows.
    init(seed: UInt64) { held = ClientCounts(seed: seed) }

    /// How many places are taken.
    var count: Int { Int(held.total) }

    /// Takes a place for a query of the client at `address`; false when there is none for it.
    mutating func enter(_ address: IPAddress) -> Bool {
        let place = held.place(of: address)
        let free = Self.maximumCount - count
        guard 2 * free > Self.maximumCount || Int(held.count(at: place)) < free else {
            return false
        }
        held.add(at: place)
        return true
    }

    /// Gives back a place that was taken for the client at `address`.
    mutating func leave(_ address: IPAddress) { held.remove(at: held.place(of: address)) }
}
