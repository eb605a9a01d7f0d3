// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// Workloads of which it is known what addresses their Pods get.
///
/// Each has Nodes of its own, with a label that it alone asks for, and each Node a network with one
/// address for a Pod. So what is served depends on the manifests as they are, not on their history.
extension WorldCluster {
    /// How many bits the addresses of such a network begin with: one is left for a Pod.
    static let nodeNetworkLength = 30
    private static let poolLabel = "pool"

    /// Adds a workload, its Nodes, and perhaps a Service.
    mutating func addWorkload(_ dice: inout Dice) {
        let number = nextNumber()
        let kind = dice.pick([Workload.Kind.statefulSet, .statefulSet, .daemonSet, .deployment])
        var workload = Workload(
            metadata: Metadata(name: "w\(number)", namespace: dice.pick(Self.namespaces)),
            kind: kind
        )
        workload.template.placement.nodeSelector = [Self.poolLabel: "w\(number)"]
        workload.template.isReady = dice.chance(80)
        if dice.chance(60) {
            workload.template.ports = [
                ContainerPort(name: "metrics", number: 9_100, transport: .tcp)
            ]
        }
        if kind == .statefulSet {
            workload.template.labels = ["app": "app\(dice.below(3))"]
            workload.serviceName = "s\(dice.number(1...max(1, counter)))"
        } else {
            // The names of its Pods are made up: they are seen by a host name only.
            workload.template.labels = ["app": "w\(number)"]
            workload.template.hostname = "host-\(number)"
            workload.template.subdomain = "s\(number)"
            addService(of: workload, &dice)
        }
        add(.workload(workload), &dice)
        for _ in 0..<(kind == .daemonSet ? dice.number(1...3) : 1) { addNode("w\(number)", &dice) }
    }

    private mutating func addService(of workload: Workload, _ dice: inout Dice) {
        let service = Service(
            metadata: Metadata(
                name: workload.template.subdomain,
                namespace: workload.metadata.namespace
            ),
            kind: .headless,
            ports: ports(&dice),
            selector: workload.template.labels,
            publishesNotReadyAddresses: dice.chance(10)
        )
        add(.service(service), &dice)
    }

    private mutating func addNode(_ pool: String, _ dice: inout Dice) {
        let number = nextNumber()
        let base = IPAddress(v4: 0x0AFA_0000 + UInt32(number * 4))
        var node = Node(
            metadata: Metadata(
                name: "node-\(number)",
                namespace: "",
                labels: [Self.poolLabel: pool]
            )
        )
        node.podNetworks = [AddressNetwork(base, length: Self.nodeNetworkLength)]
            .compactMap(\.self)
        add(.node(node), &dice)
    }
}

extension Node {
    /// The one address that a Pod may have there: behind that of the network and the Node's own.
    var podAddress: IPAddress? {
        podNetworks.first.map { IPAddress(v4: UInt32(truncatingIfNeeded: $0.base.low) + 2) }
    }
}
