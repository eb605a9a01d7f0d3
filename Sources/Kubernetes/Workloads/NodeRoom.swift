// SPDX-License-Identifier: Apache-2.0

import Wire

/// One Node, and the addresses that its Pods may have.
struct NodeRoom: Sendable {
    let name: String
    let labels: [String: String]
    /// Whether new Pods may come.
    let isSchedulable: Bool
    /// Whether no manifest has it, and it is there because somebody asks for it: it is left to
    /// these.
    let isAskedFor: Bool
    /// The Node's own addresses, which Pods in its network have as well.
    let addresses: [IPAddress]
    /// The networks that are written in its manifest.
    let writtenNetworks: [AddressNetwork]
    /// First those of the written networks, then those that it was given, in the order in which it
    /// was.
    var pools: [PodPool] = []
    /// How many of the first pools have no address left.
    var fullCount = 0

    /// A Node as a manifest has it.
    init(_ node: Node) {
        name = node.metadata.name
        var labels = node.metadata.labels
        labels[Self.hostLabel] = labels[Self.hostLabel] ?? name
        self.labels = labels
        isSchedulable = node.isSchedulable
        isAskedFor = false
        addresses = node.addresses
        writtenNetworks = node.podNetworks
    }

    /// A Node that no manifest has; `isAskedFor`: it is there because somebody asks for it.
    init(_ name: String, isAskedFor: Bool) {
        self.name = name
        labels = [
            Self.hostLabel: name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        ]
        isSchedulable = true
        self.isAskedFor = isAskedFor
        addresses = []
        writtenNetworks = []
    }

    /// The label that has the name of the Node.
    static let hostLabel = "kubernetes.io/hostname"

    /// Whether it is one of those that a Pod may run on.
    func suits(_ placement: Placement) -> Bool {
        if !placement.nodeName.isEmpty { return placement.nodeName == name }
        return placement.nodeSelector.allSatisfy { labels[$0.key] == $0.value }
    }

    /// The networks that it was given.
    var givenNetworks: [AddressNetwork] {
        pools.map(\.network).filter { !writtenNetworks.contains($0) }
    }

    /// The numbers of the objects whose Pods have addresses of it.
    var makers: Set<Int> { pools.reduce(into: []) { $0.formUnion($1.makers) } }

    /// Whether it is the same to Pods, whatever addresses these have.
    func isSame(as other: NodeRoom) -> Bool {
        name == other.name && labels == other.labels && isSchedulable == other.isSchedulable
            && isAskedFor == other.isAskedFor
            && addresses == other.addresses && writtenNetworks == other.writtenNetworks
    }
}
