// SPDX-License-Identifier: Apache-2.0

import Wire

/// Makes the Pods that workloads ask for, and gives Pods the addresses that manifests leave open.
///
/// Objects come and go by `take`, which lets pass what is used as it is; `settle` says which Pods go
/// and come because of that. A Pod keeps its Node and its address as long as they are there and
/// nobody writes the address in a manifest. What is chosen depends on names and on what others
/// hold, not on the order of files.
///
/// A workload makes no Pods where the manifests have those that a cluster made of it: `PodOwners`.
struct Workloads: Sendable {
    /// What is wrong with the Pods of an object.
    struct Complaint: Sendable {
        let object: StoredObject
        let text: String
    }

    /// A workload, or a Pod without an address, and what was made of it.
    struct Entry {
        /// Nil when it went.
        var object: StoredObject?
        var made: StoredObject?
    }

    /// The Nodes that there are where no manifest has one.
    static let nodeNames = ["node-1", "node-2", "node-3"]

    let options: AllocationOptions
    /// What is wrong now, by object.
    var complaints: [ObjectKey: Complaint] = [:]
    /// The objects of which a file must be told what their Pods, or they as Nodes, were given.
    var unsaved: Set<ObjectKey> = []

    var entries: [ObjectKey: Entry] = [:]
    private(set) var nodes: [String: Node] = [:]
    /// The Nodes that somebody asks for by name, and how many do.
    private var askedNodes: [String: Int] = [:]
    private var owners = PodOwners()
    var rooms: NodeRooms
    private var touched: Set<ObjectKey> = []
    private var areNodesTouched = true
    private var isFirst = true
    /// The addresses of Pods in manifests, as soon as any is given to others.
    private(set) var written: AddressSet?
    /// What those had that are not there, and, until the first look, all of an earlier run.
    var remembered: PodMemory

    init(_ options: AllocationOptions, remembering memory: PodMemory = PodMemory()) {
        self.options = options
        remembered = memory
        rooms = NodeRooms(options.podNetworks)
    }

    // MARK: Objects that come and go

    /// Notes what went and came; what of it is used as it is.
    mutating func take(_ difference: Provision.Difference) -> Provision.Difference {
        guard options.makesPods else { return difference }
        var passing = Provision.Difference()
        for object in difference.gone where note(object, -1) { passing.gone.append(object) }
        for object in difference.come where note(object, 1) { passing.come.append(object) }
        return passing
    }

    /// Notes an object; whether it is used as it is.
    private mutating func note(_ object: StoredObject, _ change: Int) -> Bool {
        guard var reader = ObjectReader(objectsOf: object) else { return true }
        let head = reader.head()
        switch head.kind {
        case .workload:
            let workload = reader.workload(head)
            owners.note(workload, object, change)
            touchOwners(of: workload.owner, head.namespace)
            note(workload.template.placement, change)
            noteMaker(object, change)
        case .node:
            nodes[head.name] = change > 0 ? reader.node(head) : nil
            areNodesTouched = true
        case .pod:
            // Those of a run have their addresses; all of them are used as they are.
            return object.pods.reduce(true) { note($1, object, change) && $0 }
        case .service: owners.note(reader.service(head))
        case .endpointSlice:
            owners.noteSlice(of: ServiceKey(namespace: head.namespace, name: reader.text()))
        case .namespace, .other, .podGroup: break
        }
        return true
    }

    /// Notes an object that Pods are made of.
    private mutating func noteMaker(_ object: StoredObject, _ change: Int) {
        // Without a name there is no object.
        guard let key = object.key else { return }
        touched.insert(key)
        if change > 0 {
            entries[key, default: Entry()].object = object
        } else if entries[key]?.object == object {
            entries[key]?.object = nil
        }
    }

    private mutating func note(_ pod: Pod, _ object: StoredObject, _ change: Int) -> Bool {
        owners.note(pod, change)
        touchOwners(of: pod.owner, pod.metadata.namespace)
        if pod.addresses.isEmpty, !pod.isFinished, !pod.placement.isPending {
            note(pod.placement, change)
            noteMaker(object, change)
            return false
        }
        guard written != nil, !pod.isFinished else { return true }
        for address in pod.addresses {
            if change > 0 {
                written?.insert(address)
                // Whoever was given it has to leave it.
                if rooms.isGiven(address) { touched.formUnion(holders(of: address)) }
            } else {
                written?.remove(address)
            }
        }
        return true
    }

    private mutating func note(_ placement: Placement, _ change: Int) {
        var name = placement.nodeName
        if name.isEmpty { name = placement.nodeSelector[NodeRoom.hostLabel] ?? "" }
        guard !name.isEmpty else { return }
        let count = (askedNodes[name] ?? 0) + change
        askedNodes[name] = count > 0 ? count : nil
        if count == 0 || count == change { areNodesTouched = true }
    }

    private mutating func touchOwners(of owner: Owner?, _ namespace: String) {
        guard let owner else { return }
        for owner in owner.andAbove {
            let key = ObjectKey(kind: owner.kind, namespace: namespace, name: owner.name)
            if entries[key] != nil { touched.insert(key) }
        }
    }

    // MARK: Making

