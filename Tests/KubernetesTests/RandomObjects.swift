// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// Numbers from a seed (SplitMix64).
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}

/// Draws objects of a small cluster in which names and addresses meet again and again.
struct RandomObjects {
    static let namespaces = ["default", "b", "tcp"]
    static let addresses: [IPAddress] =
        (1...6).map { IPAddress(v4: 0x0A00_0000 | $0 << 6) }
        + (0...3).map { IPAddress(v6High: 0x2001_0DB8 << 32, low: $0 << 3) }
    static let names = ["web", "db", "tcp", "b"]
    private static let labels: [[String: String]] = [
        [:], ["app": "a"], ["app": "b"], ["app": "a", "tier": "x"],
    ]

    var numbers: SeededNumbers

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func options() -> ClusterOptions {
        var options = ClusterOptions()
        options.podNames = numbers.pick([.disabled, .insecure, .verified])
        options.usesPodNames = numbers.chance(30)
        options.ignoresEndpoints = numbers.chance(5)
        options.ignoresEmptyServices = numbers.chance(20)
        if numbers.chance(15) { options.namespaces = ["default", "b"] }
        if numbers.chance(25) {
            options.namespaceSelector = LabelSelector([.isOneOf(key: "app", values: ["a"])])
        }
        if numbers.chance(15) { options.selector = LabelSelector([.exists(key: "app")]) }
        return options
    }

    /// An object, and which one it is: there is one of each at most, as manifests give them.
    mutating func object() -> (key: ObjectKey, object: ClusterObject) {
        switch numbers.below(12) {
        case 0:
            let name = numbers.pick(Self.namespaces)
            let metadata = Metadata(name: name, namespace: "", labels: numbers.pick(Self.labels))
            return (key("Namespace", metadata), .namespace(Namespace(metadata: metadata)))
        case 1...4:
            let service = service()
            return (key("Service", service.metadata), .service(service))
        case 5...7:
            let slice = slice()
            let kind = slice.isFromEndpoints ? "Endpoints" : "EndpointSlice"
            return (key(kind, slice.metadata), .endpointSlice(slice))
        case 8...10:
            let pod = pod()
            return (key("Pod", pod.metadata), .pod(pod))
        default:
            let metadata = metadata(["config"])
            return (key("ConfigMap", metadata), .other(kind: "ConfigMap", metadata))
        }
    }

    private func key(_ kind: String, _ metadata: Metadata) -> ObjectKey {
        ObjectKey(kind: kind, namespace: metadata.namespace, name: metadata.name)
    }

    private mutating func metadata(_ names: [String] = Self.names) -> Metadata {
        Metadata(
            name: numbers.pick(names),
            namespace: numbers.pick(Self.namespaces),
            labels: numbers.pick(Self.labels)
        )
    }

    private mutating func service() -> Service {
        let target = numbers.pick(["example.com", "Web.default.svc.cluster.local.", "192.0.2.9"])
        let kind: Service.Kind =
            switch numbers.below(5) {
            case 0: .externalName(target)
            case 1, 2: .headless
            default: .clusterIP(addresses(below: 3))
            }
        return Service(
            metadata: metadata(),
            kind: kind,
            ports: (0..<numbers.below(3)).map { _ in
                ServicePort(
                    name: numbers.pick(["", "http", "dns"]),
                    number: numbers.pick([53, 80]),
                    transport: numbers.pick([.tcp, .udp]),
                    target: numbers.pick([.number(80), .name("http")]),
                    nodePort: numbers.pick([0, 0, 30_080])
                )
            },
            selector: numbers.pick(Self.labels),
            publishesNotReadyAddresses: numbers.chance(20),
            terms: numbers.chance(50) ? terms() : ServiceTerms()
        )
    }

    private mutating func terms() -> ServiceTerms {
        var terms = ServiceTerms()
        terms.type = numbers.pick(ServiceType.allCases)
        terms.familyPolicy = numbers.pick([nil] + FamilyPolicy.allCases)
        terms.families = numbers.pick([[], [.v4], [.v6], [.v6, .v4]])
        terms.isExternalTrafficLocal = numbers.chance(50)
        terms.isInternalTrafficLocal = numbers.chance(50)
        terms.affinitySeconds = numbers.pick([nil, 1, 10_800])
        terms.healthCheckPort = numbers.pick([0, 31_000])
        terms.allocatesNodePorts = numbers.chance(50)
        terms.loadBalancerClass = numbers.pick(["", "example.com/lb"])
        terms.loadBalancerAddress = numbers.pick([nil] + Self.addresses)
        terms.externalAddresses = addresses(below: 3)
        terms.ingressAddresses = addresses(below: 3)
        return terms
    }

