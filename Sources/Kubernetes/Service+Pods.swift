// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Pods are to a Service: the one rule by which answers and people's tables are made.
extension Service {
    /// Whether the selector means a Pod of the same namespace.
    package func selects(_ pod: Pod) -> Bool {
        selector.allSatisfy { pod.metadata.labels[$0.key] == $0.value }
    }

    /// The addresses of a Pod that are its endpoints: those of the families of the Service's own
    /// addresses, all where it has none.
    func endpointAddresses(of pod: Pod) -> [IPAddress] {
        guard case .clusterIP(let own) = kind, !own.isEmpty else { return pod.addresses }
        return pod.addresses.filter { address in
            own.contains { $0.family == address.family }
        }
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