    /// Has Pods go and come, until they are what the objects ask for.
    ///
    /// `census`: the objects as they are now, without what is still to be made.
    mutating func settle(_ census: ClusterCensus) -> Provision.Difference {
        guard options.makesPods else { return Provision.Difference() }
        touched.formUnion(owners.settle(census))
        updateNodes()
        defer {
            touched = []
            giveUpWaiting()
        }
        guard !touched.isEmpty else { return Provision.Difference() }
        if written == nil { written = Self.addresses(of: census) }
        var difference = Provision.Difference()
        var plans: [PodPlan] = []
        for key in touched.sorted() {
            // Whoever stays takes it again: the networks may be others than they were.
            release(key)
            if let plan = plan(key, census) {
                plans.append(plan)
            } else {
                drop(key, &difference)
            }
        }
        for index in plans.indices { keep(&plans[index]) }
        // What was in use counts before what was gone by then.
        for index in plans.indices { restore(&plans[index], isInUse: true) }
        for index in plans.indices { restore(&plans[index], isInUse: false) }
        for index in plans.indices { complete(&plans[index]) }
        for plan in plans { finish(plan, &difference) }
        return difference
    }

    /// Takes it that who has not come back by the first look is gone.
    private mutating func giveUpWaiting() {
        guard isFirst else { return }
        isFirst = false
        for (key, share) in remembered.pods where share.isInUse {
            var share = share
            share.isInUse = false
            remembered.set(share, of: key)
            unsaved.insert(key)
        }
        guard !rooms.rooms.isEmpty else { return }
        for name in remembered.networks.keys where rooms.index(of: name) == nil {
            unsaved.insert(ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: name))
        }
        remembered.networks = [:]
    }

    private func plan(_ key: ObjectKey, _ census: ClusterCensus) -> PodPlan? {
        guard let object = entries[key]?.object, !owners.haveMade(key, object, census) else {
            return nil
        }
        return PodPlan(key, object, rooms)
    }

    private mutating func updateNodes() {
        guard areNodesTouched, !entries.isEmpty else { return }
        areNodesTouched = false
        var new = nodes.values.map { NodeRoom($0) }
        if nodes.isEmpty {
            new = Self.nodeNames.map { NodeRoom($0, isAskedFor: false) }
            for name in askedNodes.keys where !Self.nodeNames.contains(name) {
                new.append(NodeRoom(name, isAskedFor: true))
            }
        }
        let before = rooms.rooms.isEmpty ? remembered.networks : givenNetworks
        guard rooms.setRooms(new, remembered: remembered.networks) else { return }
        touched.formUnion(entries.keys)
        noteNetworks(since: before)
    }

    /// The networks that Nodes were given, by their names.
    var givenNetworks: [String: [AddressNetwork]] {
        var given: [String: [AddressNetwork]] = [:]
        for room in rooms.rooms {
            let networks = room.givenNetworks
            if !networks.isEmpty { given[room.name] = networks }
        }
        return given
    }

    private mutating func noteNetworks(since before: [String: [AddressNetwork]]) {
        let after = givenNetworks
        for name in Set(before.keys).union(after.keys) where before[name] != after[name] {
            unsaved.insert(ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: name))
        }
    }

    /// The addresses that Pods in manifests have.
    private static func addresses(of census: ClusterCensus) -> AddressSet {
        var set = AddressSet()
        for pod in census.allPods where !pod.isFinished {
            for address in pod.addresses { set.insert(address) }
        }
        return set
    }

    func isWritten(_ address: IPAddress) -> Bool { written?.contains(address) ?? false }

    private mutating func release(_ key: ObjectKey) {
        for pod in entries[key]?.made?.members ?? [] {
            for address in pod.addresses { rooms.release(address) }
        }
    }

    private mutating func drop(_ key: ObjectKey, _ difference: inout Provision.Difference) {
        complaints[key] = nil
        guard let entry = entries[key] else { return }
        if let made = entry.made {
            difference.gone.append(made)
            var share = made.share
            share.isInUse = false
            remembered.set(share, of: key)
            entries[key]?.made = nil
            unsaved.insert(key)
        }
        if entry.object == nil { entries[key] = nil }
    }

    // MARK: Outcome

    private mutating func finish(_ plan: PodPlan, _ difference: inout Provision.Difference) {
        guard let entry = entries[plan.key], let object = entry.object else { return }
        complaints[plan.key] = complaint(about: plan, object)
        let made = plan.made(rooms)
        guard made != entry.made else { return }
        if let before = entry.made { difference.gone.append(before) }
        if let made { difference.come.append(made) }
        let known = entry.made?.share ?? remembered.pods[plan.key]
        if known != made?.share { unsaved.insert(plan.key) }
        if made != nil { remembered.set(nil, of: plan.key) }
        entries[plan.key]?.made = made
    }

    private func complaint(about plan: PodPlan, _ object: StoredObject) -> Complaint? {
        let count = plan.slots.count { $0.addresses.isEmpty }
        guard count > 0 else { return nil }
        let pods = count == 1 ? "a Pod has" : "\(count) Pods have"
        if plan.nodes.isEmpty {
            let placement = plan.placement
            let reason =
                !placement.nodeName.isEmpty
                ? "no Node has the name \(placement.nodeName)"
                : placement.nodeSelector.isEmpty
                    ? "no Node takes new Pods"
                    : "no Node that takes new Pods has the labels of nodeSelector"
            return Complaint(object: object, text: "\(pods) no address, as \(reason)")
        }
        let ranges = options.podNetworks.map(\.description).joined(separator: " ")
        return Complaint(
            object: object,
            text: "\(pods) no address, as \(ranges) has none left; a larger pod_cidr has"
        )
    }

    /// Forgets that anything is to be saved, once it is.
    mutating func hasSaved() { unsaved = [] }
}
