// SPDX-License-Identifier: Apache-2.0

import Wire

/// What makes Pods, what they run on, and the Pods that were made.
extension ObjectWriter {
    mutating func append(_ workload: Workload) {
        begin(.workload, workload.metadata, workload.isIndexed ? StoredCode.isFirst : 0)
        appendRest(of: workload.metadata)
        append(workload.kind.rawValue)
        append(workload.podCount)
        append(workload.firstOrdinal)
        append(workload.serviceName)
        append(workload.owner)
        let template = workload.template
        append(template.labels)
        append(template.hostname)
        append(template.subdomain)
        append(template.ports)
        append(template.containerCount)
        append(template.isReady ? 1 : 0)
        append(template.placement)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: template.contentHash >> shift))
        }
    }

    mutating func append(_ node: Node) {
        begin(.node, node.metadata, node.isSchedulable ? StoredCode.isFirst : 0)
        appendRest(of: node.metadata)
        append(node.podNetworks.map(\.base))
        for network in node.podNetworks { append(network.length) }
        append(node.addresses)
    }

    /// The names of Pods are told by what they share with the one before.
    mutating func append(_ group: PodGroup) {
        begin(.podGroup, group.metadata, group.isReady ? StoredCode.isFirst : 0)
        appendRest(of: group.metadata)
        append(group.owner)
        append(group.hostname)
        append(group.subdomain)
        append(group.ports)
        append(group.containerCount)
        append(group.numbering.rawValue)
        append(group.nodes.count)
        for node in group.nodes { append(node) }
        append(group.members.count)
        var last = group.owner.name
        var nextIndex = 0
        for member in group.members {
            let isNext = member.index == nextIndex
            let hasOneAddress = member.addresses.count == 1 && member.addresses[0].family == .v4
            var flags = isNext ? StoredMember.isNext : 0
            if hasOneAddress { flags |= StoredMember.hasOneV4Address }
            append(flags)
            if !isNext { append(member.index) }
            nextIndex = member.index + 1
            append(member.name, sharing: Self.shared(member.name, last))
            last = member.name
            if hasOneAddress { append(member.addresses[0]) } else { append(member.addresses) }
            append(member.node.map { $0 + 1 } ?? 0)
        }
    }

    mutating func append(_ ports: [ContainerPort]) {
        append(ports.count)
        for port in ports {
            append(port.name)
            append(Int(port.number))
            append(StoredCode.number(of: port.transport))
        }
    }

    mutating func append(_ placement: Placement) {
        var flags = placement.usesHostNetwork ? StoredPlacement.usesHostNetwork : 0
        if placement.isPending { flags |= StoredPlacement.isPending }
        append(flags)
        append(placement.nodeName)
        append(placement.nodeSelector)
    }

    /// An owner; of none the kind is empty.
    mutating func append(_ owner: Owner?) {
        append(owner?.kind ?? "")
        if let owner, !owner.kind.isEmpty { append(owner.name) }
    }
}

/// The bits of the byte with which a placement begins in a `StoredObject`.
enum StoredPlacement {
    static let usesHostNetwork: UInt8 = 1
    static let isPending: UInt8 = 2
}

/// The bits of the byte with which one of the Pods of a group begins in a `StoredObject`.
enum StoredMember {
    /// Its index is one more than that of the one before.
    static let isNext: UInt8 = 1
    /// It has one address, of IPv4.
    static let hasOneV4Address: UInt8 = 2
}
