// SPDX-License-Identifier: Apache-2.0

import Wire

/// An EndpointSlice that no manifest has: as the controller makes them of a Service's Pods.
///
/// Answers do not need it, as they come of the Pods themselves; people look at it. A Pod that is
/// finished or being deleted is no endpoint here, so none is ever `terminating`.
package struct ComputedSlice: Hashable, Sendable {
    /// The most endpoints of one slice, as the controller has it unless it is told otherwise.
    package static let maximumEndpointCount = 100

    /// The label that says whose slice it is.
    package static let serviceLabel = "kubernetes.io/service-name"
    private static let headlessLabel = "service.kubernetes.io/headless"
    private static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    private static let manager = "endpointslice-controller.k8s.io"

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
        package let podName: String
    }

    package let metadata: Metadata
    package let family: IPAddress.Family
    package let ports: [EndpointPort]
    package let endpoints: [Endpoint]

    /// The slices of a Service, each of one address family and of endpoints with the same ports;
    /// for a family without endpoints one that is empty, without a selector none.
    ///
    /// `pods`: those of its namespace that it may select.
    package static func all(of service: Service, pods: [Pod]) -> [ComputedSlice] {
        guard !service.selector.isEmpty else { return [] }
        if case .externalName = service.kind { return [] }
        var found: [IPAddress.Family: [[EndpointPort]: [Endpoint]]] = [:]
        for pod in pods where service.selects(pod) && !pod.isFinished {
            let ports = service.endpointPorts(at: pod)
            for address in service.endpointAddresses(of: pod) {
                let endpoint = Endpoint(pod, address, of: service)
                found[address.family, default: [:]][ports, default: []].append(endpoint)
            }
        }
        var names = Names(of: service.metadata)
        return service.sliceFamilies(Set(found.keys)).flatMap { family in
            let groups = sorted(found[family] ?? [[]: []])
            return groups.flatMap { ports, endpoints in
                chunks(of: endpoints).map { chunk in
                    ComputedSlice(
                        metadata: metadata(named: names.next(), of: service),
                        family: family,
                        ports: ports,
                        endpoints: Array(chunk)
                    )
                }
            }
        }
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

    private static func metadata(named name: String, of service: Service) -> Metadata {
        var labels = service.metadata.labels
        labels[headlessLabel] = service.kind == .headless ? "" : nil
        labels[managerLabel] = manager
        labels[serviceLabel] = service.metadata.name
        return Metadata(
            name: name,
            namespace: service.metadata.namespace,
            labels: labels,
            createdSeconds: service.metadata.createdSeconds
        )
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
