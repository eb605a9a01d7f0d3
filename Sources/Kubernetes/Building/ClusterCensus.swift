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

extension Service {
    /// Its names.
    var key: ServiceKey {
        ServiceKey(namespace: metadata.namespace, name: metadata.name)
    }
}

/// What objects say about one Service.
struct ServiceEntry: Sendable {
    /// The Service; of two with one name the first counts.
    private(set) var service: Service?
    /// Its true slices.
    private(set) var slices: [StoredObject] = []
    /// Its slices that come from Endpoints objects.
    private(set) var legacySlices: [StoredObject] = []

    fileprivate var isEmpty: Bool { service == nil && slices.isEmpty && legacySlices.isEmpty }

    /// Adds an object if it speaks of this Service.
    fileprivate mutating func add(_ object: StoredObject, _ key: ServiceKey) {
        guard var reader = ObjectReader(objectsOf: object) else { return }
        let head = reader.head()
        guard head.namespace == key.namespace else { return }
        switch head.kind {
        case .service:
            if service == nil, head.name == key.name { service = reader.service(head) }
        case .endpointSlice:
            guard reader.text() == key.name else { return }
            if head.flags & StoredCode.isFirst != 0 {
                legacySlices.append(object)
            } else {
                slices.append(object)
            }
        case .namespace, .pod, .other, .workload, .node, .podGroup:
            return
        }
    }
}

/// What lives in one namespace.
struct NamespaceEntry: Sendable {
    /// How many documents are about the namespace or what lives in it; it exists as long as one is.
    var objectCount = 0
    /// How many of them are slices, or Endpoints.
    var sliceCount = 0
    /// Its Namespace objects; the last counts.
    var objects: [StoredObject] = []
    /// The addresses of Pods that have names of their own, and how many Pods have each.
    var podAddresses: [IPAddress: Int] = [:]
    /// Whether it may be seen.
    var isExposed = false
    /// Whether it has come since what was touched was last forgotten.
    fileprivate var isNew = true
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

    /// The Services and slices, by the Service that they speak of: first the Services as they were
    /// added, as the first one counts, then the slices by their names, as nothing depends on their
    /// order: endpoints are sorted, and those of one name are put together (`EndpointDrafts`).
    private var services = SharedTable<StoredObject>()
    /// The Services that select Pods, by the first of the labels that they ask for; by their names,
    /// as all of them are touched, in whatever order.
    private var selecting = SharedTable<StoredObject>()
    /// The Pods, by their names; the same name twice makes two Pods.
    private var pods = SharedTable<StoredObject>()
    /// The Pods by each of their labels; made when first needed.
    private var podsByLabel: SharedTable<StoredObject>?

    init(_ options: ClusterOptions) { self.options = options }

    /// Forgets what was touched.
    mutating func settle() {
        for name in touchedNamespaces { namespaces[name]?.isNew = false }
        // Not keeping the room for them: after a large load it is much.
        touchedServices = []
        touchedNamespaces = []
        touchedPods = [:]
    }

    /// What the objects say about a Service; nil when none speaks of it.
    func entry(of key: ServiceKey) -> ServiceEntry? {
        let objects = services[key.number]
        guard !objects.isEmpty else { return nil }
        var entry = ServiceEntry()
        for object in objects { entry.add(object.value, key) }
        return entry.isEmpty ? nil : entry
    }

    /// Whether any object speaks of a Service.
    func knows(_ key: ServiceKey) -> Bool {
        services[key.number].contains { ServiceKey($0.value) == key }
    }

    // MARK: Objects that come and go

    mutating func add(_ object: StoredObject) { change(object, by: 1) }

    /// Takes out an object that was added.
    mutating func remove(_ object: StoredObject) { change(object, by: -1) }

