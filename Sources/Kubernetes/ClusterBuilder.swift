// SPDX-License-Identifier: Apache-2.0

import Wire

/// Puts what was selected into the flat arrays of a cluster.
struct ClusterBuilder {
    /// An address and a node that it points to.
    struct Pointer {
        let address: IPAddress
        /// Whether it is the address of a Service itself, which goes before endpoints.
        let isOwn: Bool
        let node: UInt32
    }

    var tables = ClusterTables()
    var pointers: [Pointer] = []
    /// The nodes that are found by their names.
    var named: [UInt32] = []
    private let options: ClusterOptions
    /// Where texts that are likely to come again stand.
    private var places: [[UInt8]: ClusterRange] = [:]
    /// Where lists of ports stand, which most Services share.
    private var portLists: [[ClusterPort]: ClusterRange] = [:]

    init(_ options: ClusterOptions) { self.options = options }

    /// Adds everything that was selected.
    mutating func add(_ selection: ClusterSelection) {
        var namespaces: [String: UInt32] = [:]
        var taken: Set<[UInt8]> = []
        for name in selection.namespaces {
            guard let label = Self.label(name), taken.insert(label).inserted else { continue }
            let node = ClusterNode(kind: .namespace, label: place(label), parent: nil)
            namespaces[name] = append(node, isNamed: true)
        }
        var before: ServiceKey?
        for service in selection.services {
            guard let namespace = namespaces[service.key.namespace] else { continue }
            if service.key.namespace != before?.namespace { taken = [] }
            before = service.key
            guard let label = Self.label(service.key.name), taken.insert(label).inserted else {
                continue
            }
            add(service, label: place(label), in: namespace)
        }
        for (name, node) in namespaces.sorted(by: { $0.key < $1.key }) {
            let addresses = selection.pods[name] ?? []
            for address in addresses.sorted(by: Self.isBefore) {
                tables.pods.append(ClusterPod(namespace: node, address: address))
            }
        }
    }

    /// Adds a Service and its endpoints.
    private mutating func add(
        _ selected: SelectedService,
        label: ClusterRange,
        in namespace: UInt32
    ) {
        let drafts = drafts(of: selected.endpoints)
        guard tables.nodes.count + drafts.count < Cluster.maximumNodeCount else { return }
        switch selected.service?.kind {
        case .clusterIP(let addresses):
            let isSeen = !(options.ignoresEmptyServices && drafts.isEmpty)
            let kind = isSeen ? ClusterNode.Kind.clusterIP : .hidden
            var node = ClusterNode(kind: kind, label: label, parent: namespace)
            (node.v4, node.v6) = append(Self.distinct(addresses))
            node.ports = place(ports(selected.service?.ports ?? []))
            let index = append(node, isNamed: isSeen)
            for address in addresses {
                pointers.append(Pointer(address: address, isOwn: true, node: index))
            }
            _ = add(drafts, of: index, isNamed: isSeen)
        case .headless:
            guard !drafts.isEmpty else { return }
            let node = ClusterNode(kind: .headless, label: label, parent: namespace)
            let index = append(node, isNamed: true)
            let added = add(drafts, of: index, isNamed: true)
            tables.nodes[Int(index)].groups = added.groups
            tables.nodes[Int(index)].v4 = added.v4
            tables.nodes[Int(index)].v6 = added.v6
        case .externalName(let text):
            let target = Self.target(text)
            guard target != nil || !drafts.isEmpty else { return }
            let kind = target == nil ? ClusterNode.Kind.hidden : .alias
            var node = ClusterNode(kind: kind, label: label, parent: namespace)
            if let target { node.target = place(target.bytes) }
            let index = append(node, isNamed: target != nil)
            _ = add(drafts, of: index, isNamed: false)
        case nil:
            let node = ClusterNode(kind: .hidden, label: label, parent: namespace)
            let index = append(node, isNamed: false)
            _ = add(drafts, of: index, isNamed: false)
        }
    }

    /// Where an alias leads; nil when it is no name, as an address is none.
    private static func target(_ text: String) -> Name? {
        guard IPAddress(text) == nil, let name = try? Name(text), name != .root else { return nil }
        return name
    }

    // MARK: Parts

    /// The label that a text is, in lower case; nil when it cannot be one.
    static func label(_ text: String) -> [UInt8]? {
        let bytes = text.utf8.map(\.asciiLowercased)
        return (1...Name.maximumLabelByteCount).contains(bytes.count) ? bytes : nil
    }

    /// The addresses without repetition, in their order.
    static func distinct(_ addresses: [IPAddress]) -> [IPAddress] {
        var seen: Set<IPAddress> = []
        return addresses.filter { seen.insert($0).inserted }
    }

    /// IPv4 before IPv6, then by the bits.
    static func isBefore(_ left: IPAddress, _ right: IPAddress) -> Bool {
        left.family == right.family ? left.isBefore(right) : left.family == .v4
    }

    mutating func append(_ node: ClusterNode, isNamed: Bool) -> UInt32 {
        let index = UInt32(truncatingIfNeeded: tables.nodes.count)
        tables.nodes.append(node)
        if isNamed { named.append(index) }
        return index
    }

    /// Appends addresses of both families.
    mutating func append(_ addresses: [IPAddress]) -> (v4: ClusterRange, v6: ClusterRange) {
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
            ClusterRange(first.0, tables.v4.count - first.0),
            ClusterRange(first.1, tables.v6.count / 2 - first.1)
        )
    }

    /// Where a text stands that is likely to come again.
    mutating func place(_ text: [UInt8]) -> ClusterRange {
        if let place = places[text] { return place }
        let place = placeOnce(text)
        places[text] = place
        return place
    }

    /// Where a text stands that will hardly come again.
    mutating func placeOnce(_ text: [UInt8]) -> ClusterRange {
        let start = tables.text.count
        tables.text += text
        return ClusterRange(start, text.count)
    }

    /// Where a list of ports stands.
    mutating func place(_ ports: [ClusterPort]) -> ClusterRange {
        if let place = portLists[ports] { return place }
        let place = ClusterRange(tables.ports.count, ports.count)
        tables.ports += ports
        portLists[ports] = place
        return place
    }

    /// A Service's own ports, sorted by number.
    private mutating func ports(_ ports: [ServicePort]) -> [ClusterPort] {
        self.ports(
            ports.map { EndpointPort(name: $0.name, number: $0.number, transport: $0.transport) }
        )
    }

    /// Ports sorted by number, each once; without any the one that stands for none.
    mutating func ports(_ ports: [EndpointPort]) -> [ClusterPort] {
        guard !ports.isEmpty else {
            return [ClusterPort(name: .empty, transport: 0, number: 0)]
        }
        return Self.sorted(ports).map { port in
            ClusterPort(
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
}
