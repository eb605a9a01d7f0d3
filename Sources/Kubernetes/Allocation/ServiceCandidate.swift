// SPDX-License-Identifier: Apache-2.0

import Wire

/// What is wrong with a Service only beside others, or with these ranges.
struct AllocationMistake: Error, Hashable, Sendable {
    /// The path of the field, what it holds, and why that cannot be.
    let text: String
    /// Who holds what the Service asks for.
    var holder: StoredObject?
    /// Whether the Service is used all the same.
    var isWarning = false
}

/// A Service on its way to be used: what it asks for, and what of that it has by now.
///
/// It is asked in steps, each for all Services before the next: first those that were in use keep
/// what they had, then everybody takes what is written, then those that come back take what they
/// are remembered by, and at last the rest is chosen.
struct ServiceCandidate {
    let key: ServiceKey
    let object: StoredObject
    /// What was in use under this name until now.
    let before: ServiceInUse?
    let service: Service
    /// The families of the addresses, in their order, with those that are written.
    var slots: [Slot] = []
    var nodePorts: [UInt16]
    var healthCheckPort: UInt16
    var ingressAddresses: [IPAddress]
    /// Whether what is written has been taken.
    var hasWritten = false

    /// One cluster address.
    struct Slot {
        let family: IPAddress.Family
        let written: IPAddress?
        var address: IPAddress?
    }

    init(_ key: ServiceKey, _ object: StoredObject, _ service: Service, before: ServiceInUse?) {
        self.key = key
        self.object = object
        self.before = before
        self.service = service
        nodePorts = Array(repeating: 0, count: service.ports.count)
        healthCheckPort = 0
        ingressAddresses = []
    }

    /// What it has by now.
    var holding: Holding {
        var holding = Holding()
        holding.addresses = slots.compactMap(\.address)
        for (port, nodePort) in zip(service.ports, nodePorts) where nodePort != 0 {
            holding.nodePorts.append(
                Holding.NodePort(
                    number: port.number,
                    transport: port.transport,
                    nodePort: nodePort
                )
            )
        }
        holding.healthCheckPort = healthCheckPort
        holding.ingressAddresses = ingressAddresses
        return holding
    }

    /// Whether something of that is not written in the manifest.
    var isGranted: Bool { holding != Holding(writtenIn: service) }

    /// The Service with what it has.
    var filled: StoredObject {
        guard isGranted else { return object }
        return object.filled(with: holding)
    }

    /// Gives back what it has.
    mutating func release(to held: inout HeldNumbers) {
        held.release(holding, of: object)
        for index in slots.indices { slots[index].address = nil }
        for index in nodePorts.indices { nodePorts[index] = 0 }
        healthCheckPort = 0
        ingressAddresses = []
        hasWritten = false
    }
}

// MARK: What it asks for

extension ServiceCandidate {
    /// Whether it neither has anything written that others may not have, nor gets anything.
    var asksForNothing: Bool {
        !hasAddresses && service.terms.type == .clusterIP && Holding(writtenIn: service).isEmpty
    }

    /// Whether it has cluster addresses at all.
    private var hasAddresses: Bool {
        if case .clusterIP = service.kind { true } else { false }
    }

    /// Whether its ports get ports of the nodes.
    private var wantsNodePorts: Bool {
        switch service.terms.type {
        case .clusterIP: false
        case .nodePort: true
        case .loadBalancer: service.terms.allocatesNodePorts
        }
    }

    var wantsHealthCheckPort: Bool {
        service.terms.type == .loadBalancer && service.terms.isExternalTrafficLocal
    }

    var wantsBalancer: Bool {
        service.terms.type == .loadBalancer && service.terms.loadBalancerClass.isEmpty
            && service.terms.ingressAddresses.isEmpty
    }

