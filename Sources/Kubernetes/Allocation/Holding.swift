// SPDX-License-Identifier: Apache-2.0

import Wire

/// What one Service holds: the numbers that nobody else may have.
package struct Holding: Hashable, Sendable {
    /// A port of the nodes, and the port of the Service that it leads to.
    package struct NodePort: Hashable, Sendable {
        package let number: UInt16
        package let transport: PortProtocol
        package let nodePort: UInt16

        package init(number: UInt16, transport: PortProtocol, nodePort: UInt16) {
            self.number = number
            self.transport = transport
            self.nodePort = nodePort
        }
    }

    /// The cluster addresses, at most one a family.
    package var addresses: [IPAddress] = []
    package var nodePorts: [NodePort] = []
    /// The port of the nodes for health checks; 0 for none.
    package var healthCheckPort: UInt16 = 0
    /// The addresses of the load balancer.
    package var ingressAddresses: [IPAddress] = []

    package init() {}

    package var isEmpty: Bool { self == Holding() }

    /// What a Service says that it holds.
    init(writtenIn service: Service) {
        if case .clusterIP(let written) = service.kind { addresses = written }
        for port in service.ports where port.nodePort != 0 {
            nodePorts.append(
                NodePort(number: port.number, transport: port.transport, nodePort: port.nodePort)
            )
        }
        healthCheckPort = service.terms.healthCheckPort
        ingressAddresses = service.terms.ingressAddresses
    }

    /// The different ports of the nodes.
    var distinctPorts: Set<UInt16> {
        var ports = Set(nodePorts.map(\.nodePort))
        if healthCheckPort != 0 { ports.insert(healthCheckPort) }
        return ports
    }

    /// Writes what is held where a Service leaves it open.
    func fill(_ service: inout Service) {
        if case .clusterIP = service.kind { service.kind = .clusterIP(addresses) }
        for index in service.ports.indices where service.ports[index].nodePort == 0 {
            let port = service.ports[index]
            service.ports[index].nodePort =
                nodePorts.first { $0.number == port.number && $0.transport == port.transport }?
                .nodePort ?? 0
        }
        service.terms.healthCheckPort = healthCheckPort
        service.terms.ingressAddresses = ingressAddresses
    }
}
