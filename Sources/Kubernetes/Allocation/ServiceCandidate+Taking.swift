// SPDX-License-Identifier: Apache-2.0

import Wire

// MARK: Taking what is written

extension ServiceCandidate {
    /// Takes what the manifest asks for.
    ///
    /// - Throws: Why it cannot be had; then nothing of it was taken.
    mutating func takeWritten(from held: inout HeldNumbers) throws(AllocationMistake) {
        guard !hasWritten else { return }
        for slot in slots {
            if let address = slot.written { try check(address, held) }
        }
        for (index, port) in service.ports.enumerated() where port.nodePort != 0 {
            let path = "spec.ports[\(index)].nodePort"
            try check(port.nodePort, path, held)
        }
        let healthCheck = service.terms.healthCheckPort
        if healthCheck != 0 {
            let path = "spec.healthCheckNodePort"
            if service.ports.contains(where: { $0.nodePort == healthCheck }) {
                throw AllocationMistake(
                    text: "\(path): Invalid value: \(healthCheck): provided port is already "
                        + "allocated",
                    holder: object
                )
            }
            try check(healthCheck, path, held)
        }
        for address in service.terms.ingressAddresses {
            guard let holder = held.grantee(ofBalancer: address) else { continue }
            throw AllocationMistake(
                text: "status.loadBalancer.ingress: Invalid value: \"\(address)\": provided IP is "
                    + "already allocated",
                holder: holder
            )
        }
        for index in slots.indices {
            guard let address = slots[index].written else { continue }
            slots[index].address = address
            held.take(service: address, for: object)
        }
        for (index, port) in service.ports.enumerated() where port.nodePort != 0 {
            nodePorts[index] = port.nodePort
            held.take(port: port.nodePort, for: object)
        }
        if healthCheck != 0 {
            healthCheckPort = healthCheck
            held.take(port: healthCheckPort, for: object)
        }
        for address in service.terms.ingressAddresses {
            // Several may have it that a living cluster had.
            ingressAddresses.append(address)
            held.take(balancer: address, for: object)
        }
        hasWritten = true
    }

    private func check(_ address: IPAddress, _ held: HeldNumbers) throws(AllocationMistake) {
        let start =
            "spec.clusterIPs: Invalid value: [\"\(address)\"]: failed to allocate IP \(address): "
        if held.options.isServiceNetworkWritten,
            held.servicePool(address.family)?.allows(address) != true
        {
            let ranges = held.options.serviceNetworks.map(\.description).joined(separator: ", ")
            throw AllocationMistake(
                text: start
                    + "the provided IP (\(address)) is not in the valid range. The range of "
                    + "valid IPs is \(ranges)"
            )
        }
        if let holder = held.holder(ofService: address) {
            throw AllocationMistake(
                text: start + "provided IP is already allocated",
                holder: holder
            )
        }
    }

    private func check(
        _ port: UInt16,
        _ path: String,
        _ held: HeldNumbers
    ) throws(AllocationMistake) {
        let start = "\(path): Invalid value: \(port): "
        let range = held.options.nodePorts
        if held.options.areNodePortsWritten, !range.contains(port) {
            throw AllocationMistake(
                text: start
                    + "provided port is not in the valid range. The range of valid ports is "
                    + "\(range.lowerBound)-\(range.upperBound)"
            )
        }
        if let holder = held.holder(ofPort: port) {
            throw AllocationMistake(
                text: start + "provided port is already allocated",
                holder: holder
            )
        }
    }
}

// MARK: Choosing the rest

extension ServiceCandidate {
    /// Gives it what it has not got yet.
    ///
    /// - Returns: What it has to do without, though it is used.
    /// - Throws: What it cannot do without.
    mutating func complete(
        from held: inout HeldNumbers
    ) throws(AllocationMistake) -> AllocationMistake? {
        for index in slots.indices where slots[index].address == nil {
            guard let address = held.choice(ofServiceFor: key, slots[index].family) else {
                throw AllocationMistake(
                    text: "spec.clusterIPs: Internal error: failed to allocate a serviceIP: range "
                        + "is full"
                )
            }
            slots[index].address = address
            held.take(service: address, for: object)
        }
        for index in openPorts {
            let number = service.ports[index].number
            // What another transport of this port has, or asks for.
            let shared = service.ports.indices.first {
                service.ports[$0].number == number && nodePorts[$0] != 0
            }
            if let shared {
                nodePorts[index] = nodePorts[shared]
                continue
            }
            guard let port = held.choice(ofPortFor: key, number) else {
                throw AllocationMistake(
                    text: "spec.ports[\(index)].nodePort: Internal error: failed to allocate a "
                        + "nodePort: range is full"
                )
            }
            nodePorts[index] = port
            held.take(port: port, for: object)
        }
        if wantsHealthCheckPort, healthCheckPort == 0 {
            guard let port = held.choice(ofPortFor: key, 0) else {
                throw AllocationMistake(
                    text: "spec.healthCheckNodePort: Internal error: failed to allocate a "
                        + "nodePort: range is full"
                )
            }
            healthCheckPort = port
            held.take(port: port, for: object)
        }
        return completeBalancer(&held)
    }

    private mutating func completeBalancer(_ held: inout HeldNumbers) -> AllocationMistake? {
        guard wantsBalancer, !held.balancerPools.isEmpty else { return nil }
        if let address = service.terms.loadBalancerAddress {
            return takeBalancer(address, &held)
        }
        let missing = slots.map(\.family).filter { family in
            !ingressAddresses.contains { $0.family == family }
                && held.balancerPools.contains { $0.network.family == family }
        }
        for family in missing {
            guard let address = held.choice(ofBalancerFor: key, family) else {
                return AllocationMistake(
                    text: "no address of 'load_balancer_pool' is free; it waits for one",
                    isWarning: true
                )
            }
            ingressAddresses.append(address)
            held.take(balancer: address, for: object)
        }
        return nil
    }

    /// Takes the address of a load balancer that is asked for.
    private mutating func takeBalancer(
        _ address: IPAddress,
        _ held: inout HeldNumbers
    ) -> AllocationMistake? {
        let start = "spec.loadBalancerIP: \(address) "
        guard held.balancerPools.contains(where: { $0.network.contains(address) }) else {
            let pools = held.options.loadBalancerNetworks.map(\.description)
            return AllocationMistake(
                text: start + "is not in 'load_balancer_pool' (\(pools.joined(separator: ", "))); "
                    + "it waits for an address",
                isWarning: true
            )
        }
        if let holder = held.holder(ofBalancer: address) {
            return AllocationMistake(
                text: start + "is already allocated; it waits for it",
                holder: holder,
                isWarning: true
            )
        }
        ingressAddresses = [address]
        held.take(balancer: address, for: object)
        return nil
    }
}
