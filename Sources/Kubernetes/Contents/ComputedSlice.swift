// SPDX-License-Identifier: Apache-2.0

import Wire

/// An EndpointSlice that no manifest has: as the controller makes them of a Service's Pods.
///
/// Answers do not need it, as they come of the Pods themselves; people look at it. A Pod that is
/// finished or being deleted is no endpoint here, so none is ever `terminating`.
package struct ComputedSlice: Hashable, Sendable {
    /// The most endpoints of one slice, as the controller has it unless it is told otherwise.
    package static let maximumEndpointCount = 100

    private static let headlessLabel = "service.kubernetes.io/headless"
    private static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    private static let manager = "endpointslice-controller.k8s.io"
    private static let mirroringManager = "endpointslicemirroring-controller.k8s.io"
    private static let unmirroredLabel = "endpointslice.kubernetes.io/skip-mirror"

    /// One Pod at one of its addresses.
    package struct Endpoint: Hashable, Sendable {
        package let address: IPAddress
        /// Whether clients are to use it.
        package let isReady: Bool
        /// Whether the Pod says that it is ready.
        package let isServing: Bool
        /// Its name within the Service; empty when it has none.
        package let hostname: String
        /// Empty when it is not known.
        package let nodeName: String
        /// Empty when it stands for none.
        package let podName: String
    }

    package let metadata: Metadata
    package let family: IPAddress.Family
    package let ports: [EndpointPort]
    package let endpoints: [Endpoint]
    /// Whether it repeats an Endpoints object of its Service's name.
    package let isMirrored: Bool

    /// The slices of a Service, each of one address family and of endpoints with the same ports;
    /// for a family without endpoints one that is empty, without a selector none.
    ///
    /// `pods`: those of its namespace that it may select.
    package static func all(of service: Service, pods: [Pod]) -> [ComputedSlice] {
        guard !service.selector.isEmpty, !service.isAlias else { return [] }
        var found: [IPAddress.Family: [[EndpointPort]: [Endpoint]]] = [:]
        for pod in pods where service.selects(pod) && !pod.isFinished {
            let ports = service.endpointPorts(at: pod)
            for address in service.endpointAddresses(of: pod) {
                let endpoint = Endpoint(pod, address, of: service)
                found[address.family, default: [:]][ports, default: []].append(endpoint)
            }
        }
        var own = service.metadata.labels
        own[headlessLabel] = service.kind == .headless ? "" : nil
        own[managerLabel] = manager
        own[EndpointSlice.serviceLabel] = service.metadata.name
        var metadata = service.metadata
        metadata.labels = own
        return slices(of: found, service.sliceFamilies(Set(found.keys)), metadata)
    }

    /// The slices that repeat an Endpoints object, as the controller makes them for a Service
    /// without a selector; none where its label says so.
    ///
    /// `subsets`: those of the object, each as a slice.
    package static func mirroring(
        _ subsets: [EndpointSlice],
        of service: Service
    ) -> [ComputedSlice] {
        guard service.selector.isEmpty, !service.isAlias, var metadata = subsets.first?.metadata,
            metadata.labels[unmirroredLabel] != "true"
        else { return [] }
        var found: [IPAddress.Family: [[EndpointPort]: [Endpoint]]] = [:]
        for subset in subsets {
            for endpoint in subset.endpoints {
                for address in endpoint.addresses {
                    found[address.family, default: [:]][subset.ports, default: []].append(
                        Endpoint(endpoint, address)
                    )
                }
            }
        }
        metadata.labels[managerLabel] = mirroringManager
        metadata.labels[EndpointSlice.serviceLabel] = service.metadata.name
        let families = [IPAddress.Family.v4, .v6].filter { found[$0] != nil }
        return slices(of: found, families, metadata, areMirrored: true)
    }

    /// The slices with these endpoints; `metadata`: theirs but for the name, which is what names
    /// are made of.
    private static func slices(
        of found: [IPAddress.Family: [[EndpointPort]: [Endpoint]]],
        _ families: [IPAddress.Family],
        _ metadata: Metadata,
        areMirrored: Bool = false
    ) -> [ComputedSlice] {
        var names = Names(of: metadata)
        var slices: [ComputedSlice] = []
        for family in families {
            for (ports, endpoints) in sorted(found[family] ?? [[]: []]) {
                for chunk in chunks(of: endpoints) {
                    var own = metadata
                    own.name = names.next()
                    slices.append(
                        ComputedSlice(
                            metadata: own,
                            family: family,
                            ports: ports,
                            endpoints: Array(chunk),
                            isMirrored: areMirrored
                        )
                    )
                }
            }
        }
        return slices
    }

    /// Those with the lowest addresses first, and so in each.
    private static func sorted(
        _ groups: [[EndpointPort]: [Endpoint]]
    ) -> [(ports: [EndpointPort], endpoints: [Endpoint])] {
        let own = groups.map { (ports: $0.key, endpoints: $0.value.sorted()) }
        return own.sorted { left, right in
            guard let first = left.endpoints.first, let second = right.endpoints.first else {
                return false
            }
            return first < second
        }
    }

    /// As many at once as a slice takes; an empty one of none.
    private static func chunks(of endpoints: [Endpoint]) -> [ArraySlice<Endpoint>] {
        guard !endpoints.isEmpty else { return [[]] }
        return stride(from: 0, to: endpoints.count, by: maximumEndpointCount).map {
            endpoints[$0...].prefix(maximumEndpointCount)
        }
    }
}

extension ComputedSlice.Endpoint: Comparable {
    fileprivate init(_ pod: Pod, _ address: IPAddress, of service: Service) {
        self.address = address
        isServing = pod.isReady
        isReady = pod.isReady || service.publishesNotReadyAddresses
        hostname = pod.subdomain == service.metadata.name ? pod.hostname : ""
        nodeName = pod.placement.nodeName
        podName = pod.metadata.name
    }

    fileprivate init(_ endpoint: SliceEndpoint, _ address: IPAddress) {
        self.address = address
        isServing = endpoint.isReady
        isReady = endpoint.isReady
        hostname = endpoint.hostname
        nodeName = ""
        podName = endpoint.podName
    }

    /// By address, then, as Pods of one Node's network share theirs, by name.
    package static func < (left: ComputedSlice.Endpoint, right: ComputedSlice.Endpoint) -> Bool {
        left.address == right.address
            ? left.podName < right.podName : left.address.isOrdered(before: right.address)
    }
}

extension Service {
    /// The families of its slices: those of its endpoints and those that it asks for.
    fileprivate func sliceFamilies(_ used: Set<IPAddress.Family>) -> [IPAddress.Family] {
        var families = used
        if case .clusterIP(let own) = kind { families.formUnion(own.map(\.family)) }
        families.formUnion(terms.families)
        if families.isEmpty { families = [.v4] }
        return [.v4, .v6].filter(families.contains)
    }
}

/// The names of a Service's slices: made up, but the same on every machine.
private struct Names {
    private let metadata: Metadata
    private var taken: Set<String> = []
    private var count = 0

    init(of metadata: Metadata) { self.metadata = metadata }

    /// A name that none of the Service's slices before has.
    mutating func next() -> String {
        count += 1
        let hash = hashTexts("EndpointSlice", metadata.namespace, metadata.name, "\(count)")
        return PodNames.name(metadata.name, hash, &taken)
    }
}
