// SPDX-License-Identifier: Apache-2.0

import Wire

/// Which Service is meant.
struct ServiceKey: Hashable, Comparable, Sendable {
    let namespace: String
    let name: String

    static func < (left: ServiceKey, right: ServiceKey) -> Bool {
        left.namespace == right.namespace
            ? left.name < right.name : left.namespace < right.namespace
    }
}

/// One label with its value.
struct Label: Hashable, Sendable {
    let key: String
    let value: String
}

/// What objects say about one Service.
struct ServiceEntry: Sendable {
    /// The Service; of two with one name the first counts.
    var services: [Service] = []
    /// Its true slices.
    var slices: [EndpointSlice] = []
    /// Its slices that come from Endpoints objects.
    var legacySlices: [EndpointSlice] = []

    var isEmpty: Bool { services.isEmpty && slices.isEmpty && legacySlices.isEmpty }
}

/// What lives in one namespace.
struct NamespaceEntry: Sendable {
    /// How many objects are the namespace or live in it; it exists as long as one does.
    var objectCount = 0
    /// The labels of its Namespace objects; the last count.
    var labels: [[String: String]] = []
    /// Every Service that an object is or speaks of, by name.
    var services: [String: ServiceEntry] = [:]
    /// The Pods by name; the same name twice makes two Pods.
    var pods: [String: [Pod]] = [:]
    /// The names of the Pods that carry a label; made when first needed.
    var podNames: [Label: Set<String>]?
    /// The Services that select Pods, by the first of the labels that they ask for.
    var selecting: [Label: Set<String>] = [:]
    /// The addresses of Pods that have names of their own, and how many Pods have each.
    var podAddresses: [IPAddress: Int] = [:]
    /// Whether it may be seen.
    var isExposed = false
}

/// The objects, sorted by what they are, and what of them was touched lately.
struct ClusterCensus: Sendable {
    /// The label that every namespace carries without being told.
    private static let nameLabel = "kubernetes.io/metadata.name"

    let options: ClusterOptions
    /// Every namespace that a Namespace or another object speaks of.
    private(set) var namespaces: [String: NamespaceEntry] = [:]
    private(set) var touchedServices: Set<ServiceKey> = []
    private(set) var touchedNamespaces: Set<String> = []
    /// The addresses of Pods with names of their own that went or came, by namespace.
    private(set) var touchedPods: [String: Set<IPAddress>] = [:]

    init(_ options: ClusterOptions) { self.options = options }

    /// Forgets what was touched.
    mutating func settle() {
        touchedServices.removeAll(keepingCapacity: true)
        touchedNamespaces.removeAll(keepingCapacity: true)
        touchedPods.removeAll(keepingCapacity: true)
    }

    // MARK: Objects that come and go

    mutating func add(_ object: ClusterObject) {
        switch object {
        case .namespace(let namespace):
            let name = namespace.metadata.name
            namespaces[name, default: NamespaceEntry()].labels.append(namespace.metadata.labels)
            count(1, in: name)
            // Its labels alone may decide whether it is seen.
            touchedNamespaces.insert(name)
        case .service(let service):
            let key = note(service.metadata, 1)
            changeService(key) { $0.services.append(service) }
        case .endpointSlice(let slice):
            note(slice.metadata, 1)
            guard !slice.serviceName.isEmpty else { return }
            let key = ServiceKey(
                namespace: slice.metadata.namespace,
                name: slice.serviceName
            )
            change(key) { entry in
                if slice.isFromEndpoints {
                    entry.legacySlices.append(slice)
                } else {
                    entry.slices.append(slice)
                }
            }
        case .pod(let pod):
            note(pod.metadata, 1)
            add(pod)
        case .other(_, let metadata):
            note(metadata, 1)
        }
    }

