// SPDX-License-Identifier: Apache-2.0

import Wire

/// The endpoints of one Service, ready or not, as people look at them.
///
/// By the same rule as the answers: slices count, else Endpoints, else the Pods that are selected.
package struct ServiceMembers: Sendable {
    /// One address with its ports.
    package struct Member: Hashable, Sendable {
        package let address: IPAddress
        package let ports: [EndpointPort]
        package let isReady: Bool
        /// The Pod it stands for; empty when none is known.
        package let podName: String
    }

    /// In the order of their addresses, IPv4 first.
    package private(set) var members: [Member] = []

    /// Whether they come of slices or Endpoints objects, so that no selector counts.
    package let areWritten: Bool

    /// The members that are told to clients.
    package private(set) var ready: [Member] = []

    /// Gathers the members of a Service; `slices`: those of its namespace that speak of it; `pods`:
    /// those of its namespace that it may select.
    package init(of service: Service, slices: [EndpointSlice], pods: [Pod]) {
        let isOwn = { (slice: EndpointSlice) in slice.serviceName == service.metadata.name }
        areWritten = slices.contains(where: isOwn)
        if areWritten {
            let hasTrueSlices = slices.contains { isOwn($0) && !$0.isFromEndpoints }
            for slice in slices where isOwn(slice) && slice.isFromEndpoints != hasTrueSlices {
                add(slice)
            }
        } else if !service.selector.isEmpty, !service.isAlias {
            for pod in pods where service.selects(pod) && !pod.isFinished { add(pod, service) }
        }
        members.sort { $0.address.isOrdered(before: $1.address) }
        let areAllReady = service.publishesNotReadyAddresses || members.allSatisfy(\.isReady)
        ready = areAllReady ? members : members.filter(\.isReady)
    }

    private mutating func add(_ slice: EndpointSlice) {
        for endpoint in slice.endpoints {
            for address in endpoint.addresses {
                members.append(
                    Member(
                        address: address,
                        ports: slice.ports,
                        isReady: endpoint.isReady,
                        podName: endpoint.podName
                    )
                )
            }
        }
    }

    private mutating func add(_ pod: Pod, _ service: Service) {
        let ports = service.endpointPorts(at: pod)
        for address in service.endpointAddresses(of: pod) {
            members.append(
                Member(
                    address: address,
                    ports: ports,
                    isReady: pod.isReady,
                    podName: pod.metadata.name
                )
            )
        }
    }
}
