// SPDX-License-Identifier: Apache-2.0

import Wire

/// What makes Pods, what they run on, and the Pods that were made.
extension ObjectReader {
    /// A workload, behind its head.
    mutating func workload(_ head: Head) -> Workload {
        let metadata = metadata(head)
        var workload = Workload(
            metadata: metadata,
            kind: Workload.Kind(rawValue: byte()) ?? .deployment,
            isIndexed: head.flags & StoredCode.isFirst != 0
        )
        workload.podCount = min(number(), Workload.maximumPodCount)
        workload.firstOrdinal = number()
        workload.serviceName = text()
        workload.owner = owner()
        workload.template.labels = labels()
        workload.template.hostname = text()
        workload.template.subdomain = text()
        workload.template.ports = containerPorts()
        workload.template.containerCount = number()
        workload.template.isReady = number() == 1
        workload.template.placement = placement()
        workload.template.contentHash = word(8)
        return workload
    }

    /// A Node, behind its head.
    mutating func node(_ head: Head) -> Node {
        let metadata = metadata(head)
        let bases = addresses()
        var node = Node(
            metadata: metadata,
            isSchedulable: head.flags & StoredCode.isFirst != 0
        )
        node.podNetworks = bases.compactMap { AddressNetwork($0, length: number()) }
        node.addresses = addresses()
        return node
    }

    /// Pods that were made, behind their head.
    mutating func podGroup(_ head: Head) -> PodGroup {
        let metadata = metadata(head)
        let owner = owner() ?? Owner(kind: "", name: "")
        var group = PodGroup(
            metadata: metadata,
            owner: owner,
            hostname: text(),
            subdomain: text(),
            ports: containerPorts(),
            containerCount: number(),
            isReady: head.flags & StoredCode.isFirst != 0,
            numbering: PodGroup.Numbering(rawValue: byte()) ?? .none,
            nodes: list { $0.text() },
            members: []
        )
        var last = owner.name
        var nextIndex = 0
        group.members = list { reader in
            let flags = reader.byte()
            let index = flags & StoredMember.isNext != 0 ? nextIndex : reader.number()
            nextIndex = index &+ 1
            last = reader.text(sharing: last)
            let isPlain = flags & StoredMember.hasOneV4Address != 0
            let addresses = isPlain ? [reader.address(.v4)] : reader.addresses()
            let node = reader.number()
            return PodGroup.Member(
                name: last,
                index: index,
                addresses: addresses,
                node: node == 0 ? nil : node - 1
            )
        }
        return group
    }

    mutating func containerPorts() -> [ContainerPort] {
        list { reader in
            let name = reader.text()
            let number = reader.number16()
            let transport = StoredCode.transport(reader.byte())
            return ContainerPort(name: name, number: number, transport: transport)
        }
    }

    mutating func placement() -> Placement {
        let flags = byte()
        let nodeName = text()
        return Placement(
            nodeName: nodeName,
            nodeSelector: labels(),
            usesHostNetwork: flags & StoredPlacement.usesHostNetwork != 0,
            isPending: flags & StoredPlacement.isPending != 0
        )
    }

    mutating func owner() -> Owner? {
        let kind = text()
        return kind.isEmpty ? nil : Owner(kind: kind, name: text())
    }
}
