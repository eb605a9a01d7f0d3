// SPDX-License-Identifier: Apache-2.0

/// Which workloads need no Pods made, as the manifests have what a cluster made of them.
///
/// That are Pods, or a workload in between, that say who owns them; and slices of a Service that
/// selects the Pods, since in a dump of a cluster these have all that there were.
struct PodOwners: Sendable {
    /// How many objects belong to a workload, by a hash of its kind and names.
    private var counts: [UInt64: Int] = [:]
    /// The workloads, by each label of their Pods.
    private var byLabel = SharedTable<StoredObject>()
    private var workloadCount = 0
    /// The Services of which slices changed since the last look.
    private var sliced: Set<ServiceKey> = []
    /// The Services that changed themselves since then, as they were and as they are.
    private var services: [Service] = []

    // MARK: Objects that come and go

    mutating func note(_ workload: Workload, _ object: StoredObject, _ change: Int) {
        workloadCount += change
        let namespace = workload.metadata.namespace
        count(workload.owner, namespace, change)
        for (key, value) in workload.template.labels {
            let hash = Label(key: key, value: value).number(in: namespace)
            let rank = UInt32(truncatingIfNeeded: object.contentHash)
            if change > 0 {
                byLabel.insert(object, at: hash, rank: rank)
            } else {
                byLabel.remove(object, at: hash, rank: rank)
            }
        }
    }

    mutating func note(_ pod: Pod, _ change: Int) {
        count(pod.owner, pod.metadata.namespace, change)
    }

    /// Notes a Service that went or came.
    mutating func note(_ service: Service) {
        // Whoever comes later looks at all of them.
        if workloadCount > 0, !service.selector.isEmpty { services.append(service) }
    }

    /// Notes that a slice of a Service went or came.
    mutating func noteSlice(of service: ServiceKey) {
        if workloadCount > 0 { sliced.insert(service) }
    }

    private mutating func count(_ owner: Owner?, _ namespace: String, _ change: Int) {
        for owner in owner?.andAbove ?? [] {
            let hash = hashTexts(namespace, owner.kind, owner.name)
            let count = (counts[hash] ?? 0) + change
            counts[hash] = count == 0 ? nil : count
        }
    }

    // MARK: Answers

    /// The workloads that have to be looked at again, because of Services.
    mutating func settle(_ census: ClusterCensus) -> Set<ObjectKey> {
        defer {
            sliced = []
            services = []
        }
        var found: Set<ObjectKey> = []
        // On a Service without slices nothing depends, unless it has just lost them.
        let changed = services.filter { service in
            sliced.contains(service.key) || census.hasSlices(of: service.key)
        }
        for service in changed + sliced.compactMap({ census.entry(of: $0)?.service }) {
            let namespace = service.metadata.namespace
            let candidates = service.selector.map { key, value in
                byLabel[Label(key: key, value: value).number(in: namespace)]
            }
            for entry in candidates.min(by: { $0.count < $1.count }) ?? [] {
                guard let key = entry.value.key, key.namespace == namespace,
                    let labels = entry.value.workload?.template.labels,
                    service.selector.allSatisfy({ labels[$0.key] == $0.value })
                else { continue }
                found.insert(key)
            }
        }
        return found
    }

    /// Whether the manifests have what a cluster made of a workload.
    func haveMade(_ key: ObjectKey, _ object: StoredObject, _ census: ClusterCensus) -> Bool {
        guard let workload = object.workload else { return false }
        if counts[hashTexts(key.namespace, key.kind, key.name)] != nil { return true }
        return census.hasSlices(ofServicesSelecting: workload.template.labels, in: key.namespace)
    }
}

extension Owner {
    /// The owner, and the Deployment that a ReplicaSet belongs to by its name: dumps of clusters
    /// often leave ReplicaSets out.
    var andAbove: [Owner] {
        guard kind == Workload.Kind.replicaSet.name,
            let dash = name.utf8.lastIndex(of: UInt8(ascii: "-"))
        else {
            return [self]
        }
        return [self, Owner(kind: Workload.Kind.deployment.name, name: String(name[..<dash]))]
    }
}

extension StoredObject {
    /// Where the Pods may run that are made of it; nil when it is of another kind.
    var placement: Placement? {
        guard var reader = ObjectReader(objectsOf: self) else { return nil }
        let head = reader.head()
        return switch head.kind {
        case .workload: reader.workload(head).template.placement
        case .pod: reader.pod(head).placement
        case .namespace, .service, .endpointSlice, .other, .node, .podGroup: nil
        }
    }

    /// The workload that it is; nil when it is of another kind.
    var workload: Workload? {
        guard var reader = ObjectReader(objectsOf: self) else { return nil }
        let head = reader.head()
        return head.kind == .workload ? reader.workload(head) : nil
    }
}