    /// Takes out an object that was added.
    mutating func remove(_ object: ClusterObject) {
        switch object {
        case .namespace(let namespace):
            let name = namespace.metadata.name
            namespaces[name]?.labels.removeFirst(equalTo: namespace.metadata.labels)
            touchedNamespaces.insert(name)
            count(-1, in: name)
        case .service(let service):
            let key = ServiceKey(service.metadata)
            changeService(key) { $0.services.removeFirst(equalTo: service) }
            note(service.metadata, -1)
        case .endpointSlice(let slice):
            if !slice.serviceName.isEmpty {
                let key = ServiceKey(
                    namespace: slice.metadata.namespace,
                    name: slice.serviceName
                )
                change(key) { entry in
                    if slice.isFromEndpoints {
                        entry.legacySlices.removeFirst(equalTo: slice)
                    } else {
                        entry.slices.removeFirst(equalTo: slice)
                    }
                }
            }
            note(slice.metadata, -1)
        case .pod(let pod):
            remove(pod)
            note(pod.metadata, -1)
        case .other(_, let metadata):
            note(metadata, -1)
        }
    }

    /// Notes that an object's namespace has one object more or less.
    @discardableResult
    private mutating func note(_ metadata: Metadata, _ difference: Int) -> ServiceKey {
        if !metadata.namespace.isEmpty { count(difference, in: metadata.namespace) }
        return ServiceKey(metadata)
    }

    private mutating func count(_ difference: Int, in namespace: String) {
        let count = namespaces[namespace]?.objectCount ?? 0
        if count == 0 || count + difference == 0 { touchedNamespaces.insert(namespace) }
        namespaces[namespace, default: NamespaceEntry()].objectCount = count + difference
    }

    /// Forgets a namespace of which no object speaks any more.
    mutating func forget(_ namespace: String) { namespaces[namespace] = nil }

    private mutating func change(_ key: ServiceKey, _ body: (inout ServiceEntry) -> Void) {
        body(
            &namespaces[key.namespace, default: NamespaceEntry()]
                .services[key.name, default: ServiceEntry()]
        )
        if namespaces[key.namespace]?.services[key.name]?.isEmpty ?? false {
            namespaces[key.namespace]?.services[key.name] = nil
        }
        touchedServices.insert(key)
    }

    // MARK: Namespaces

    /// Looks at a namespace anew; whether it has become seen or unseen.
    mutating func updateExposure(_ name: String) -> Bool {
        guard let entry = namespaces[name] else { return false }
        let isExposed = entry.objectCount > 0 && shows(name, entry.labels.last ?? [:])
        guard isExposed != entry.isExposed else { return false }
        namespaces[name]?.isExposed = isExposed
        for service in entry.services.keys {
            touchedServices.insert(ServiceKey(namespace: name, name: service))
        }
        touchedPods[name, default: []].formUnion(entry.podAddresses.keys)
        return true
    }

    private func shows(_ namespace: String, _ labels: [String: String]) -> Bool {
        if let allowed = options.namespaces, !allowed.contains(namespace) { return false }
        guard let selector = options.namespaceSelector else { return true }
        var labels = labels
        labels[Self.nameLabel] = namespace
        return selector.selects(labels)
    }
}

// MARK: Pods

extension ClusterCensus {
    /// Changes what is known of a Service, and keeps it where a Pod that it may select finds it.
    private mutating func changeService(_ key: ServiceKey, _ body: (inout ServiceEntry) -> Void) {
        let before = selectedLabel(key)
        change(key, body)
        let after = selectedLabel(key)
        guard before != after else { return }
        if let before {
            namespaces[key.namespace]?.selecting[before]?.remove(key.name)
            if namespaces[key.namespace]?.selecting[before]?.isEmpty ?? false {
                namespaces[key.namespace]?.selecting[before] = nil
            }
        }
        if let after { namespaces[key.namespace]?.selecting[after, default: []].insert(key.name) }
    }

    /// The first of the labels that a Service asks for.
    private func selectedLabel(_ key: ServiceKey) -> Label? {
        let service = namespaces[key.namespace]?.services[key.name]?.services.first
        let first = service?.selector.min { $0.key < $1.key }
        return first.map { Label(key: $0.key, value: $0.value) }
    }

