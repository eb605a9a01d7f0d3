// SPDX-License-Identifier: Apache-2.0

import Wire

/// Addresses, each as often as it was inserted, of which copies share all but what differs.
struct AddressSet: Sendable {
    /// Nothing but that an address is there.
    private struct Mark: Hashable, Sendable {}

    private var table = SharedTable<Mark>()

    mutating func insert(_ address: IPAddress) {
        let place = address.tablePlace
        table.insert(Mark(), at: place.hash, rank: place.rank)
    }

    /// Takes an address out once.
    mutating func remove(_ address: IPAddress) {
        let place = address.tablePlace
        table.remove(Mark(), at: place.hash, rank: place.rank)
    }

    func contains(_ address: IPAddress) -> Bool {
        let place = address.tablePlace
        return table[place.hash].contains { $0.rank == place.rank }
    }
}