    private mutating func change(_ object: StoredObject, by difference: Int) {
        guard var reader = ObjectReader(objectsOf: object) else { return }
        let head = reader.head()
        let namespace = head.kind == .namespace ? head.name : head.namespace
        // A namespace is there before the first object of it, and until behind the last.
        if difference > 0, !namespace.isEmpty { count(difference, in: namespace) }
        switch head.kind {
        case .namespace:
            namespaces[namespace]?.objects.change(object, by: difference)
            // Its labels alone may decide whether it is seen.
            touchedNamespaces.insert(namespace)
        case .service:
            let service = reader.service(head)
            services.change(object, at: service.key.number, by: difference)
            touchedServices.insert(service.key)
            if let first = service.selector.min(by: { $0.key < $1.key }) {
                let label = Label(key: first.key, value: first.value)
                let number = label.number(in: namespace)
                selecting.change(object, at: number, rank: rank(of: head.name), by: difference)
            }
        case .endpointSlice:
            let name = reader.text()
            guard !name.isEmpty else { break }
            let key = ServiceKey(namespace: namespace, name: name)
            // 0 is for Services.
            let rank = max(1, rank(of: head.name))
            services.change(object, at: key.number, rank: rank, by: difference)
            touchedServices.insert(key)
            namespaces[namespace]?.sliceCount += difference
        case .pod, .podGroup:
            change(object.pods, object, difference)
        case .workload, .node, .other:
            break
        }
        if difference < 0, !namespace.isEmpty { count(difference, in: namespace) }
    }

    private mutating func count(_ difference: Int, in namespace: String) {
        let count = namespaces[namespace]?.objectCount ?? 0
        if count == 0 || count + difference == 0 { touchedNamespaces.insert(namespace) }
        namespaces[namespace, default: NamespaceEntry()].objectCount = count + difference
    }

    /// Forgets a namespace of which no object speaks any more.
    mutating func forget(_ namespace: String) { namespaces[namespace] = nil }

    // MARK: Namespaces

    /// Looks at the touched namespaces anew; those that have become seen or unseen.
    mutating func updateExposure() -> Set<String> {
        var changed: Set<String> = []
        var old: Set<String> = []
        for name in touchedNamespaces {
            guard let entry = namespaces[name] else { continue }
            let isExposed = entry.objectCount > 0 && shows(name, entry.objects.last)
            guard isExposed != entry.isExposed else { continue }
            changed.insert(name)
            namespaces[name]?.isExposed = isExposed
            touchedPods[name, default: []].formUnion(entry.podAddresses.keys)
            // Of one that is new or gone, everything is touched already.
            if !entry.isNew, entry.objectCount > 0 { old.insert(name) }
        }
        if !old.isEmpty { touchServices(of: old) }
        return changed
    }

    /// Touches all Services of some namespaces.
    private mutating func touchServices(of names: Set<String>) {
        for entry in services.entries {
            guard let key = ServiceKey(entry.value), names.contains(key.namespace) else { continue }
            touchedServices.insert(key)
        }
    }

    private func shows(_ namespace: String, _ object: StoredObject?) -> Bool {
        if let allowed = options.namespaces, !allowed.contains(namespace) { return false }
        guard let selector = options.namespaceSelector else { return true }
        var labels = object?.objects.first?.metadata.labels ?? [:]
        labels[Self.nameLabel] = namespace
        return selector.selects(labels)
    }
}

// MARK: Pods

extension ClusterCensus {
    /// Adds or removes an object that is these Pods, which are of one namespace.
    private mutating func change(_ members: [Pod], _ object: StoredObject, _ difference: Int) {
        guard let metadata = members.first?.metadata else { return }
        let namespace = metadata.namespace
        let key = ServiceKey(namespace: namespace, name: metadata.name)
        pods.change(object, at: key.number, by: difference)
        let rank = UInt32(truncatingIfNeeded: object.contentHash)
        for label in Label.all(of: members) {
            let hash = label.number(in: namespace)
            for service in selecting[hash] {
                guard let key = ServiceKey(service.value) else { continue }
                // Many Services may share the label that they are found by.
                guard let own = service.value.service, members.contains(where: own.selects) else {
                    continue
                }
                touchedServices.insert(key)
            }
            podsByLabel?.change(object, at: hash, rank: rank, by: difference)
        }
        for pod in members { countAddresses(of: pod, difference) }
    }

    /// Counts the addresses of a Pod that has a name of its own.
    private mutating func countAddresses(of pod: Pod, _ difference: Int) {
        guard options.podNames == .verified, !pod.isFinished,
            options.shows(pod.metadata.labels)
        else { return }
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
        let table = podsByLabel ?? Self.byLabel(pods)
        podsByLabel = table
        // The rarest of the labels leaves the fewest Pods to look at.
        let candidates = service.selector.map { key, value in
            table[Label(key: key, value: value).number(in: namespace)]
        }
        let fewest = candidates.min { $0.count < $1.count } ?? []
        return fewest.flatMap(\.value.pods).filter { pod in
            pod.metadata.namespace == namespace && !pod.isFinished
                && (pod.isReady || service.publishesNotReadyAddresses) && service.selects(pod)
        }
    }

