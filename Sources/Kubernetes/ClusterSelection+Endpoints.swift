// SPDX-License-Identifier: Apache-2.0

import Wire

/// Finds the ready endpoints of Services: from slices, else from Endpoints, else from Pods.
struct EndpointSelection {
    /// The longest name of a Pod that is an endpoint's name, in bytes.
    private static let maximumPodNameByteCount = 63

    private let census: ClusterCensus
    private let options: ClusterOptions
    /// The Pods of each namespace by one of their labels; made when first needed.
    private var podsByLabel: [PodLabel: [Int]]?

    /// One label in one namespace.
    private struct PodLabel: Hashable {
        let namespace: String
        let key: String
        let value: String
    }

    init(_ census: ClusterCensus, _ options: ClusterOptions) {
        self.census = census
        self.options = options
    }

    /// The ready endpoints of a Service; `service` is nil when only slices speak of it.
    mutating func endpoints(of key: ServiceKey, _ service: Service?) -> [SelectedEndpoint] {
        guard !options.ignoresEndpoints else { return [] }
        if let slices = census.slices[key] ?? census.legacySlices[key] {
            return slices.filter { options.shows($0.metadata) }.flatMap { endpoints($0, service) }
        }
        guard let service, !service.selector.isEmpty else { return [] }
        if case .externalName = service.kind { return [] }
        return pods(of: service).flatMap { endpoints($0, service) }
    }

    /// What a slice lists, one entry an address.
    private func endpoints(_ slice: EndpointSlice, _ service: Service?) -> [SelectedEndpoint] {
        var found: [SelectedEndpoint] = []
        let takesAll = service?.publishesNotReadyAddresses ?? false
        for endpoint in slice.endpoints where endpoint.isReady || takesAll {
            for address in endpoint.addresses {
                let name = name(endpoint.hostname, endpoint.podName, address)
                found.append(SelectedEndpoint(name: name, address: address, ports: slice.ports))
            }
        }
        return found
    }

    /// The Pods that a Service selects and that are ready, in the order of the objects.
    private mutating func pods(of service: Service) -> [Pod] {
        let namespace = service.metadata.namespace
        let byLabel = podsByLabel ?? Self.podsByLabel(census.pods)
        podsByLabel = byLabel
        // The rarest of the labels leaves the fewest Pods to look at.
        let candidates = service.selector.map { key, value in
            byLabel[PodLabel(namespace: namespace, key: key, value: value)] ?? []
        }
        let fewest = candidates.min { $0.count < $1.count } ?? []
        return fewest.map { census.pods[$0] }.filter { pod in
            !pod.isFinished && (pod.isReady || service.publishesNotReadyAddresses)
                && service.selector.allSatisfy { pod.metadata.labels[$0.key] == $0.value }
        }
    }

    private static func podsByLabel(_ pods: [Pod]) -> [PodLabel: [Int]] {
        var found: [PodLabel: [Int]] = [:]
        for (index, pod) in pods.enumerated() {
            for (key, value) in pod.metadata.labels {
                let label = PodLabel(
                    namespace: pod.metadata.namespace,
                    key: key,
                    value: value
                )
                found[label, default: []].append(index)
            }
        }
        return found
    }

    /// What a Pod is to a Service, one entry an address.
    private func endpoints(_ pod: Pod, _ service: Service) -> [SelectedEndpoint] {
        var families: Set<IPAddress.Family> = [.v4, .v6]
        if case .clusterIP(let own) = service.kind, !own.isEmpty {
            families = Set(own.map(\.family))
        }
        let isMember = pod.subdomain == service.metadata.name
        var ports: [EndpointPort] = []
        for port in service.ports {
            guard let number = number(of: port, in: pod) else { continue }
            ports.append(EndpointPort(name: port.name, number: number, transport: port.transport))
        }
        return pod.addresses.filter { families.contains($0.family) }.map { address in
            let name = name(isMember ? pod.hostname : "", pod.metadata.name, address)
            return SelectedEndpoint(name: name, address: address, ports: ports)
        }
    }

    /// The number that a Service's port has at a Pod; nil when the Pod names no such port.
    private func number(of port: ServicePort, in pod: Pod) -> UInt16? {
        switch port.target {
        case .number(let number): number
        case .name(let name):
            pod.ports.first { $0.name == name && $0.transport == port.transport }?.number
        }
    }

    /// The label of an endpoint: its host name, its Pod's name if wanted, else its address.
    private func name(_ hostname: String, _ podName: String, _ address: IPAddress) -> String {
        if !hostname.isEmpty { return hostname }
        let count = podName.utf8.count
        if options.usesPodNames, count > 0, count <= Self.maximumPodNameByteCount,
            !podName.utf8.contains(UInt8(ascii: "."))
        {
            return podName
        }
        return address.dashedText
    }
}

extension IPAddress {
    /// The address as a label: its text with `-` for each dot or colon, never with one at its end.
    var dashedText: String {
        let dashed = description.utf8.map { byte in
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") ? UInt8(ascii: "-") : byte
        }
        let text = String(decoding: dashed, as: UTF8.self)
        return dashed.last == UInt8(ascii: "-") ? text + "0" : text
    }
}
