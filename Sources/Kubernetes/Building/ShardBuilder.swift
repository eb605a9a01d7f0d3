// SPDX-License-Identifier: Apache-2.0

import Wire

/// Puts some Services with their endpoints into the flat arrays of one shard.
struct ShardBuilder {
    private var tables = ShardTables()
    /// The nodes that are found by their names.
    private var named: [UInt32] = []
    private let options: ClusterOptions
    /// The nodes of the namespaces, by their labels.
    private var namespaces: [[UInt8]: UInt32] = [:]
    /// The Services that are there.
    private var taken: Set<TakenName> = []
    /// Where texts that are likely to come again stand.
    private var places: [[UInt8]: ShardRange] = [:]
    /// Where lists of ports stand, which most Services share.
    private var portLists: [[ShardPort]: ShardRange] = [:]

    /// A label in a namespace of this shard.
    private struct TakenName: Hashable {
        let namespace: UInt32
        let label: [UInt8]
    }

    init(_ options: ClusterOptions) { self.options = options }

    /// Adds a namespace whose own name falls to this shard; all of these come first.
    mutating func add(namespace label: [UInt8]) {
        guard namespaces[label] == nil else { return }
        named.append(node(ofNamespace: label))
    }

    /// The node of a namespace, which is found by its name only if that falls to this shard.
    private mutating func node(ofNamespace label: [UInt8]) -> UInt32 {
        if let node = namespaces[label] { return node }
        let start = append([label])
        let node = append(ShardNode(kind: .namespace, label: label, at: start))
        namespaces[label] = node
        return node
    }

    /// Adds a Service and its endpoints; `service` is nil when only slices speak of it.
    mutating func add(
        _ name: ServiceLabels,
        _ service: Service?,
        _ endpoints: EndpointList
    ) {
        let drafts = drafts(of: endpoints)
        // LIMIT: pointers cannot tell more nodes apart.
        guard tables.nodes.count + drafts.count + 2 <= ClusterShard.maximumNodeCount else { return }
        var target: Name?
        var kind: ClusterNode.Kind
        switch service?.kind {
        case .clusterIP:
            kind = options.ignoresEmptyServices && drafts.isEmpty ? .hidden : .clusterIP
        case .headless:
            guard !drafts.isEmpty else { return }
            kind = .headless
        case .externalName(let text):
            target = Self.target(text)
            guard target != nil || !drafts.isEmpty else { return }
            kind = target == nil ? .hidden : .alias
        case nil:
            guard !drafts.isEmpty else { return }
            kind = .hidden
        }
        let namespace = node(ofNamespace: name.namespace)
        guard taken.insert(TakenName(namespace: namespace, label: name.name)).inserted else {
            return
        }
        let start = append([name.name, name.namespace])
        var node = ShardNode(kind: kind, label: name.name, at: start, parent: namespace)
        if case .clusterIP(let addresses) = service?.kind {
            (node.v4, node.v6) = append(Self.distinct(addresses))
            node.detail = place(ports(service?.ports ?? []))
        }
        if let target { node.detail = place(target.bytes) }
        let index = append(node)
        if kind != .hidden { named.append(index) }
        guard kind == .headless else {
            for draft in drafts { add(draft, of: index, isNamed: kind == .clusterIP) }
            return
        }
        addGroups(drafts, of: index)
    }

    /// Where an alias leads; nil when it is no name, as an address is none.
    private static func target(_ text: String) -> Name? {
        guard IPAddress(text) == nil, let name = try? Name(text), name != .root else { return nil }
        return name
    }

    // MARK: Endpoints

    /// An endpoint of one Service: what all its entries under one name come to.
    private struct Draft {
        let label: [UInt8]
        /// Each address once, IPv4 first, sorted.
        let addresses: [IPAddress]
        /// Each port once, sorted by number.
        let ports: ShardRange
    }