    /// All Pods.
    var allPods: some Sequence<Pod> { pods.entries.lazy.flatMap(\.value.pods) }

    /// Whether a Service has slices, or Endpoints.
    func hasSlices(of key: ServiceKey) -> Bool {
        services[key.number].contains { $0.value.isSlice && ServiceKey($0.value) == key }
    }

    /// Whether any Service that selects Pods with these labels has slices, or Endpoints.
    func hasSlices(ofServicesSelecting labels: [String: String], in namespace: String) -> Bool {
        guard namespaces[namespace]?.sliceCount ?? 0 > 0 else { return false }
        return labels.contains { key, value in
            selecting[Label(key: key, value: value).number(in: namespace)].contains { entry in
                guard let key = ServiceKey(entry.value), key.namespace == namespace,
                    hasSlices(of: key), let service = entry.value.service
                else { return false }
                return service.selector.allSatisfy { labels[$0.key] == $0.value }
            }
        }
    }

    private static func byLabel(_ pods: SharedTable<StoredObject>) -> SharedTable<StoredObject> {
        var table = SharedTable<StoredObject>()
        for object in pods.entries.map(\.value) {
            let rank = UInt32(truncatingIfNeeded: object.contentHash)
            let members = object.pods
            guard let namespace = members.first?.metadata.namespace else { continue }
            for label in Label.all(of: members) {
                table.insert(object, at: label.number(in: namespace), rank: rank)
            }
        }
        return table
    }
}

extension StoredObject {
    /// Whether it is a slice, or an Endpoints object.
    fileprivate var isSlice: Bool {
        guard var reader = ObjectReader(objectsOf: self) else { return false }
        return reader.head().kind == .endpointSlice
    }

    /// The Pods that the document is, or that were made of it.
    var pods: [Pod] {
        if var run = PodRun(self) {
            var pods: [Pod] = []
            pods.reserveCapacity(run.count)
            while let pod = run.nextPod() { pods.append(pod) }
            return pods
        }
        return objects.flatMap { object in
            switch object {
            case .pod(let pod): [pod]
            case .podGroup(let group): group.pods
            case .namespace, .service, .endpointSlice, .workload, .node, .other: [Pod]()
            }
        }
    }
}

extension ServiceKey {
    /// The Service that an object is or speaks of; nil when it is of another kind.
    fileprivate init?(_ object: StoredObject) {
        guard var reader = ObjectReader(objectsOf: object) else { return nil }
        let head = reader.head()
        switch head.kind {
        case .service: self.init(namespace: head.namespace, name: head.name)
        case .endpointSlice: self.init(namespace: head.namespace, name: reader.text())
        case .namespace, .pod, .other, .workload, .node, .podGroup: return nil
        }
    }

    /// A hash of both names, the same in every process.
    fileprivate var number: UInt64 { hashTexts(namespace, name) }
}

/// Where an object stands among those of one key if their order means nothing: nearly each has a
/// rank of its own, so that one is found among many without looking at the others.
private func rank(of name: String) -> UInt32 { UInt32(truncatingIfNeeded: hashTexts(name)) }

extension ClusterOptions {
    /// Whether the `labels` option lets an object with these labels through.
    func shows(_ labels: [String: String]) -> Bool { selector?.selects(labels) ?? true }
}

extension SharedTable {
    /// Inserts a value, or removes it where `difference` is negative.
    fileprivate mutating func change(
        _ value: Value,
        at hash: UInt64,
        rank: UInt32 = 0,
        by difference: Int
    ) {
        if difference > 0 {
            insert(value, at: hash, rank: rank)
        } else {
            remove(value, at: hash, rank: rank)
        }
    }
}

extension Array where Element: Equatable {
    /// Appends an element, or removes the first such where `difference` is negative.
    fileprivate mutating func change(_ element: Element, by difference: Int) {
        if difference > 0 {
            append(element)
        } else if let index = firstIndex(of: element) {
            remove(at: index)
        }
    }
}