    private mutating func add(_ pod: Pod) {
        let (namespace, name) = (pod.metadata.namespace, pod.metadata.name)
        namespaces[namespace]?.pods[name, default: []].append(pod)
        for (key, value) in pod.metadata.labels {
            namespaces[namespace]?.podNames?[Label(key: key, value: value), default: []]
                .insert(name)
        }
        touch(pod)
        countAddresses(of: pod, 1)
    }

    private mutating func remove(_ pod: Pod) {
        let (namespace, name) = (pod.metadata.namespace, pod.metadata.name)
        namespaces[namespace]?.pods[name]?.removeFirst(equalTo: pod)
        let others = namespaces[namespace]?.pods[name] ?? []
        if others.isEmpty { namespaces[namespace]?.pods[name] = nil }
        for (key, value) in pod.metadata.labels
        where !others.contains(where: { $0.metadata.labels[key] == value }) {
            let label = Label(key: key, value: value)
            namespaces[namespace]?.podNames?[label]?.remove(name)
            // Labels that no Pod carries any more would gather: many are made for one Pod alone.
            if namespaces[namespace]?.podNames?[label]?.isEmpty == true {
                namespaces[namespace]?.podNames?[label] = nil
            }
        }
        touch(pod)
        countAddresses(of: pod, -1)
    }

    /// Touches the Services that may select a Pod.
    private mutating func touch(_ pod: Pod) {
        let namespace = pod.metadata.namespace
        guard let selecting = namespaces[namespace]?.selecting, !selecting.isEmpty else { return }
        for (key, value) in pod.metadata.labels {
            for name in selecting[Label(key: key, value: value)] ?? [] {
                touchedServices.insert(ServiceKey(namespace: namespace, name: name))
            }
        }
    }

    /// Counts the addresses of a Pod that has a name of its own.
    private mutating func countAddresses(of pod: Pod, _ difference: Int) {
        guard options.podNames == .verified, !pod.isFinished, options.shows(pod.metadata) else {
            return
        }
        let namespace = pod.metadata.namespace
        for address in pod.addresses {
            let count = (namespaces[namespace]?.podAddresses[address] ?? 0) + difference
            namespaces[namespace]?.podAddresses[address] = count == 0 ? nil : count
            touchedPods[namespace, default: []].insert(address)
        }
    }

    /// The Pods that a Service selects and that are ready.
    mutating func pods(of service: Service) -> [Pod] {
        let namespace = service.metadata.namespace
        guard let entry = namespaces[namespace], !entry.pods.isEmpty else { return [] }
        let podNames = entry.podNames ?? Self.podNames(entry.pods)
        if entry.podNames == nil { namespaces[namespace]?.podNames = podNames }
        // The rarest of the labels leaves the fewest Pods to look at.
        let candidates = service.selector.map { key, value in
            podNames[Label(key: key, value: value)] ?? []
        }
        let fewest = candidates.min { $0.count < $1.count } ?? []
        return fewest.flatMap { entry.pods[$0] ?? [] }.filter { pod in
            !pod.isFinished && (pod.isReady || service.publishesNotReadyAddresses)
                && service.selector.allSatisfy { pod.metadata.labels[$0.key] == $0.value }
        }
    }

    private static func podNames(_ pods: [String: [Pod]]) -> [Label: Set<String>] {
        var found: [Label: Set<String>] = [:]
        for (name, pods) in pods {
            for pod in pods {
                for (key, value) in pod.metadata.labels {
                    found[Label(key: key, value: value), default: []].insert(name)
                }
            }
        }
        return found
    }
}

extension ServiceKey {
    fileprivate init(_ metadata: Metadata) {
        self.init(namespace: metadata.namespace, name: metadata.name)
    }
}

extension ClusterOptions {
    /// Whether the `labels` option lets an object through.
    func shows(_ metadata: Metadata) -> Bool {
        selector?.selects(metadata.labels) ?? true
    }
}

extension Array where Element: Equatable {
    /// Removes the first element that equals this one, if there is any.
    fileprivate mutating func removeFirst(equalTo element: Element) {
        if let index = firstIndex(of: element) { remove(at: index) }
    }
}
