// SPDX-License-Identifier: Apache-2.0

import Wire

/// From where a Service with addresses of its own can be reached.
package enum ServiceType: UInt8, Hashable, Sendable, CaseIterable {
    case clusterIP
    case nodePort
    case loadBalancer

    /// The type as manifests spell it.
    package var name: String {
        switch self {
        case .clusterIP: "ClusterIP"
        case .nodePort: "NodePort"
        case .loadBalancer: "LoadBalancer"
        }
    }
}

/// Of how many address families a Service has an address.
package enum FamilyPolicy: String, Hashable, Sendable, CaseIterable {
    case singleStack = "SingleStack"
    case preferDualStack = "PreferDualStack"
    case requireDualStack = "RequireDualStack"
}

/// What a Service says about how it is reached, beyond its kind and its ports.
///
/// No name depends on it, but for the addresses that are given by it. Values that a manifest leaves
/// out are those that the API server would fill in.
package struct ServiceTerms: Hashable, Sendable {
    /// How long clients stay with one endpoint unless it is said, in seconds.
    package static let defaultAffinitySeconds = 10_800
    /// The longest that they can, in seconds.
    package static let maximumAffinitySeconds = 86_400

    package var type = ServiceType.clusterIP
    /// `ipFamilyPolicy`; nil where it is left to the addresses and families that are written.
    package var familyPolicy: FamilyPolicy?
    /// `ipFamilies`, the first being that of `clusterIP`; empty where they are left open.
    package var families: [IPAddress.Family] = []
    package var isExternalTrafficLocal = false
    package var isInternalTrafficLocal = false
    /// How long a client stays with one endpoint, in seconds; nil without affinity.
    package var affinitySeconds: Int?
    /// `healthCheckNodePort`; 0 where there is none.
    package var healthCheckPort: UInt16 = 0
    /// Whether the ports of a LoadBalancer get ports of the nodes.
    package var allocatesNodePorts = true
    /// Who provides the load balancer; empty for whoever does by default.
    package var loadBalancerClass = ""
    /// `loadBalancerIP`, the address that is asked for.
    package var loadBalancerAddress: IPAddress?
    package var externalAddresses: [IPAddress] = []
    /// The addresses of the load balancer, as far as there is one: `status.loadBalancer.ingress`.
    package var ingressAddresses: [IPAddress] = []

    package init() {}
}
