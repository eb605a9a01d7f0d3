// SPDX-License-Identifier: Apache-2.0

import Wire

/// What every Kubernetes object carries: who it is and how it is labelled.
///
/// Annotations are not kept: what they say to us is kept where it belongs.
package struct Metadata: Hashable, Sendable {
    package var name: String
    /// The namespace, `default` where the manifest names none; empty for a Namespace.
    package var namespace: String
    package var labels: [String: String]
    /// `creationTimestamp`, in seconds since 1970; 0 where there is none.
    package var createdSeconds: UInt32

    package init(
        name: String,
        namespace: String = "default",
        labels: [String: String] = [:],
        createdSeconds: UInt32 = 0
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.createdSeconds = createdSeconds
    }
}

/// The transport of a port, as Kubernetes spells it.
package enum PortProtocol: String, Hashable, Sendable, CaseIterable {
    case tcp = "TCP"
    case udp = "UDP"
    case sctp = "SCTP"
}

/// Where a Service sends what arrives at one of its ports: a number, or a container port's name.
package enum TargetPort: Hashable, Sendable {
    case number(UInt16)
    case name(String)
}

/// One port of a Service.
package struct ServicePort: Hashable, Sendable {
    /// The name; empty when there is none.
    package var name: String
    package var number: UInt16
    package var transport: PortProtocol
    package var target: TargetPort
    /// The port of every node that leads here; 0 where there is none.
    package var nodePort: UInt16

    package init(
        name: String,
        number: UInt16,
        transport: PortProtocol,
        target: TargetPort,
        nodePort: UInt16 = 0
    ) {
        self.name = name
        self.number = number
        self.transport = transport
        self.target = target
        self.nodePort = nodePort
    }
}

/// A Service: what naming needs, and how it is reached.
package struct Service: Hashable, Sendable {
    /// The kinds of Service that answer differently.
    package enum Kind: Hashable, Sendable {
        /// ClusterIP, NodePort and LoadBalancer: its own addresses, IPv4 or IPv6 or both.
        case clusterIP([IPAddress])
        /// `clusterIP: None`: the addresses of its ready endpoints.
        case headless
        /// An alias for a name elsewhere, as written.
        case externalName(String)
    }

    package var metadata: Metadata
    package var kind: Kind
    package var ports: [ServicePort]
    /// The labels that its Pods carry; empty when it selects none by itself.
    package var selector: [String: String]
    package var publishesNotReadyAddresses: Bool
    package var terms: ServiceTerms

    package init(
        metadata: Metadata,
        kind: Kind,
        ports: [ServicePort],
        selector: [String: String],
        publishesNotReadyAddresses: Bool,
        terms: ServiceTerms = ServiceTerms()
    ) {
        self.metadata = metadata
        self.kind = kind
        self.ports = ports
        self.selector = selector
        self.publishesNotReadyAddresses = publishesNotReadyAddresses
        self.terms = terms
    }
}

/// One port of an EndpointSlice or of an Endpoints subset.
package struct EndpointPort: Hashable, Sendable {
    /// The name; empty when there is none.
    package var name: String
    /// The number; nil stands for every port.
    package var number: UInt16?
    package var transport: PortProtocol

    package init(name: String, number: UInt16?, transport: PortProtocol) {
        self.name = name
        self.number = number
        self.transport = transport
    }
}

/// One endpoint of an EndpointSlice or of an Endpoints subset.
package struct SliceEndpoint: Hashable, Sendable {
    package var addresses: [IPAddress]
    /// `conditions.ready`, true where it is absent.
    package var isReady: Bool
    /// The `hostname` field; empty when there is none.
    package var hostname: String
    /// The name of the Pod it stands for (`targetRef.name`); empty when there is none.
    package var podName: String

    package init(addresses: [IPAddress], isReady: Bool, hostname: String, podName: String) {
        self.addresses = addresses
        self.isReady = isReady
        self.hostname = hostname
        self.podName = podName
    }
}

/// An EndpointSlice, or one subset of an Endpoints object in the same form.
package struct EndpointSlice: Hashable, Sendable {
    /// The most endpoints of a slice, of its ports, and of the addresses of one endpoint.
    package static let maximumEndpointCount = 1_000
    package static let maximumPortCount = 20_000
    package static let maximumAddressCount = 100
    /// The label that says whose slice it is.
    static let serviceLabel = "kubernetes.io/service-name"

    package var metadata: Metadata
    /// The Service it belongs to, in the same namespace.
    package var serviceName: String
    package var endpoints: [SliceEndpoint]
    package var ports: [EndpointPort]
    /// Whether it came from an Endpoints object; those yield to any true slice of the Service.
    package var isFromEndpoints: Bool

    package init(
        metadata: Metadata,
        serviceName: String,
        endpoints: [SliceEndpoint],
        ports: [EndpointPort],
        isFromEndpoints: Bool
    ) {
        self.metadata = metadata
        self.serviceName = serviceName
        self.endpoints = endpoints
        self.ports = ports
        self.isFromEndpoints = isFromEndpoints
    }
}

/// A named port of one of a Pod's containers.
package struct ContainerPort: Hashable, Sendable {
    package var name: String
    package var number: UInt16
    package var transport: PortProtocol

    package init(name: String, number: UInt16, transport: PortProtocol) {
        self.name = name
        self.number = number
        self.transport = transport
    }
}

/// A Pod, reduced to what naming needs.
package struct Pod: Hashable, Sendable {
    package var metadata: Metadata
    /// `status.podIPs`, else `status.podIP`.
    package var addresses: [IPAddress]
    package var hostname: String
    package var subdomain: String
    /// Its condition `Ready` is True, or it has no conditions at all.
    package var isReady: Bool
    /// Its phase is Succeeded or Failed, or it is being deleted: it has no endpoint any more.
    package var isFinished: Bool
    package var ports: [ContainerPort]
    /// Where it runs or may run.
    package var placement: Placement
    /// The workload that it belongs to; nil where it stands alone.
    package var owner: Owner?
    package var state: PodState

    package init(
        metadata: Metadata,
        addresses: [IPAddress],
        hostname: String,
        subdomain: String,
        isReady: Bool,
        isFinished: Bool,
        ports: [ContainerPort],
        placement: Placement = Placement(),
        owner: Owner? = nil,
        state: PodState = PodState()
    ) {
        self.metadata = metadata
        self.addresses = addresses
        self.hostname = hostname
        self.subdomain = subdomain
        self.isReady = isReady
        self.isFinished = isFinished
        self.ports = ports
        self.placement = placement
        self.owner = owner
        self.state = state
    }
}

/// A Namespace.
package struct Namespace: Hashable, Sendable {
    package var metadata: Metadata

    package init(metadata: Metadata) { self.metadata = metadata }
}

/// Any object that a manifest can hold and the registry has a use for.
package enum ClusterObject: Hashable, Sendable {
    case namespace(Namespace)
    case service(Service)
    case endpointSlice(EndpointSlice)
    case pod(Pod)
    case workload(Workload)
    case node(Node)
    /// Pods that were made here, of a workload.
    case podGroup(PodGroup)
    /// Another kind: it names nothing, but the namespace it lives in exists.
    case other(kind: String, Metadata)
}