    /// The endpoints that entries come to, sorted by name.
    ///
    /// Entries with one name are one endpoint: it has all their addresses and all their ports.
    private mutating func drafts(of list: EndpointList) -> [Draft] {
        guard !list.entries.isEmpty else { return [] }
        var placed: [ShardRange?] = Array(repeating: nil, count: list.portLists.count)
        return list.runs().map { run in
            var ports: ShardRange
            if run.allSatisfy({ $0.ports == run[0].ports }) {
                let number = run[0].ports
                ports = placed[number] ?? place(self.ports(list.portLists[number]))
                placed[number] = ports
            } else {
                ports = place(self.ports(run.flatMap { list.portLists[$0.ports] }))
            }
            var addresses = run.map(\.address)
            if addresses.count > 1 {
                addresses = Set(addresses).sorted { $0.isOrdered(before: $1) }
            }
            return Draft(label: Array(list.text[run[0].label]), addresses: addresses, ports: ports)
        }
    }

    /// Adds the endpoints of a headless Service, those with the same ports side by side.
    private mutating func addGroups(_ drafts: [Draft], of service: UInt32) {
        var numbers: [ShardRange: Int] = [:]
        var members: [[Draft]] = []
        for draft in drafts {
            if let number = numbers[draft.ports] {
                members[number].append(draft)
            } else {
                numbers[draft.ports] = members.count
                members.append([draft])
            }
        }
        let first = tables.groups.count
        let start = (tables.v4.count, tables.v6.count / 2)
        var groups: [ShardGroup] = []
        for drafts in members {
            let start = (tables.v4.count, tables.v6.count / 2)
            let firstNode = tables.nodes.count
            for draft in drafts { add(draft, of: service, isNamed: true) }
            groups.append(
                ShardGroup(
                    ports: drafts[0].ports,
                    endpoints: ShardRange(firstNode, drafts.count),
                    v4: ShardRange(start.0, tables.v4.count - start.0),
                    v6: ShardRange(start.1, tables.v6.count / 2 - start.1),
                    addressCount: UInt32(drafts.reduce(0) { $0 + $1.addresses.count })
                )
            )
        }
        var v4 = ShardRange(start.0, tables.v4.count - start.0)
        var v6 = ShardRange(start.1, tables.v6.count / 2 - start.1)
        let all = drafts.flatMap(\.addresses)
        let distinct = Self.distinct(all)
        if distinct.count < all.count {
            // Two names have one address, so that lists with each once must stand apart.
            for (number, drafts) in members.enumerated() {
                let (v4, v6) = append(Self.distinct(drafts.flatMap(\.addresses)))
                groups[number] = ShardGroup(
                    ports: groups[number].ports,
                    endpoints: groups[number].endpoints,
                    v4: v4,
                    v6: v6,
                    addressCount: groups[number].addressCount
                )
            }
            (v4, v6) = append(distinct)
        }
        tables.groups += groups
        tables.nodes[Int(service)].detail = ShardRange(first, groups.count)
        tables.nodes[Int(service)].v4 = v4
        tables.nodes[Int(service)].v6 = v6
    }

    private mutating func add(_ draft: Draft, of service: UInt32, isNamed: Bool) {
        let start = append([draft.label])
        var node = ShardNode(kind: .endpoint, label: draft.label, at: start, parent: service)
        (node.v4, node.v6) = append(draft.addresses)
        node.detail = draft.ports
        let index = append(node)
        if isNamed { named.append(index) }
    }

    // MARK: Parts

    private mutating func append(_ node: ShardNode) -> UInt32 {
        tables.nodes.append(node)
        return UInt32(truncatingIfNeeded: tables.nodes.count - 1)
    }

    /// The addresses without repetition, in their order.
    private static func distinct(_ addresses: [IPAddress]) -> [IPAddress] {
        guard addresses.count > 1 else { return addresses }
        var seen: Set<IPAddress> = []
        return addresses.filter { seen.insert($0).inserted }
    }

