// SPDX-License-Identifier: Apache-2.0

import Wire

/// What was made, and what a file is told of it.
extension Workloads {
    /// Every object of which Pods were made, with these.
    var made: [(object: StoredObject, pods: StoredObject)] {
        entries.values.compactMap { entry in
            guard let object = entry.object, let made = entry.made else { return nil }
            return (object, made)
        }
    }

    /// The Nodes of the Pods, where no manifest has any.
    var madeNodes: [Node] {
        guard nodes.isEmpty else { return [] }
        return rooms.rooms.map { room in
            Node(
                metadata: Metadata(name: room.name, namespace: "", labels: room.labels),
                podNetworks: room.givenNetworks
            )
        }
    }

    /// What Pods and Nodes were given.
    var memory: PodMemory {
        var memory = remembered
        for (key, entry) in entries {
            if let made = entry.made { memory.set(made.share, of: key) }
        }
        for (name, networks) in givenNetworks { memory.networks[name] = networks }
        return memory
    }

    /// How many records a file needs.
    var recordCount: Int { entries.count + rooms.rooms.count + remembered.count }

    /// What a file must be told: what is gone first.
    var unsavedRecords: AllocationRecords {
        var records = AllocationRecords(isWhole: false)
        let known = unsaved.sorted().map { record(of: $0) }
        for record in known where !record.isInUse { records.append(record) }
        for record in known where record.isInUse { records.append(record) }
        return records
    }

    /// Everything that a file is to hold, without what is gone where that is left out.
    func allRecords(withGone: Bool) -> AllocationRecords {
        var records = AllocationRecords(isWhole: false)
        for name in Set(rooms.rooms.map(\.name) + remembered.networks.keys).sorted() {
            let key = ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: name)
            records.append(unlessForgotten: record(of: key))
        }
        for key in Set(entries.keys).union(remembered.pods.keys).sorted() {
            let record = record(of: key)
            if withGone || record.isInUse { records.append(unlessForgotten: record) }
        }
        return records
    }

    private func record(of key: ObjectKey) -> PodRecord {
        if key.kind == PodRecord.nodeKind {
            let given = rooms.index(of: key.name).map { rooms[$0].givenNetworks }
            let networks = given ?? remembered.networks[key.name] ?? []
            return PodRecord(key, networks.isEmpty ? .forgotten : .networks(networks))
        }
        let share = entries[key]?.made?.share ?? remembered.pods[key]
        return PodRecord(key, share.map { .pods($0) } ?? .forgotten)
    }
}

extension PodRecord {
    /// Whether somebody has what it tells of.
    fileprivate var isInUse: Bool {
        switch content {
        case .forgotten: false
        case .pods(let share): share.isInUse
        case .networks: true
        }
    }
}

extension AllocationRecords {
    fileprivate mutating func append(unlessForgotten record: PodRecord) {
        if record.content != .forgotten { append(record) }
    }
}

/// A Pod that was made, as far as it is looked at to be kept.
struct MadePod {
    let index: Int
    let node: String
    let addresses: [IPAddress]
}

extension StoredObject {
    /// The Pods that it is, in their order.
    var members: [MadePod] {
        switch objects.first {
        case .podGroup(let group):
            group.members.map { member in
                MadePod(
                    index: member.index,
                    node: member.node.map { group.nodes[$0] } ?? "",
                    addresses: member.addresses
                )
            }
        case .pod(let pod):
            [MadePod(index: 0, node: pod.placement.nodeName, addresses: pod.addresses)]
        default: []
        }
    }

    /// What the Pods that it is were given.
    var share: PodMemory.Share {
        let members = members
        return PodMemory.Share(
            addresses: members.map(\.addresses),
            firstIndex: members.first?.index ?? 0
        )
    }
}
