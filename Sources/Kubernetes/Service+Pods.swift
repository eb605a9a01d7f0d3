// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Pods are to a Service: the one rule by which answers and people's tables are made.
extension Service {
    /// Whether the selector means a Pod of the same namespace.
    package func selects(_ pod: Pod) -> Bool {
        selector.allSatisfy { pod.metadata.labels[$0.key] == $0.value }
    }

    /// Whether it is another name for something elsewhere, which has no endpoints.
    package var isAlias: Bool { if case .externalName = kind { true } else { false } }

    /// The addresses of a Pod that are its endpoints: those of the families of the Service's own
    /// addresses, all where it has none.
    ///
    /// A headless Service is of one family unless it says otherwise: of that which it names, else of
    /// the Pod's first address, as that is the cluster's first family.
    func endpointAddresses(of pod: Pod) -> [IPAddress] {
        var families: [IPAddress.Family] = []
        switch kind {
        case .clusterIP(let own): families = own.map(\.family)
        case .externalName: break
        case .headless:
            let isSingle = (terms.familyPolicy ?? .singleStack) == .singleStack
            if isSingle, terms.families.count < 2, let first = pod.addresses.first {
                families = [terms.families.first ?? first.family]
            }
        }
        guard !families.isEmpty else { return pod.addresses }
        return pod.addresses.filter { families.contains($0.family) }
    }

    /// The ports that a Pod has for it, without those whose name the Pod does not know.
    func endpointPorts(at pod: Pod) -> [EndpointPort] {
        ports.compactMap { port in
            port.number(at: pod).map {
                EndpointPort(name: port.name, number: $0, transport: port.transport)
            }
        }
    }
}

extension ServicePort {
    /// The number that the port has at a Pod; nil when the Pod names no such port.
    func number(at pod: Pod) -> UInt16? {
        switch target {
        case .number(let number): number
        case .name(let name):
            pod.ports.first { $0.name == name && $0.transport == transport }?.number
        }
    }
}
