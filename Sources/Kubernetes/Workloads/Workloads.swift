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
    /// A workload, or a Pod without an address, and what was made of it.
    struct Entry {
        /// Nil when it went.
        var object: StoredObject?
        var made: StoredObject?
        /// By which it is told who has an address.
        let number: Int
    }

    /// The Nodes that there are where no manifest has one.
    static let nodeNames = ["node-1", "node-2", "node-3"]

    let options: AllocationOptions
    /// What is wrong now, by object.
    private(set) var complaints: [ObjectKey: [Complaint]] = [:]
    /// The objects of which a file must be told what their Pods, or they as Nodes, were given.
    var unsaved: Set<ObjectKey> = []

    var entries: [ObjectKey: Entry] = [:]
    private(set) var nodes: [String: NodeRoom] = [:]
    /// The Nodes that somebody asks for by name, and how many do.
    private var askedNodes: [String: Int] = [:]
    private var owners = PodOwners()
    private var numbers = MakerNumbers()
    /// On which Nodes the objects may run of which the Pods are others when the Nodes are:
    /// DaemonSets, and what is in the network of its Node.
    private var nodeBound: [ObjectKey: Placement] = [:]
    /// The objects whose names are cut in those of their Pods, by keys with what is left of them.
    private var cut: [ObjectKey: Set<ObjectKey>] = [:]
    /// How many Pods manifests have.
    private var writtenPodCount = 0
    var rooms: NodeRooms
    /// The objects that are to be looked at again.
    private(set) var touched: Set<ObjectKey> = []
    private var areNodesTouched = true
    private var isFirst = true
    /// The addresses of written Pods that go with a change, while anybody waits for one.
    private var freed: [IPAddress] = []
    /// What Pods in manifests have, as soon as any is made besides them.
    private(set) var written: WrittenPods?
    /// What those had that are not there, and, until the first look, all of an earlier run.
    var remembered: PodMemory

    init(_ options: AllocationOptions, remembering memory: PodMemory = PodMemory()) {
        self.options = options
        remembered = memory
        rooms = NodeRooms(options)
    }

    // MARK: Objects that come and go

    /// Notes what went and came; what of it is used as it is.
    mutating func take(_ difference: Provision.Difference) -> Provision.Difference {
        guard options.makesPods else { return difference }
        var passing = Provision.Difference()
        for object in difference.gone where note(object, -1) { passing.gone.append(object) }
        for object in difference.come where note(object, 1) { passing.come.append(object) }
        // What went for good may be what somebody waits for. The Pods of a run go and come together
        // when one of them changes.
        if freed.contains(where: { !isWritten($0) }) { touched.formUnion(complaints.keys) }
        freed = []
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
            note(
                workload.template.placement,
                of: object,
                isNodeBound: workload.kind == .daemonSet,
                change
            )
        case .node:
            nodes[head.name] = change > 0 ? NodeRoom(reader.node(head)) : nil
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

    /// Notes an object that Pods are made of, and where these may run.
    private mutating func note(
        _ placement: Placement,
        of object: StoredObject,
        isNodeBound: Bool,
        _ change: Int
    ) {
        // Without a name there is no object.
        guard let key = object.key else { return }
        note(placement, change)
        touched.insert(key)
        if change > 0 {
            let number = entries[key]?.number ?? numbers.next()
            numbers[number] = object
            entries[key, default: Entry(number: number)].object = object
            nodeBound[key] = isNodeBound || placement.usesHostNetwork ? placement : nil
            if let short = PodNames.cut(key) { cut[short, default: []].insert(key) }
        } else if entries[key]?.object == object {
            entries[key]?.object = nil
            nodeBound[key] = nil
            forgetCut(key)
        }
    }

    private mutating func forgetCut(_ key: ObjectKey) {
        guard let short = PodNames.cut(key) else { return }
        cut[short]?.remove(key)
        if cut[short]?.isEmpty == true { cut[short] = nil }
    }

    private mutating func note(_ pod: Pod, _ object: StoredObject, _ change: Int) -> Bool {
        owners.note(pod, change)
        touchOwners(of: pod.owner, pod.metadata.namespace)
        writtenPodCount += change
        // At first everything is looked at.
        if !isFirst { touchMakers(ofPod: pod.metadata) }
        if pod.addresses.isEmpty, !pod.isFinished, !pod.placement.isPending {
            note(pod.placement, of: object, isNodeBound: false, change)
            return false
        }
        guard written != nil else { return true }
        if change > 0 { written?.insert(pod) } else { written?.remove(pod) }
        guard !pod.isFinished else { return true }
        guard change > 0 else {
            if !complaints.isEmpty { freed += pod.addresses }
            return true
        }
        // Whoever was given one of its addresses has to leave it.
        for address in pod.addresses {
            if let maker = rooms.maker(of: address) { touch(maker) }
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

    /// Has an object be looked at again.
    private mutating func touch(_ maker: Int) {
        if let key = numbers[maker]?.key { touched.insert(key) }
    }

    /// Has those be looked at again that may make a Pod of this name.
    private mutating func touchMakers(ofPod metadata: Metadata) {
        guard !entries.isEmpty else { return }
        var base = metadata.name[...]
        // Behind the workload's name stands a number, a word that was made up, or two of these.
        for _ in 0..<2 {
            guard let dash = base.lastIndex(of: "-") else { return }
            base = base[..<dash]
            for kind in Workload.Kind.allCases {
                let key = ObjectKey(
                    kind: kind.name,
                    namespace: metadata.namespace,
                    name: String(base)
                )
                if entries[key] != nil { touched.insert(key) }
                if !cut.isEmpty { touched.formUnion(cut[key] ?? []) }
            }
        }
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
        var difference = Provision.Difference()
        let freed = place(touched, census, &difference)
        // What nobody has any more is for those who wait for an address.
        if !complaints.isEmpty, freed.contains(where: { rooms.maker(of: $0) == nil }) {
            _ = place(Set(complaints.keys).subtracting(touched), census, &difference)
        }
        return difference
    }

    /// Gives places to the Pods of some objects; the addresses that Pods of these had before.
    private mutating func place(
        _ keys: Set<ObjectKey>,
        _ census: ClusterCensus,
        _ difference: inout Provision.Difference
    ) -> [IPAddress] {
        var plans: [PodPlan] = []
        var released: [IPAddress] = []
        for key in keys.sorted() {
            // Whoever stays takes it again: the networks may be others than they were.
            released += release(key)
            if let plan = plan(key, census) {
                plans.append(plan)
            } else {
                drop(key, &difference)
            }
        }
        // A dump of a cluster, of which no Pods are made, needs none of it.
        if written == nil, !plans.isEmpty { written = WrittenPods(census) }
        for index in plans.indices { keep(&plans[index]) }
        // What was in use counts before what was gone by then.
        for index in plans.indices { restore(&plans[index], isInUse: true) }
        for index in plans.indices { restore(&plans[index], isInUse: false) }
        for index in plans.indices { complete(&plans[index]) }
        for plan in plans { finish(plan, &difference) }
        return released
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
        for name in remembered.networks.keys where rooms.index(of: name) == nil { noteNode(name) }
        remembered.networks = [:]
    }

    private func plan(_ key: ObjectKey, _ census: ClusterCensus) -> PodPlan? {
        guard let object = entries[key]?.object, !owners.haveMade(key, object, census) else {
            return nil
        }
        return entries[key].flatMap { PodPlan(key, object, maker: $0.number, rooms) }
    }

    private mutating func updateNodes() {
        guard areNodesTouched, !entries.isEmpty else { return }
        areNodesTouched = false
        var new = Array(nodes.values)
        if nodes.isEmpty {
            new = Self.nodeNames.map { NodeRoom($0, isAskedFor: false) }
            for name in askedNodes.keys where !Self.nodeNames.contains(name) {
                new.append(NodeRoom(name, isAskedFor: true))
            }
        }
        let isFirst = rooms.rooms.isEmpty
        guard let change = rooms.setRooms(new, remembered: remembered.networks) else { return }
        touch(change)
        for pair in change.pairs {
            let name = pair.after?.name ?? pair.before?.name ?? ""
            let before = isFirst ? remembered.networks[name] : pair.before?.givenNetworks
            if before ?? [] != pair.after?.givenNetworks ?? [] { noteNode(name) }
        }
        guard isFirst else { return }
        for name in remembered.networks.keys where rooms.index(of: name) == nil { noteNode(name) }
    }

    /// Has all objects be looked at again of which Pods may have to go or come.
    private mutating func touch(_ change: NodeRooms.Change) {
        for maker in change.makers { touch(maker) }
        for case (let before?, let after?) in change.pairs where before.labels != after.labels {
            for maker in before.makers {
                guard let placement = numbers[maker]?.placement, !after.suits(placement) else {
                    continue
                }
                touch(maker)
            }
        }
        // Who has not got all may have it now.
        touched.formUnion(complaints.keys)
        for (key, placement) in nodeBound {
            let isAffected = change.pairs.contains { before, after in
                placement.usesHostNetwork
                    || before?.suits(placement) ?? false != after?.suits(placement) ?? false
            }
            if isAffected { touched.insert(key) }
        }
    }

    /// Notes that a file must be told the networks of a Node.
    private mutating func noteNode(_ name: String) {
        unsaved.insert(ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: name))
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

    func isWritten(_ address: IPAddress) -> Bool { written?.contains(address) ?? false }

    /// Takes back what the Pods of an object were given; which addresses that are.
    private mutating func release(_ key: ObjectKey) -> [IPAddress] {
        guard let entry = entries[key], let made = entry.made else { return [] }
        let addresses = made.members.flatMap(\.addresses)
        for address in addresses { rooms.release(address, of: entry.number) }
        return addresses
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
        if entry.object == nil {
            entries[key] = nil
            numbers[entry.number] = nil
        }
    }

    // MARK: Outcome

    private mutating func finish(_ plan: PodPlan, _ difference: inout Provision.Difference) {
        guard let entry = entries[plan.key], let object = entry.object else { return }
        let namespace = plan.key.namespace
        let (made, names) = plan.made(rooms) { name in
            writtenPodCount > 0 && isWritten(name, namespace)
        }
        let found = [complaint(about: plan, object), complaint(about: names, object)]
        complaints[plan.key] = found.contains { $0 != nil } ? found.compactMap(\.self) : nil
        guard made != entry.made else { return }
        if let before = entry.made { difference.gone.append(before) }
        if let made { difference.come.append(made) }
        let known = entry.made?.share ?? remembered.pods[plan.key]
        if known != made?.share { unsaved.insert(plan.key) }
        if made != nil { remembered.set(nil, of: plan.key) }
        entries[plan.key]?.made = made
    }

    /// Forgets that anything is to be saved, once it is.
    mutating func hasSaved() { unsaved = [] }
}
