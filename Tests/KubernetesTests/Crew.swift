// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// A registry, and the Pods that it made.
struct Crew {
    let registry: ClusterRegistry
    private(set) var cluster: Cluster
    private(set) var objects: [ClusterObject] = []

    init(
        _ objects: [ClusterObject],
        _ options: AllocationOptions = AllocationOptions(),
        remembering memory: AllocationMemory = AllocationMemory()
    ) {
        var seen = ClusterOptions()
        seen.podNames = .verified
        registry = ClusterRegistry(seen, allocation: options, remembering: memory)
        cluster = registry.cluster(removing: [], adding: objects)
        self.objects = objects
    }

    mutating func change(removing gone: [ClusterObject] = [], adding come: [ClusterObject] = []) {
        cluster = registry.cluster(removing: gone, adding: come)
        for object in gone { objects.removeAll { $0 == object } }
        objects += come
    }

    /// The Pods that were made, those of one workload in their order.
    var pods: [Pod] {
        registry.madePods.sorted {
            $0.object.key?.description ?? "" < $1.object.key?.description ?? ""
        }
        .flatMap(\.pods.pods)
    }

    var sortedPods: [Pod] { pods.sorted { $0.metadata.name < $1.metadata.name } }

    var addresses: [String] { pods.flatMap { $0.addresses.map(\.description) } }

    /// Each Pod in a line: its name, its Node and its addresses.
    var lines: [String] {
        sortedPods.map { pod in
            "\(pod.metadata.name) \(pod.placement.nodeName) \(pod.addresses)"
        }
    }

    func pod(_ name: String) -> Pod? { pods.first { $0.metadata.name == name } }

    /// What is said about Pods that have no address.
    var complaints: [String] { registry.complaints.pods.map(\.text) }
}

extension Crew {
    static func workload(
        _ kind: Workload.Kind,
        _ name: String,
        podCount: Int = 1,
        owner: Owner? = nil
    ) -> Workload {
        var workload = Workload(metadata: Metadata(name: name), kind: kind, podCount: podCount)
        workload.owner = owner
        workload.template.labels = ["app": name]
        workload.template.contentHash = 0x3C6E_F372_FE94_F82B
        return workload
    }

    static func deployment(_ name: String, podCount: Int) -> Workload {
        workload(.deployment, name, podCount: podCount)
    }

    static func pod(
        _ name: String,
        _ address: String = "",
        isFinished: Bool = false,
        owner: Owner? = nil
    ) -> Pod {
        Pod(
            metadata: Metadata(name: name, labels: ["app": "web"]),
            addresses: IPAddress(address).map { [$0] } ?? [],
            hostname: "",
            subdomain: "",
            isReady: true,
            isFinished: isFinished,
            ports: [],
            owner: owner
        )
    }

    static func node(
        _ name: String,
        labels: [String: String] = [:],
        isSchedulable: Bool = true
    ) -> Node {
        Node(
            metadata: Metadata(name: name, namespace: "", labels: labels),
            isSchedulable: isSchedulable
        )
    }

    static func service(_ name: String, selector: [String: String]) -> Service {
        Service(
            metadata: Metadata(name: name),
            kind: .headless,
            ports: [],
            selector: selector,
            publishesNotReadyAddresses: false
        )
    }

    static func slice(of service: String) -> EndpointSlice {
        EndpointSlice(
            metadata: Metadata(name: "\(service)-1"),
            serviceName: service,
            endpoints: [
                SliceEndpoint(
                    addresses: [IPAddress(v4: 0x0A01_0001)],
                    isReady: true,
                    hostname: "",
                    podName: ""
                )
            ],
            ports: [],
            isFromEndpoints: false
        )
    }
}
