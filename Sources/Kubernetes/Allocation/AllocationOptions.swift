// SPDX-License-Identifier: Apache-2.0

import Wire

/// From where Services get what their manifests leave open.
package struct AllocationOptions: Hashable, Sendable {
    /// The range that Kubernetes' own tools choose.
    package static let defaultServiceNetwork = "10.96.0.0/12"
    package static let defaultNodePorts: ClosedRange<UInt16> = 30_000...32_767
    /// The most networks for load balancers.
    package static let maximumLoadBalancerNetworkCount = 64

    /// The ranges for Services, of one family each; the first is that of Services that name none.
    package var serviceNetworks = [AddressNetwork(defaultServiceNetwork)].compactMap(\.self)
    /// Whether a user wrote the ranges: then no Service may have an address from elsewhere, and the
    /// API server's own Service is made where no manifest has it.
    package var isServiceNetworkWritten = false
    /// The networks for load balancers; without one they wait for an address.
    package var loadBalancerNetworks: [AddressNetwork] = []
    package var nodePorts = Self.defaultNodePorts
    /// Whether a user wrote them: then no Service may have a port of the nodes from elsewhere.
    package var areNodePortsWritten = false

    /// The range of Pods, as most tools that make clusters choose it.
    package static let defaultPodNetwork = "10.244.0.0/16"

    /// How many bits of a range for Pods are left for addresses, at least: a range is cut into 16
    /// blocks, each with an address for a Pod.
    package static let minimumPodNetworkBitCount = 6

    /// The ranges for Pods, of one family each: a Pod has an address of each.
    package var podNetworks = [AddressNetwork(defaultPodNetwork)].compactMap(\.self)
    /// Whether a user wrote them: then addresses in them are nobody's but Pods' of the cluster.
    package var arePodNetworksWritten = false
    /// Whether workloads have Pods made, and Pods without an address get one.
    package var makesPods = true

    package init() {}

    /// The networks that a user called the cluster's own.
    package var ownNetworks: [AddressNetwork] {
        let services = isServiceNetworkWritten ? serviceNetworks : []
        return services + (arePodNetworksWritten ? podNetworks : [])
    }

    /// The networks of which no Pod gets an address.
    var reservedNetworks: [AddressNetwork] { serviceNetworks + loadBalancerNetworks }

    /// The first of these that has some of the ranges for Pods; nil for none.
    var networkWithinPods: AddressNetwork? {
        reservedNetworks.first { podNetworks.contains(where: $0.overlaps) }
    }

    /// Who has the addresses of a network that is none for Pods.
    func holder(of network: AddressNetwork) -> String {
        serviceNetworks.contains(network) ? "Services" : "load balancers"
    }

    /// The Service that holds the first address of the range.
    static let serverKey = ServiceKey(namespace: "default", name: "kubernetes")
}
