// SPDX-License-Identifier: Apache-2.0

import Wire

/// The words of one Service with its endpoints, or of a namespace (`BlockWord`).
///
/// A block depends on nothing but what its Service is, and can stand anywhere in a shard.
struct ServiceBlock {
    /// The most endpoints of one Service; what is more has no names, which is told.
    static let maximumEndpointCount = 1 << 20

    private(set) var words: [UInt32] = []
    /// Whether the Service has more endpoints than can be told.
    private(set) var isCut = false

    /// A namespace.
    init(namespace label: [UInt8]) {
        begin(.namespace, [UInt8(truncatingIfNeeded: label.count)] + label)
        append(listOf: [])
        end()
    }

    /// A Service; nil when there is nothing to tell about it.
    ///
    /// `service` is nil when only slices speak of it.
    init?(
        _ name: ServiceLabels,
        _ service: Service?,
        _ endpoints: EndpointList,
        _ options: ClusterOptions
    ) {
        let drafts = EndpointDrafts(endpoints, maximumCount: options.maximumEndpointCount)
        isCut = drafts.isCut
        var target: Name?
        var kind = NodeKind.hidden
        switch service?.kind {
        case .clusterIP:
            if !options.ignoresEmptyServices || !drafts.isEmpty { kind = .clusterIP }
        case .headless:
            guard !drafts.isEmpty else { return nil }
            kind = .headless
        case .externalName(let text):
            target = Self.target(text)
            guard target != nil || !drafts.isEmpty else { return nil }
            if target != nil { kind = .alias }
        case nil:
            guard !drafts.isEmpty else { return nil }
        }
        words.reserveCapacity(Self.likelyWordCount(drafts.endpointCount))
        begin(kind, name.wire)
        switch service?.kind {
        case .clusterIP(let addresses):
            append(listOf: Self.distinct(addresses))
            append(ports: service?.ports ?? [])
        case .headless:
            append(listOf: drafts.distinctAddresses ?? drafts.orderedAddresses)
        case .externalName, nil:
            append(listOf: [])
            if let target { append(target: target) }
        }
        append(drafts, isHeadless: kind == .headless)
        end()
    }

    /// Where an alias leads; nil when it is no name, as an address is none.
    private static func target(_ text: String) -> Name? {
        guard IPAddress(text) == nil, let name = try? Name(text), name != .root else { return nil }
        return name
    }

    /// The addresses without repetition, in their order.
    private static func distinct(_ addresses: [IPAddress]) -> [IPAddress] {
        guard addresses.count > 1 else { return addresses }
        var seen: Set<IPAddress> = []
        return addresses.filter { seen.insert($0).inserted }
    }

    // MARK: Parts

    /// How many words a block takes where names are not long.
    private static func likelyWordCount(_ endpointCount: Int) -> Int { 48 + endpointCount * 8 }

    /// Appends the head; `name`: the labels in wire form.
    private mutating func begin(_ kind: NodeKind, _ name: [UInt8]) {
        words.append(UInt32(kind.rawValue) | UInt32(name.count) << 16)
        words.append(contentsOf: repeatElement(0, count: BlockWord.count - 1))
        words.append(bytes: name)
    }

    private mutating func end() { setRest(RestWord.size, words.count) }

    private mutating func set(_ place: Int, _ value: Int) {
        words[place] = UInt32(truncatingIfNeeded: value)
    }

    private mutating func setRest(_ place: Int, _ value: Int) {
        set(words.rest(ofBlock: 0) + place, value)
    }

    /// Appends the addresses of the node itself, and the rest.
    private mutating func append(listOf addresses: [IPAddress]) {
        let first = words.count
        for address in addresses where address.family == .v4 { words.append(address) }
        set(BlockWord.v4Count, words.count - first)
        words.append(contentsOf: repeatElement(0, count: RestWord.count))
        let second = words.count
        for address in addresses where address.family == .v6 { words.append(address) }
        setRest(RestWord.v6Count, (words.count - second) / 4)
    }

    private mutating func append(target: Name) {
        setRest(RestWord.detailCount, target.bytes.count)
        words.append(bytes: target.bytes)
    }

    /// Appends the ports of the Service itself.
    private mutating func append(ports: [ServicePort]) {
        let list = EndpointDrafts.sorted(
            ports.map { EndpointPort(name: $0.name, number: $0.number, transport: $0.transport) }
        )
        setRest(RestWord.detailCount, max(1, list.count))
        append(portList: list)
    }