    /// Appends addresses of both families.
    private mutating func append(_ addresses: [IPAddress]) -> (v4: ShardRange, v6: ShardRange) {
        let first = (tables.v4.count, tables.v6.count / 2)
        for address in addresses {
            if address.family == .v4 {
                tables.v4.append(UInt32(truncatingIfNeeded: address.low))
            } else {
                tables.v6.append(address.high)
                tables.v6.append(address.low)
            }
        }
        return (
            ShardRange(first.0, tables.v4.count - first.0),
            ShardRange(first.1, tables.v6.count / 2 - first.1)
        )
    }

    /// Appends labels in wire form to the texts; where they begin.
    private mutating func append(_ labels: [[UInt8]]) -> Int {
        let start = tables.text.count
        for label in labels {
            tables.text.append(UInt8(truncatingIfNeeded: label.count))
            tables.text += label
        }
        return start
    }

    /// Where a text stands that is likely to come again.
    private mutating func place(_ text: [UInt8]) -> ShardRange {
        if let place = places[text] { return place }
        let place = ShardRange(tables.text.count, text.count)
        tables.text += text
        places[text] = place
        return place
    }

    /// Where a list of ports stands.
    private mutating func place(_ ports: [ShardPort]) -> ShardRange {
        if let place = portLists[ports] { return place }
        let place = ShardRange(tables.ports.count, ports.count)
        tables.ports += ports
        portLists[ports] = place
        return place
    }

    /// A Service's own ports, sorted by number.
    private mutating func ports(_ ports: [ServicePort]) -> [ShardPort] {
        self.ports(
            ports.map { EndpointPort(name: $0.name, number: $0.number, transport: $0.transport) }
        )
    }

    /// Ports sorted by number, each once; without any the one that stands for none.
    private mutating func ports(_ ports: [EndpointPort]) -> [ShardPort] {
        guard !ports.isEmpty else {
            return [ShardPort(name: .empty, transport: 0, number: 0)]
        }
        return Self.sorted(ports).map { port in
            ShardPort(
                name: port.name.isEmpty ? .empty : place(port.name.utf8.map(\.asciiLowercased)),
                transport: ClusterPort.transport(port.transport),
                number: port.number ?? 0
            )
        }
    }

    /// Ports by number, name and transport, each once.
    private static func sorted(_ ports: [EndpointPort]) -> [EndpointPort] {
        guard ports.count > 1 else { return ports }
        return Set(ports).sorted { left, right in
            let (first, second) = (left.number ?? 0, right.number ?? 0)
            if first != second { return first < second }
            if left.name != right.name { return left.name < right.name }
            return left.transport.rawValue < right.transport.rawValue
        }
    }

    /// Makes the hash table over what was added.
    consuming func finish() -> ShardTables {
        tables.names = ClusterIndex(capacity: named.count)
        for index in named {
            let name = tables.wireName(Int(index))
            tables.names.insert(Int(index), hash: hashBytes(name.span))
        }
        return tables
    }
}

/// The labels of a Service and of its namespace, in lower case.
struct ServiceLabels {
    let namespace: [UInt8]
    let name: [UInt8]

    /// Nil where one of the two cannot be a label.
    init?(_ key: ServiceKey) {
        guard let namespace = Self.label(key.namespace), let name = Self.label(key.name) else {
            return nil
        }
        self.namespace = namespace
        self.name = name
    }

    /// The label that a text is, in lower case; nil when it cannot be one.
    static func label(_ text: String) -> [UInt8]? {
        let bytes = text.utf8.map(\.asciiLowercased)
        return (1...Name.maximumLabelByteCount).contains(bytes.count) ? bytes : nil
    }

    /// The number of the shard that the Service lies in.
    var shard: Int {
        var wire: [UInt8] = []
        wire.reserveCapacity(namespace.count + name.count + 2)
        wire.append(UInt8(truncatingIfNeeded: name.count))
        wire += name
        wire.append(UInt8(truncatingIfNeeded: namespace.count))
        wire += namespace
        return ClusterShard.number(of: hashBytes(wire.span))
    }

    /// The number of the shard in which a namespace is found by its name.
    static func shard(ofNamespace label: [UInt8]) -> Int {
        let wire = [UInt8(truncatingIfNeeded: label.count)] + label
        return ClusterShard.number(of: hashBytes(wire.span))
    }
}
