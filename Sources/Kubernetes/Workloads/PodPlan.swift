// SPDX-License-Identifier: Apache-2.0

import Wire

/// The Pods that an object wants to have, on their way to addresses.
///
/// An object is a workload, or a Pod that has no address.
struct PodPlan {
    /// One Pod.
    struct Slot {
        /// Its place among those of the workload, or its ordinal.
        let index: Int
        /// What chooses its address.
        let hash: UInt64
        /// The Node that it must run on; nil where any that suits does.
        var wanted: Int?
        /// Where it runs by now, as an index of the Nodes.
        var node: Int?
        var addresses: [IPAddress] = []
    }

    let key: ObjectKey
    /// The number of the object.
    let maker: Int
    let placement: Placement
    /// The Nodes that it may run on, sorted.
    let nodes: [Int]
    var slots: [Slot] = []
    private let subject: Subject

    /// What Pods are made of.
    private enum Subject {
        case workload(Workload)
        case pod(Pod)
    }

    /// The plan of an object; nil when it is of another kind.
    init?(_ key: ObjectKey, _ object: StoredObject, maker: Int, _ rooms: NodeRooms) {
        self.key = key
        self.maker = maker
        let placement: Placement
        var isEverywhere = false
        switch object.objects.first {
        case .workload(let workload):
            subject = .workload(workload)
            placement = workload.template.placement
            isEverywhere = workload.kind == .daemonSet
        case .pod(let pod):
            subject = .pod(pod)
            placement = pod.placement
        default: return nil
        }
        self.placement = placement
        nodes = rooms.indices(for: placement, isEverywhere: isEverywhere)
        fillSlots(rooms)
    }

    private mutating func fillSlots(_ rooms: NodeRooms) {
        guard case .workload(let workload) = subject else {
            slots = [Slot(index: 0, hash: hash(of: ""))]
            return
        }
        if workload.kind == .daemonSet {
            slots = nodes.enumerated().map { index, node in
                Slot(index: index, hash: hash(of: rooms[node].name), wanted: node)
            }
            return
        }
        let count = min(max(0, workload.podCount), Workload.maximumPodCount)
        slots = (0..<count).map { place in
            Slot(index: workload.firstOrdinal + place, hash: hash(of: String(place)))
        }
    }

    private func hash(of place: String) -> UInt64 {
        hashTexts(key.namespace, key.kind, key.name, place)
    }

    /// The slot of the Pod with this number, or of a DaemonSet's on this Node; nil for one that is
    /// not wanted.
    func place(of index: Int, on node: Int) -> Int? {
        guard let first = slots.first else { return nil }
        guard first.wanted == nil else {
            let place = nodes.partitioningIndex { $0 >= node }
            return place < nodes.count && nodes[place] == node ? place : nil
        }
        let (place, isTooFar) = index.subtractingReportingOverflow(first.index)
        return !isTooFar && slots.indices.contains(place) ? place : nil
    }

    /// The Node that a slot is for, if it is still free to choose.
    func choice(of place: Int) -> Int? {
        if let wanted = slots[place].wanted { return wanted }
        guard !nodes.isEmpty else { return nil }
        let start = hash(of: "") % UInt64(nodes.count)
        return nodes[(Int(start) + place) % nodes.count]
    }

    /// What is made of it now, each Pod with what it was given; and the names of the Pods that are
    /// not made, as a manifest has them: `isWritten`.
    func made(
        _ rooms: NodeRooms,
        isWritten: (String) -> Bool
    ) -> (object: StoredObject?, written: [String]) {
        switch subject {
        case .pod(var pod):
            pod.addresses = slots.first?.addresses ?? []
            if let node = slots.first?.node { pod.placement.nodeName = rooms[node].name }
            return (StoredObject(.pod(pod)), [])
        case .workload(let workload):
            guard !slots.isEmpty else { return (nil, []) }
            var group = group(of: workload, rooms)
            var written: [String] = []
            for index in group.members.indices where isWritten(group.members[index].name) {
                written.append(group.members[index].name)
                group.members[index].name = ""
            }
            return (StoredObject(.podGroup(group)), written)
        }
    }

    private func group(of workload: Workload, _ rooms: NodeRooms) -> PodGroup {
        let template = workload.template
        let names = names(of: workload, rooms)
        var nodes: [Int] = []
        var places: [Int: Int] = [:]
        for case let node? in slots.lazy.map(\.node) where places[node] == nil {
            places[node] = nodes.count
            nodes.append(node)
        }
        var metadata = Metadata(
            name: workload.metadata.name,
            namespace: workload.metadata.namespace,
            labels: template.labels
        )
        metadata.createdSeconds = workload.metadata.createdSeconds
        for (label, value) in workload.madeLabels { metadata.labels[label] = value }
        return PodGroup(
            metadata: metadata,
            owner: workload.podOwner,
            hostname: template.hostname,
            subdomain: workload.kind == .statefulSet ? workload.serviceName : template.subdomain,
            ports: template.ports,
            containerCount: template.containerCount,
            isReady: template.isReady,
            numbering: workload.numbering,
            nodes: nodes.map { rooms[$0].name },
            members: zip(slots, names).map { slot, name in
                PodGroup.Member(
                    name: name,
                    index: slot.index,
                    addresses: slot.addresses,
                    node: slot.node.flatMap { places[$0] }
                )
            }
        )
    }

    private func names(of workload: Workload, _ rooms: NodeRooms) -> [String] {
        var taken: Set<String> = []
        let base = workload.podOwner.name
        let template = String(workload.template.contentHash)
        return slots.map { slot in
            let place = slot.wanted.map { rooms[$0].name } ?? String(slot.index)
            let hash = hashTexts(key.namespace, key.kind, key.name, template, place)
            return switch workload.kind {
            case .statefulSet: "\(base)-\(slot.index)"
            case .job where workload.isIndexed:
                PodNames.name("\(base)-\(slot.index)", hash, &taken)
            case .deployment, .replicaSet, .daemonSet, .job: PodNames.name(base, hash, &taken)
            }
        }
    }
}

extension Workload {
    /// Who the Pods say that they belong to.
    fileprivate var podOwner: Owner {
        guard kind == .deployment else { return Owner(kind: kind.name, name: metadata.name) }
        return Owner(kind: Kind.replicaSet.name, name: replicaSetName)
    }

    /// The labels that Pods get besides those of the template.
    fileprivate var madeLabels: [String: String] {
        let template = PodNames.template(template.contentHash)
        return switch kind {
        case .deployment: [Self.templateLabel: template]
        case .replicaSet: [:]
        case .statefulSet, .daemonSet:
            ["controller-revision-hash": "\(metadata.name)-\(template)"]
        case .job: ["job-name": metadata.name, "batch.kubernetes.io/job-name": metadata.name]
        }
    }

    fileprivate var numbering: PodGroup.Numbering {
        switch kind {
        case .statefulSet: .statefulSet
        case .job where isIndexed: .job
        case .deployment, .replicaSet, .daemonSet, .job: .none
        }
    }
}
