// SPDX-License-Identifier: Apache-2.0

import Wire

/// The addresses of one network of a Node, and the numbers of the objects whose Pods have them.
struct PodPool: Sendable {
    /// A pool of up to this many addresses has a place of four bytes for the holder of each.
    ///
    /// Of a larger one, few addresses are used.
    private static let maximumPlaceCount = 256

    private(set) var addresses: AddressPool
    /// 1 more than the number of the holder of each address, 0 for none; empty until one is taken.
    private var places: [UInt32] = []
    /// The same by the numbers of the addresses, where there are too many for a place each.
    private var others: [Int: UInt32] = [:]

    init(_ network: AddressNetwork) { addresses = AddressPool(pods: network) }

    var network: AddressNetwork { addresses.network }
    var isFull: Bool { addresses.isFull }

    /// The numbers of all holders.
    var makers: Set<Int> {
        var found: Set<Int> = []
        for place in places where place > 0 { found.insert(Int(place) - 1) }
        for place in others.values { found.insert(Int(place) - 1) }
        return found
    }

    /// The number of the object of which a Pod has an address; nil when none has it.
    func maker(of address: IPAddress) -> Int? {
        guard let number = addresses.number(of: address) else { return nil }
        let place = number < places.count ? places[number] : others[number] ?? 0
        return place == 0 ? nil : Int(place) - 1
    }

    /// Takes an address for a Pod of an object; false when somebody has it, or it is none that is
    /// chosen.
    mutating func take(_ address: IPAddress, for maker: Int) -> Bool {
        guard let number = addresses.number(of: address), addresses.take(address) else {
            return false
        }
        set(UInt32(truncatingIfNeeded: maker + 1), at: number)
        return true
    }

    /// Gives back an address that an object has.
    mutating func release(_ address: IPAddress, of maker: Int) {
        guard self.maker(of: address) == maker, let number = addresses.number(of: address) else {
            return
        }
        addresses.release(address)
        set(0, at: number)
    }

    /// An address that is free, by a hash, and is taken now; nil when there is none left.
    ///
    /// `isUsed`: whether an address is none for Pods, though nobody has taken it.
    mutating func choose(
        _ hash: UInt64,
        for maker: Int,
        isUsed: (IPAddress) -> Bool
    ) -> IPAddress? {
        var passed: [IPAddress] = []
        defer { for address in passed { addresses.release(address) } }
        while let address = addresses.choice(hash) {
            guard isUsed(address) else { return take(address, for: maker) ? address : nil }
            addresses.take(address)
            passed.append(address)
        }
        return nil
    }

    private mutating func set(_ place: UInt32, at number: Int) {
        let count = addresses.numbers.count
        if count > Self.maximumPlaceCount {
            others[number] = place == 0 ? nil : place
            return
        }
        if places.isEmpty { places = Array(repeating: 0, count: count) }
        places[number] = place
    }
}
