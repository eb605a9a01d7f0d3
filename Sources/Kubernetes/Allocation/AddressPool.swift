// SPDX-License-Identifier: Apache-2.0

import Wire

/// The addresses of one network, which are given out.
struct AddressPool: Sendable {
    let network: AddressNetwork
    /// The address with the number 0.
    private let first: IPAddress
    private(set) var numbers: NumberPool

    /// The addresses for Services, as Kubernetes takes them from `service-cluster-ip-range`: without
    /// the first one, without the last one of IPv4, and with a static band.
    ///
    /// Only the first 1,048,576 of a larger network are chosen from. `isFirstReserved`: whether the
    /// first of these is the API server's own.
    init(services network: AddressNetwork, isFirstReserved: Bool) {
        let size = Self.size(of: network)
        let usable = max(0, size - (network.family == .v4 ? 2 : 1))
        let staticCount = NumberPool.staticCount(ofAddresses: size)
        let numbers = NumberPool(
            count: usable,
            staticCount: staticCount,
            reservedCount: isFirstReserved ? 1 : 0
        )
        self.init(network, skipping: 1, numbers)
    }

    /// All addresses of a network, for load balancers.
    init(loadBalancers network: AddressNetwork) {
        let numbers = NumberPool(count: Self.size(of: network), staticCount: 0)
        self.init(network, skipping: 0, numbers)
    }

    /// The addresses for the Pods of a Node: without the first two, of which one stands for the
    /// network and one is the Node's own, and without the last one of IPv4.
    init(pods network: AddressNetwork) {
        let count = Self.size(of: network) - (network.family == .v4 ? 3 : 2)
        self.init(network, skipping: 2, NumberPool(count: count, staticCount: 0))
    }

    private init(_ network: AddressNetwork, skipping: Int, _ numbers: NumberPool) {
        self.network = network
        first = network.base.advanced(by: skipping)
        self.numbers = numbers
    }

    /// How many addresses a network has, cut at a number that no pool has.
    private static func size(of network: AddressNetwork) -> Int {
        1 << min(network.base.bitCount - network.length, 40)
    }

    /// The address of a number.
    subscript(number: Int) -> IPAddress { first.advanced(by: number) }

    /// The number of an address; nil when it is none that is chosen.
    func number(of address: IPAddress) -> Int? {
        guard network.contains(address) else { return nil }
        let (distance, isBefore) = address.low.subtractingReportingOverflow(first.low)
        guard !isBefore, address.high == first.high, distance < UInt64(numbers.count) else {
            return nil
        }
        return Int(distance)
    }

    /// Whether an address may be asked for: it lies in the network, and is neither its first one
    /// nor the last one of IPv4.
    func allows(_ address: IPAddress) -> Bool {
        guard network.contains(address), network.length < network.base.bitCount - 1 else {
            return false
        }
        guard address != network.base else { return false }
        let isLast = address.low | ~(UInt64.max << UInt64(32 - min(32, network.length)))
        return network.family == .v6 || isLast != address.low
    }

    var isFull: Bool { numbers.takenCount >= numbers.count }

    /// Takes an address; false when somebody has it, or it is none that is chosen.
    @discardableResult
    mutating func take(_ address: IPAddress) -> Bool {
        number(of: address).map { numbers.take($0) } ?? false
    }

    mutating func release(_ address: IPAddress) {
        if let number = number(of: address) { numbers.release(number) }
    }

    /// Notes whether somebody may come back for an address.
    mutating func setWished(_ address: IPAddress, _ isWished: Bool) {
        if let number = number(of: address) { numbers.setWished(number, isWished) }
    }

    /// The address that whoever has this hash gets; nil when there is none left.
    func choice(_ hash: UInt64) -> IPAddress? { numbers.choice(hash).map { self[$0] } }
}

extension IPAddress {
    /// The address so many steps of `1 << shift` behind this one.
    func advanced(by count: Int, shift: Int = 0) -> IPAddress {
        let moved = bits &+ UInt128(UInt(bitPattern: count)) << UInt128(shift)
        if family == .v4 { return IPAddress(v4: UInt32(truncatingIfNeeded: moved)) }
        return IPAddress(
            v6High: UInt64(truncatingIfNeeded: moved >> 64),
            low: UInt64(truncatingIfNeeded: moved)
        )
    }
}