    /// Works out of which families it gets addresses, as the API server does.
    mutating func plan(_ held: HeldNumbers) throws(AllocationMistake) {
        slots = []
        guard hasAddresses, case .clusterIP(let written) = service.kind else { return }
        let configured = held.options.serviceNetworks.map(\.family)
        var families = service.terms.families
        for address in written.dropFirst(families.count) { families.append(address.family) }
        if families.isEmpty, let first = configured.first { families = [first] }
        let isDual = Set(configured).count == 2
        let policy =
            service.terms.familyPolicy ?? (families.count > 1 ? .requireDualStack : .singleStack)
        if families.count == 1, policy != .singleStack {
            if isDual {
                families.append(families[0] == .v4 ? .v6 : .v4)
            } else if policy == .requireDualStack {
                throw AllocationMistake(
                    text: "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster "
                        + "is not configured for dual-stack services"
                )
            }
        }
        for (index, family) in families.enumerated() {
            let address = written.first { $0.family == family }
            if address == nil, !configured.contains(family) {
                if policy == .preferDualStack, index > 0 { continue }
                let name = family == .v4 ? "IPv4" : "IPv6"
                throw AllocationMistake(
                    text:
                        "spec.ipFamilies[\(index)]: Invalid value: \"\(name)\": not configured on "
                        + "this cluster"
                )
            }
            slots.append(Slot(family: family, written: address))
        }
    }

    // MARK: Taking what it had

    /// Takes what a Service of this name had, as far as it still asks for such and nobody has it.
    mutating func take(_ memory: Holding, from held: inout HeldNumbers) {
        for index in slots.indices where slots[index].written == nil && slots[index].address == nil
        {
            let family = slots[index].family
            guard let address = memory.addresses.first(where: { $0.family == family }),
                held.servicePool(family)?.allows(address) == true,
                held.holder(ofService: address) == nil
            else { continue }
            slots[index].address = address
            held.take(service: address, for: object)
        }
        let written = Set(service.ports.map(\.nodePort) + [service.terms.healthCheckPort])
        for index in openPorts {
            let port = service.ports[index]
            let same = memory.nodePorts.first {
                $0.number == port.number && $0.transport == port.transport
            }
            let any = memory.nodePorts.first { $0.number == port.number }
            guard let nodePort = (same ?? any)?.nodePort, !written.contains(nodePort) else {
                continue
            }
            takePort(nodePort, at: index, &held)
        }
        if wantsHealthCheckPort, service.terms.healthCheckPort == 0, healthCheckPort == 0,
            memory.healthCheckPort != 0, !written.contains(memory.healthCheckPort),
            held.options.nodePorts.contains(memory.healthCheckPort),
            held.holder(ofPort: memory.healthCheckPort) == nil
        {
            healthCheckPort = memory.healthCheckPort
            held.take(port: healthCheckPort, for: object)
        }
        takeBalancer(memory, &held)
    }

    /// The ports that are to get a port of the nodes and have none yet.
    var openPorts: [Int] {
        guard wantsNodePorts else { return [] }
        return service.ports.indices.filter {
            service.ports[$0].nodePort == 0 && nodePorts[$0] == 0
        }
    }

    /// Takes a port of the nodes if it is free or another transport of the same port has it.
    private mutating func takePort(_ nodePort: UInt16, at index: Int, _ held: inout HeldNumbers) {
        let number = service.ports[index].number
        let isShared = service.ports.indices.contains {
            service.ports[$0].number == number && nodePorts[$0] == nodePort
        }
        if isShared {
            nodePorts[index] = nodePort
        } else if held.options.nodePorts.contains(nodePort), held.holder(ofPort: nodePort) == nil {
            nodePorts[index] = nodePort
            held.take(port: nodePort, for: object)
        }
    }

    private mutating func takeBalancer(_ memory: Holding, _ held: inout HeldNumbers) {
        guard wantsBalancer, ingressAddresses.isEmpty, service.terms.loadBalancerAddress == nil
        else { return }
        let families = Set(slots.map(\.family))
        for address in memory.ingressAddresses where families.contains(address.family) {
            guard held.holder(ofBalancer: address) == nil,
                held.balancerPools.contains(where: { $0.network.contains(address) })
            else { continue }
            ingressAddresses.append(address)
            held.take(balancer: address, for: object)
        }
    }
}
