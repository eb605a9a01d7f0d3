// SPDX-License-Identifier: Apache-2.0

import Wire

/// What was made, and what a file is told of it.
extension Workloads {
    /// The objects whose Pods were given an address; it is looked for only when it is written too.
    func holders(of address: IPAddress) -> [ObjectKey] {
        entries.filter { entry in
            entry.value.made?.pods.contains { $0.addresses.contains(address) } ?? false
        }.map(\.key)
    }

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
            if let made = entry.made { memory.pods[key] = made.addressLists }
        }
        for (name, networks) in givenNetworks { memory.networks[name] = networks }
        return memory
    }

    /// How many records a file needs.
    var recordCount: Int { entries.count + rooms.rooms.count }

    /// What a file must be told: what is gone first.
    var unsavedRecords: AllocationRecords {
        var records = AllocationRecords(isWhole: false)
        let known = unsaved.sorted().map { ($0, record(of: $0)) }
        for (key, record) in known where record == nil {
            records.append(PodRecord(key, .forgotten))
        }
        for case (_, let record?) in known { records.append(record) }
        return records
    }

    /// Everything that a file is to hold.
    var allRecords: AllocationRecords {
        var records = AllocationRecords(isWhole: false)
        for room in rooms.rooms {
            let key = ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: room.name)
            if let record = record(of: key) { records.append(record) }
        }
        for key in entries.keys.sorted() {
            if let record = record(of: key) { records.append(record) }
        }
        return records
    }

    private func record(of key: ObjectKey) -> PodRecord? {
        if key.kind == PodRecord.nodeKind {
            let networks = rooms.index(of: key.name).map { rooms[$0].givenNetworks } ?? []
            return networks.isEmpty ? nil : PodRecord(key, .networks(networks))
        }
        return entries[key]?.made.map { PodRecord(key, .pods($0.addressLists)) }
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

    /// The addresses of each Pod that it is.
    var addressLists: [[IPAddress]] { members.map(\.addresses) }
}
