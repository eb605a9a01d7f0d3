// SPDX-License-Identifier: Apache-2.0

import Wire

/// Who holds which number: addresses of Services, addresses of load balancers, ports of the nodes.
///
/// A held address costs 16 bytes and the object of its holder, which is there anyway.
struct HeldNumbers: Sendable {
    private(set) var servicePools: [AddressPool]
    private(set) var balancerPools: [AddressPool]
    private(set) var portPool: NumberPool
    let options: AllocationOptions

    private var addressHolders = SharedTable<StoredObject>()
    private var ingressHolders = SharedTable<StoredObject>()
    private var portHolders: [UInt16: StoredObject] = [:]

    init(_ options: AllocationOptions) {
        self.options = options
        servicePools = options.serviceNetworks.enumerated().map { index, network in
            AddressPool(services: network, isFirstReserved: index == 0)
        }
        balancerPools = options.loadBalancerNetworks.map(AddressPool.init(loadBalancers:))
        let count = options.nodePorts.count
        portPool = NumberPool(
            count: count,
            staticCount: NumberPool.staticCount(ofPorts: count)
        )
    }

    // MARK: Who holds it

    func holder(ofService address: IPAddress) -> StoredObject? {
        Self.holder(of: address, in: addressHolders)
    }

    func holder(ofBalancer address: IPAddress) -> StoredObject? {
        Self.holder(of: address, in: ingressHolders)
    }

    /// Who was given an address of a load balancer, though its manifest does not write it.
    ///
    /// Of a living cluster several Services may have one address; what is given here has one holder.
    func grantee(ofBalancer address: IPAddress) -> StoredObject? {
        // It was given when nobody had it, so that it is the first one's or nobody's.
        holder(ofBalancer: address).flatMap { $0.writes(balancer: address) ? nil : $0 }
    }

    func holder(ofPort port: UInt16) -> StoredObject? { portHolders[port] }

    private static func holder(
        of address: IPAddress,
        in table: SharedTable<StoredObject>
    ) -> StoredObject? {
        let place = address.tablePlace
        return table[place.hash].first { $0.rank == place.rank }?.value
    }

    // MARK: Taking and giving back

    mutating func take(service address: IPAddress, for object: StoredObject) {
        let place = address.tablePlace
        addressHolders.insert(object, at: place.hash, rank: place.rank)
        for index in servicePools.indices { servicePools[index].take(address) }
    }

    mutating func take(balancer address: IPAddress, for object: StoredObject) {
        let place = address.tablePlace
        ingressHolders.insert(object, at: place.hash, rank: place.rank)
        for index in balancerPools.indices { balancerPools[index].take(address) }
    }

    mutating func take(port: UInt16, for object: StoredObject) {
        portHolders[port] = object
        portPool.take(Int(port) - Int(options.nodePorts.lowerBound))
    }

    /// Gives back everything that an object holds.
    mutating func release(_ holding: Holding, of object: StoredObject) {
        for address in holding.addresses {
            let place = address.tablePlace
            addressHolders.remove(object, at: place.hash, rank: place.rank)
            guard holder(ofService: address) == nil else { continue }
            for index in servicePools.indices { servicePools[index].release(address) }
        }
        for address in holding.ingressAddresses {
            let place = address.tablePlace
            ingressHolders.remove(object, at: place.hash, rank: place.rank)
            guard holder(ofBalancer: address) == nil else { continue }
            for index in balancerPools.indices { balancerPools[index].release(address) }
        }
        for port in holding.distinctPorts where portHolders[port] == object {
            portHolders[port] = nil
            portPool.release(Int(port) - Int(options.nodePorts.lowerBound))
        }
    }

    /// Notes whether a Service that is gone may come back for what it held.
    mutating func setWished(_ holding: Holding, _ isWished: Bool) {
        for index in servicePools.indices {
            for address in holding.addresses { servicePools[index].setWished(address, isWished) }
        }
        for index in balancerPools.indices {
            for address in holding.ingressAddresses {
                balancerPools[index].setWished(address, isWished)
            }
        }
        for port in holding.distinctPorts {
            portPool.setWished(Int(port) - Int(options.nodePorts.lowerBound), isWished)
        }
    }

    // MARK: Choosing

    /// The pool for Services of a family.
    func servicePool(_ family: IPAddress.Family) -> AddressPool? {
        servicePools.first { $0.network.family == family }
    }

    /// An address for a Service of this name.
    ///
    /// The first address belongs to the API server's own Service, if that has none.
    func choice(ofServiceFor key: ServiceKey, _ family: IPAddress.Family) -> IPAddress? {
        guard let pool = servicePool(family) else { return nil }
        let isServer = key == AllocationOptions.serverKey
        if isServer, pool.numbers.reservedCount > 0, !pool.numbers.isTaken(0) { return pool[0] }
        return pool.choice(key.choiceHash)
    }

    /// An address of a load balancer for a Service of this name.
    func choice(ofBalancerFor key: ServiceKey, _ family: IPAddress.Family) -> IPAddress? {
        for pool in balancerPools where pool.network.family == family {
            if let address = pool.choice(key.choiceHash) { return address }
        }
        return nil
    }

    /// A port of the nodes; `number`: which of its ports it is for.
    func choice(ofPortFor key: ServiceKey, _ number: UInt16) -> UInt16? {
        let hash = key.choiceHash &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        return portPool.choice(hash).map {
            UInt16(truncatingIfNeeded: Int(options.nodePorts.lowerBound) + $0)
        }
    }
}

extension ServiceKey {
    /// What chooses for a Service: the same on every machine, and never to be changed, since
    /// addresses would move where no file remembers them.
    var choiceHash: UInt64 {
        var bytes = Array(namespace.utf8)
        bytes.append(0)
        bytes += name.utf8
        return hashBytes(bytes.span)
    }
}

extension IPAddress {
    /// Where an address stands in a `SharedTable`.
    ///
    /// An IPv4 address is all of the bits that the table compares. Of an IPv6 address 76 bits of
    /// hashes count: the odds that two of a million meet are one in a hundred thousand million.
    var tablePlace: (hash: UInt64, rank: UInt32) {
        if family == .v4 {
            let mixed = low &* 0x9E37_79B9_7F4A_7C15
            return (mixed & 0xFFF0_0000_0000_0000 | low << 20, 4)
        }
        var bytes: [UInt8] = []
        for index in 0..<byteCount { bytes.append(byte(at: index)) }
        let other = hashBytes(bytes.span, key: 1)
        return (hashBytes(bytes.span), UInt32(truncatingIfNeeded: other) | 1 << 31)
    }
}