    /// Appends ports; without any the one that stands for none.
    private mutating func append(portList ports: [EndpointPort]) {
        let first = words.count
        for port in ports {
            let transport = UInt32(ClusterPort.transport(port.transport)) << 16
            let count = UInt32(min(port.name.utf8.count, 255)) << 24
            words.append(UInt32(port.number ?? 0) | transport | count)
            words.append(0)
        }
        if ports.isEmpty { words.append(contentsOf: repeatElement(0, count: PortWord.count)) }
        for (number, port) in ports.enumerated() where !port.name.isEmpty {
            let record = first + number * PortWord.count
            set(record + PortWord.name, words.count - record)
            words.append(bytes: port.name.utf8.prefix(255).map(\.asciiLowercased))
        }
    }

    // MARK: Endpoints

    /// Appends the groups, the endpoints and what those lead to.
    private mutating func append(_ drafts: EndpointDrafts, isHeadless: Bool) {
        let groups = words.count
        setRest(RestWord.groups, groups)
        setRest(RestWord.groupCount, drafts.groups.count)
        setRest(RestWord.endpointCount, drafts.endpointCount)
        let size =
            drafts.groups.count * GroupWord.count + drafts.endpointCount * EndpointWord.count
        words.append(contentsOf: repeatElement(0, count: size))
        var endpoint = groups + drafts.groups.count * GroupWord.count
        var number = 0
        var v4 = BlockWord.count + words[0].nameWordCount
        var v6 = words.rest(ofBlock: 0) + RestWord.count
        for (index, members) in drafts.groups.enumerated() {
            let group = groups + index * GroupWord.count
            set(group + GroupWord.block, group)
            set(group + GroupWord.firstEndpoint, number)
            set(group + GroupWord.endpointCount, members.count)
            set(group + GroupWord.ports, words.count)
            let ports = drafts.portLists[drafts[members[0]].ports]
            set(group + GroupWord.portCount, max(1, ports.count))
            append(portList: ports)
            if isHeadless { append(addressesOf: members, of: drafts, to: group, &v4, &v6) }
            for member in members {
                append(drafts[member], of: drafts, at: endpoint, in: group)
                endpoint += EndpointWord.count
            }
            number += members.count
        }
    }

    /// Tells a group of a headless Service where its addresses are.
    ///
    /// `v4` and `v6` are where those of the next group begin in the lists of the Service.
    private mutating func append(
        addressesOf members: [Int],
        of drafts: EndpointDrafts,
        to group: Int,
        _ v4: inout Int,
        _ v6: inout Int
    ) {
        let all = members.flatMap { drafts.addresses[drafts[$0].addresses] }
        set(group + GroupWord.addressCount, all.count)
        // Where two names have one address, lists with each once must stand apart.
        let isApart = drafts.distinctAddresses != nil
        let own = isApart ? Self.distinct(all) : all
        let v4Count = own.count { $0.family == .v4 }
        if isApart {
            v4 = words.count
            for address in own where address.family == .v4 { words.append(address) }
            v6 = words.count
            for address in own where address.family == .v6 { words.append(address) }
        }
        set(group + GroupWord.v4, v4)
        set(group + GroupWord.v4Count, v4Count)
        set(group + GroupWord.v6, v6)
        set(group + GroupWord.v6Count, own.count - v4Count)
        v4 += v4Count
        v6 += (own.count - v4Count) * 4
    }

    private mutating func append(
        _ draft: EndpointDrafts.Draft,
        of drafts: EndpointDrafts,
        at endpoint: Int,
        in group: Int
    ) {
        let addresses = drafts.addresses[draft.addresses]
        var head = UInt32(NodeKind.endpoint.rawValue)
        head |= UInt32(truncatingIfNeeded: endpoint - group) << 8
        set(endpoint + EndpointWord.label, words.count - endpoint)
        words.append(label: drafts.label(draft))
        if addresses.count == 1, let address = addresses.first, address.family == .v4 {
            words[endpoint + EndpointWord.address] = UInt32(truncatingIfNeeded: address.low)
        } else {
            head |= EndpointWord.hasList
            set(endpoint + EndpointWord.address, words.count - endpoint)
            let v4Count = addresses.count { $0.family == .v4 }
            words.append(UInt32(truncatingIfNeeded: v4Count))
            words.append(UInt32(truncatingIfNeeded: addresses.count - v4Count))
            for address in addresses { words.append(address) }
        }
        words[endpoint + EndpointWord.kind] = head
    }
}