    private mutating func slice() -> EndpointSlice {
        EndpointSlice(
            metadata: metadata(["s-1", "s-2", "s-3", "web"]),
            serviceName: numbers.pick(Self.names),
            endpoints: (0..<numbers.below(4)).map { _ in
                SliceEndpoint(
                    addresses: addresses(below: 3),
                    isReady: numbers.chance(75),
                    hostname: numbers.pick(["", "", "web-0", "tcp", "a", "m", "z"]),
                    podName: numbers.pick(["", "pod-a", "dotted.pod"])
                )
            },
            ports: (0..<numbers.below(3)).map { _ in
                EndpointPort(
                    name: numbers.pick(["", "http", "dns"]),
                    number: numbers.pick([53, 80, nil]),
                    transport: numbers.pick([.tcp, .udp])
                )
            },
            isFromEndpoints: numbers.chance(30)
        )
    }

    private mutating func pod() -> Pod {
        Pod(
            metadata: metadata(["pod-a", "pod-b", "dotted.pod"]),
            addresses: addresses(below: 3),
            hostname: numbers.pick(["", "web-0"]),
            subdomain: numbers.pick(["", "web", "db"]),
            isReady: numbers.chance(75),
            isFinished: numbers.chance(10),
            ports: [ContainerPort(name: "http", number: 8_080, transport: .tcp)],
            placement: numbers.chance(30) ? placement() : Placement(),
            owner: numbers.pick([nil, Owner(kind: "ReplicaSet", name: "web-5d9c7")]),
            state: podState()
        )
    }

    mutating func podState() -> PodState {
        var state = PodState(containerCount: numbers.below(3))
        if numbers.chance(30) { state.readyCount = numbers.below(3) }
        if state.readyCount != nil { state.restartCount = numbers.pick([0, 1, 1 << 40]) }
        if numbers.chance(30) { state.phase = numbers.pick(["Pending", "Failed", "Odd"]) }
        state.isEnding = numbers.chance(10)
        return state
    }

    /// An object of a kind that has Pods made, that they run on, or that they are made as.
    mutating func makingObject() -> (key: ObjectKey, object: ClusterObject) {
        switch numbers.below(3) {
        case 0:
            let workload = workload()
            return (key(workload.kind.name, workload.metadata), .workload(workload))
        case 1:
            let node = Node(
                metadata: Metadata(name: numbers.pick(Self.names), namespace: ""),
                podNetworks: ["10.244.1.0/24", "2001:db8:0:1::/64"].prefix(numbers.below(3))
                    .compactMap { AddressNetwork($0) },
                addresses: addresses(below: 3),
                isSchedulable: numbers.chance(80)
            )
            return (key("Node", node.metadata), .node(node))
        default:
            let group = podGroup()
            return (key("PodGroup", group.metadata), .podGroup(group))
        }
    }

    private mutating func workload() -> Workload {
        var workload = Workload(
            metadata: metadata(),
            kind: numbers.pick(Workload.Kind.allCases),
            podCount: numbers.pick([0, 1, 3, Workload.maximumPodCount]),
            firstOrdinal: numbers.below(3),
            isIndexed: numbers.chance(30),
            serviceName: numbers.pick(["", "db"]),
            owner: numbers.pick([nil, Owner(kind: "Deployment", name: "web")])
        )
        workload.metadata.createdSeconds = numbers.pick([0, 1, .max])
        workload.template.labels = numbers.pick(Self.labels)
        workload.template.hostname = numbers.pick(["", "web-0"])
        workload.template.subdomain = numbers.pick(["", "web"])
        workload.template.containerCount = numbers.below(3)
        workload.template.isReady = numbers.chance(50)
        workload.template.placement = placement()
        workload.template.contentHash = numbers.bits()
        return workload
    }

    private mutating func placement() -> Placement {
        Placement(
            nodeName: numbers.pick(["", "node-1"]),
            nodeSelector: numbers.pick(Self.labels),
            usesHostNetwork: numbers.chance(20),
            isPending: numbers.chance(20)
        )
    }

    private mutating func podGroup() -> PodGroup {
        var index = 0
        return PodGroup(
            metadata: metadata(),
            owner: Owner(kind: "ReplicaSet", name: "web-5d9c7"),
            hostname: numbers.pick(["", "web-0"]),
            subdomain: numbers.pick(["", "web"]),
            ports: [ContainerPort(name: "http", number: 8_080, transport: .tcp)],
            containerCount: numbers.below(3),
            isReady: numbers.chance(75),
            numbering: numbers.pick([.none, .statefulSet, .job]),
            nodes: ["node-1", "node-2"],
            members: (0..<numbers.below(4)).map { _ in
                index += numbers.below(3)
                return PodGroup.Member(
                    name: "web-5d9c7-\(index)",
                    index: index,
                    addresses: addresses(below: 3),
                    node: numbers.pick([nil, 0, 1])
                )
            }
        )
    }

    private mutating func addresses(below count: Int) -> [IPAddress] {
        (0..<numbers.below(count)).map { _ in numbers.pick(Self.addresses) }
    }
}
