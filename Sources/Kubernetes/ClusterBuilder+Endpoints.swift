// SPDX-License-Identifier: Apache-2.0

import Wire

/// An endpoint of one Service: what all its entries under one name come to.
struct EndpointDraft {
    let label: [UInt8]
    /// Each address once, IPv4 first, sorted.
    var addresses: [IPAddress]
    /// Each port once, sorted by number.
    var ports: [ClusterPort]
}

extension ClusterBuilder {
    /// The endpoints that entries come to, sorted by name.
    ///
    /// Entries with one name are one endpoint: it has all their addresses and all their ports.
    mutating func drafts(of entries: [SelectedEndpoint]) -> [EndpointDraft] {
        var places: [[UInt8]: Int] = [:]
        var labels: [[UInt8]] = []
        var addresses: [Set<IPAddress>] = []
        var ports: [[EndpointPort]] = []
        for entry in entries {
            guard let label = Self.label(entry.name) else { continue }
            if let place = places[label] {
                addresses[place].insert(entry.address)
                for port in entry.ports where !ports[place].contains(port) {
                    ports[place].append(port)
                }
            } else {
                places[label] = labels.count
                labels.append(label)
                addresses.append([entry.address])
                ports.append(entry.ports)
            }
        }
        let order = labels.indices.sorted {
            labels[$0].lexicographicallyPrecedes(labels[$1])
        }
        return order.map { place in
            EndpointDraft(
                label: labels[place],
                addresses: addresses[place].sorted(by: Self.isBefore),
                ports: self.ports(ports[place])
            )
        }
    }

    /// Adds the endpoints of a Service, those with the same ports side by side.
    ///
    /// - Returns: The groups, and the addresses of all endpoints, each once.
    mutating func add(
        _ drafts: [EndpointDraft],
        of service: UInt32,
        isNamed: Bool
    ) -> (groups: ClusterRange, v4: ClusterRange, v6: ClusterRange) {
        var places: [[ClusterPort]: Int] = [:]
        var members: [[EndpointDraft]] = []
        for draft in drafts {
            if let place = places[draft.ports] {
                members[place].append(draft)
            } else {
                places[draft.ports] = members.count
                members.append([draft])
            }
        }
        let first = tables.groups.count
        let starts = (tables.v4.count, tables.v6.count / 2)
        var groups: [ClusterGroup] = []
        for drafts in members {
            let start = (tables.v4.count, tables.v6.count / 2)
            let firstNode = tables.nodes.count
            let ports = place(drafts[0].ports)
            for draft in drafts { add(draft, ports, of: service, isNamed: isNamed) }
            groups.append(
                ClusterGroup(
                    ports: ports,
                    endpoints: ClusterRange(firstNode, drafts.count),
                    v4: ClusterRange(start.0, tables.v4.count - start.0),
                    v6: ClusterRange(start.1, tables.v6.count / 2 - start.1),
                    addressCount: UInt32(drafts.reduce(0) { $0 + $1.addresses.count })
                )
            )
        }
        let v4 = ClusterRange(starts.0, tables.v4.count - starts.0)
        let v6 = ClusterRange(starts.1, tables.v6.count / 2 - starts.1)
        let all = drafts.flatMap(\.addresses)
        let distinct = Self.distinct(all)
        guard distinct.count < all.count else {
            tables.groups += groups
            return (ClusterRange(first, groups.count), v4, v6)
        }
        // Two names have one address, so that lists with each once must stand apart.
        for (group, drafts) in zip(groups, members) {
            let (v4, v6) = append(Self.distinct(drafts.flatMap(\.addresses)))
            tables.groups.append(
                ClusterGroup(
                    ports: group.ports,
                    endpoints: group.endpoints,
                    v4: v4,
                    v6: v6,
                    addressCount: group.addressCount
                )
            )
        }
        let apart = append(distinct)
        return (ClusterRange(first, groups.count), apart.v4, apart.v6)
    }

    private mutating func add(
        _ draft: EndpointDraft,
        _ ports: ClusterRange,
        of service: UInt32,
        isNamed: Bool
    ) {
        var node = ClusterNode(kind: .endpoint, label: placeOnce(draft.label), parent: service)
        (node.v4, node.v6) = append(draft.addresses)
        node.ports = ports
        let index = append(node, isNamed: isNamed)
        for address in draft.addresses {
            pointers.append(Pointer(address: address, isOwn: false, node: index))
        }
    }

    // MARK: Tables

    /// Makes the hash tables over what was added.
    consuming func finish() -> ClusterTables {
        indexNames()
        indexPointers()
        tables.podAddresses = ClusterIndex(capacity: tables.pods.count)
        for (index, pod) in tables.pods.enumerated() {
            tables.podAddresses.insert(index, hash: pod.hash)
        }
        return tables
    }

    private mutating func indexNames() {
        tables.names = ClusterIndex(capacity: named.count)
        var bytes: [UInt8] = []
        for index in named {
            bytes.removeAll(keepingCapacity: true)
            var next: UInt32? = index
            while let current = next {
                let node = tables.nodes[Int(current)]
                bytes.append(UInt8(truncatingIfNeeded: node.label.count))
                bytes += tables.text[node.label.indices]
                next = node.parent
            }
            tables.names.insert(Int(index), hash: hashBytes(bytes.span))
        }
    }

    private mutating func indexPointers() {
        pointers.sort { left, right in
            if left.address != right.address { return Self.isBefore(left.address, right.address) }
            if left.isOwn != right.isOwn { return left.isOwn }
            return left.node < right.node
        }
        var first = 0
        while first < pointers.count {
            let address = pointers[first].address
            var end = first
            while end < pointers.count, pointers[end].address == address { end += 1 }
            tables.pointerStarts.append(UInt32(truncatingIfNeeded: tables.pointers.count))
            // The address of a Service points to it alone, and to one only.
            let last = pointers[first].isOwn ? first + 1 : end
            for pointer in pointers[first..<last] { tables.pointers.append(pointer.node) }
            if address.family == .v4 {
                tables.reverseV4.append(UInt32(truncatingIfNeeded: address.low))
            } else {
                tables.reverseV6.append(address.high)
                tables.reverseV6.append(address.low)
            }
            first = end
        }
        tables.pointerStarts.append(UInt32(truncatingIfNeeded: tables.pointers.count))
        let count = tables.pointerStarts.count - 1
        tables.addresses = ClusterIndex(capacity: count)
        for index in 0..<count {
            let split = tables.reverseV4.count
            let place = (index - split) * 2
            let address =
                index < split
                ? IPAddress(v4: tables.reverseV4[index])
                : IPAddress(v6High: tables.reverseV6[place], low: tables.reverseV6[place + 1])
            tables.addresses.insert(index, hash: address.tableHash)
        }
    }
}
