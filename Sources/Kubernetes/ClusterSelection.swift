// SPDX-License-Identifier: Apache-2.0

import Wire

/// What the registry sees of a cluster's objects, before it is put into tables.
struct ClusterSelection {
    /// The namespaces that may be seen, sorted.
    private(set) var namespaces: [String] = []
    /// The Services in those, and what only slices name, sorted.
    private(set) var services: [SelectedService] = []
    /// The Pods that have names of their own, by namespace.
    private(set) var pods: [String: Set<IPAddress>] = [:]

    /// Selects what `options` let through.
    init(_ objects: some Sequence<ClusterObject>, _ options: ClusterOptions) {
        let census = ClusterCensus(objects)
        let exposed = census.exposedNamespaces(options)
        namespaces = exposed.sorted()
        var endpoints = EndpointSelection(census, options)
        for key in census.serviceKeys.sorted() where exposed.contains(key.namespace) {
            let service = census.services[key].flatMap { options.shows($0.metadata) ? $0 : nil }
            let found = endpoints.endpoints(of: key, service)
            guard service != nil || !found.isEmpty else { continue }
            services.append(SelectedService(key: key, service: service, endpoints: found))
        }
        guard options.podNames == .verified else { return }
        for pod in census.pods
        where exposed.contains(pod.metadata.namespace) && !pod.isFinished
            && options.shows(pod.metadata)
        {
            pods[pod.metadata.namespace, default: []].formUnion(pod.addresses)
        }
    }
}

/// Which Service is meant.
struct ServiceKey: Hashable, Comparable {
    let namespace: String
    let name: String

    static func < (left: ServiceKey, right: ServiceKey) -> Bool {
        left.namespace == right.namespace
            ? left.name < right.name : left.namespace < right.namespace
    }
}

/// A Service with its endpoints that are ready.
struct SelectedService {
    let key: ServiceKey
    /// Nil when only slices speak of it.
    let service: Service?
    let endpoints: [SelectedEndpoint]
}

/// One address of a ready endpoint, the name of it, and its ports.
struct SelectedEndpoint {
    let name: String
    let address: IPAddress
    let ports: [EndpointPort]
}

extension ClusterOptions {
    /// Whether the `labels` option lets an object through.
    func shows(_ metadata: Metadata) -> Bool {
        selector?.selects(metadata.labels) ?? true
    }
}

/// The objects sorted by what they are.
struct ClusterCensus {
    /// The label that every namespace carries without being told.
    private static let nameLabel = "kubernetes.io/metadata.name"

    /// The labels of every namespace that a Namespace or another object speaks of.
    private(set) var namespaces: [String: [String: String]] = [:]
    /// The Services; of two with one name the first.
    private(set) var services: [ServiceKey: Service] = [:]
    /// The true slices of each Service.
    private(set) var slices: [ServiceKey: [EndpointSlice]] = [:]
    /// The slices of each Service that come from Endpoints objects.
    private(set) var legacySlices: [ServiceKey: [EndpointSlice]] = [:]
    private(set) var pods: [Pod] = []

    init(_ objects: some Sequence<ClusterObject>) {
        for object in objects {
            switch object {
            case .namespace(let namespace):
                namespaces[namespace.metadata.name] = namespace.metadata.labels
            case .service(let service):
                note(service.metadata)
                let key = ServiceKey(
                    namespace: service.metadata.namespace,
                    name: service.metadata.name
                )
                if services[key] == nil { services[key] = service }
            case .endpointSlice(let slice):
                note(slice.metadata)
                add(slice)
            case .pod(let pod):
                note(pod.metadata)
                pods.append(pod)
            case .other(_, let metadata):
                note(metadata)
            }
        }
    }

    /// Every Service that an object is or speaks of.
    var serviceKeys: Set<ServiceKey> {
        Set(services.keys).union(slices.keys).union(legacySlices.keys)
    }

    /// The namespaces that may be seen.
    func exposedNamespaces(_ options: ClusterOptions) -> Set<String> {
        var exposed: Set<String> = []
        for (name, labels) in namespaces {
            if let allowed = options.namespaces, !allowed.contains(name) { continue }
            var labels = labels
            labels[Self.nameLabel] = name
            guard options.namespaceSelector?.selects(labels) ?? true else { continue }
            exposed.insert(name)
        }
        return exposed
    }

    /// Notes that an object's namespace exists.
    private mutating func note(_ metadata: Metadata) {
        guard !metadata.namespace.isEmpty, namespaces[metadata.namespace] == nil else { return }
        namespaces[metadata.namespace] = [:]
    }

    private mutating func add(_ slice: EndpointSlice) {
        guard !slice.serviceName.isEmpty else { return }
        let key = ServiceKey(namespace: slice.metadata.namespace, name: slice.serviceName)
        if slice.isFromEndpoints {
            legacySlices[key, default: []].append(slice)
        } else {
            slices[key, default: []].append(slice)
        }
    }
}
