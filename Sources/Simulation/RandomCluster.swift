// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// Draws small clusters in which everything clashes with everything, and questions about them.
package struct RandomCluster: Sendable {
    private static let namespaces = ["default", "b", "tcp"]
    private static let names = ["web", "db", "tcp", "b", "svc"]
    private static let hostnames = ["", "", "", "web-0", "tcp", "http", "10-0-0-1"]
    private static let podNames = ["", "web-0", "pod-a", "pod-b", "dotted.pod"]
    private static let portNames = ["", "http", "dns", "tcp"]
    private static let labels: [[String: String]] = [
        [:], ["app": "a"], ["app": "b"], ["app": "a", "tier": "x"],
    ]
    private static let addresses: [IPAddress] =
        (1...8).map { IPAddress(v4: 0x0A00_0000 | $0) }
        + (0...3).map { IPAddress(v6High: 0x2001_0DB8 << 32, low: $0) }

    private var dice: Dice

    package init(seed: UInt64) { dice = Dice(seed: seed) }

    // MARK: Clusters

    /// Up to 30 objects.
    package mutating func objects() -> [ClusterObject] {
        (0..<dice.number(0...30)).map { _ in object() }
    }

    package mutating func options() -> ClusterOptions {
        var options = ClusterOptions()
        options.podNames = dice.pick([.disabled, .insecure, .verified])
        options.usesPodNames = dice.chance(30)
        options.ignoresEndpoints = dice.chance(10)
        options.ignoresEmptyServices = dice.chance(20)
        if dice.chance(15) { options.namespaces = ["default", "b"] }
        if dice.chance(15) {
            options.namespaceSelector = LabelSelector([.isOneOf(key: "app", values: ["a"])])
        }
        if dice.chance(15) { options.selector = LabelSelector([.exists(key: "app")]) }
        return options
    }

    private mutating func object() -> ClusterObject {
        switch dice.below(10) {
        case 0:
            var metadata = metadata()
            metadata.name = metadata.namespace
            metadata.namespace = ""
            return .namespace(Namespace(metadata: metadata))
        case 1...4: return .service(service())
        case 5, 6: return .endpointSlice(slice())
        case 7, 8: return .pod(pod())
        default: return .other(kind: "ConfigMap", metadata())
        }
    }

    private mutating func metadata() -> Metadata {
        Metadata(
            name: dice.pick(Self.names),
            namespace: dice.pick(Self.namespaces),
            labels: dice.pick(Self.labels)
        )
    }

    private mutating func service() -> Service {
        let target = dice.pick(["example.com", "Web.default.svc.cluster.local.", "10.0.0.9"])
        let kind: Service.Kind =
            switch dice.below(5) {
            case 0: .externalName(target)
            case 1, 2: .headless
            default: .clusterIP(addresses(0...2))
            }
        return Service(
            metadata: metadata(),
            kind: kind,
            ports: (0..<dice.below(4)).map { _ in
                let number = port()
                return ServicePort(
                    name: dice.pick(Self.portNames),
                    number: number,
                    transport: transport(),
                    target: dice.chance(70) ? .number(number) : .name(dice.pick(["http", "dns"]))
                )
            },
            selector: dice.pick(Self.labels),
            publishesNotReadyAddresses: dice.chance(20)
        )
    }

    private mutating func slice() -> EndpointSlice {
        EndpointSlice(
            metadata: metadata(),
            serviceName: dice.pick(Self.names),
            endpoints: (0..<dice.below(5)).map { _ in
                SliceEndpoint(
                    addresses: addresses(1...2),
                    isReady: dice.chance(75),
                    hostname: dice.pick(Self.hostnames),
                    podName: dice.pick(Self.podNames)
                )
            },
            ports: (0..<dice.below(4)).map { _ in
                EndpointPort(
                    name: dice.pick(Self.portNames),
                    number: dice.chance(90) ? port() : nil,
                    transport: transport()
                )
            },
            isFromEndpoints: dice.chance(30)
        )
    }

    private mutating func pod() -> Pod {
        var metadata = metadata()
        metadata.name = dice.pick(Self.podNames.filter { !$0.isEmpty })
        return Pod(
            metadata: metadata,
            addresses: addresses(0...2),
            hostname: dice.pick(Self.hostnames),
            subdomain: dice.pick(["", "web", "db"]),
            isReady: dice.chance(75),
            isFinished: dice.chance(10),
            ports: (0..<dice.below(3)).map { _ in
                ContainerPort(
                    name: dice.pick(["http", "dns"]),
                    number: port(),
                    transport: transport()
                )
            }
        )
    }

    private mutating func addresses(_ count: ClosedRange<Int>) -> [IPAddress] {
        (0..<dice.number(count)).map { _ in dice.pick(Self.addresses) }
    }

    private mutating func port() -> UInt16 { dice.pick([53, 80, 443]) }

    private mutating func transport() -> PortProtocol { dice.pick([.tcp, .tcp, .udp, .sctp]) }

    // MARK: Questions

    /// A question about a name that is there, could be there, or nearly is, in any case.
    package mutating func question(in zones: [Name]) -> Question {
        let type = dice.pick([
            RecordType.a, .a, .aaaa, .aaaa, .srv, .srv, .ptr, .ptr, .txt, .soa, .ns, .cname, .mx,
            .any, .any, .axfr,
        ])
        let labels = dice.chance(30) ? reverseLabels() : forwardLabels(in: zones)
        let mixed = labels.map { label in
            label.utf8.map { byte in
                let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
                return isLetter && dice.chance(20) ? byte & 0xDF : byte
            }
        }
        return Question((try? Name(labels: mixed)) ?? .root, type)
    }

    private mutating func forwardLabels(in zones: [Name]) -> [String] {
        var labels: [String]
        switch dice.below(12) {
        case 0: labels = []
        case 1: labels = [dice.pick(["dns-version", "dns", "x", "svc", "pod"])]
        case 2: labels = [dice.pick(["ns", "x"]), dice.pick(["dns", "svc", "pod"])]
        case 3, 4: labels = [podLabel(), dice.pick(Self.namespaces), "pod"]
        default: labels = [dice.pick(Self.names), dice.pick(Self.namespaces), "svc"]
        }
        if labels.count == 3 {
            for _ in 0..<dice.pick([0, 0, 1, 1, 2, 2, 2, 3]) { labels.insert(prefixLabel(), at: 0) }
            if dice.chance(5) { labels.removeFirst() }
        }
        // The first zone is the one where most names are.
        return labels + ClusterModel.texts(of: dice.chance(60) ? zones[0] : dice.pick(zones))
    }

    private mutating func podLabel() -> String {
        if dice.chance(20) {
            return dice.pick([
                "1-2-3", "01-2-3-4", "--1", "1--", "-", "a", "1-2-3-4-5-6-7-8", "---",
            ])
        }
        return String(
            dice.pick(Self.addresses).description.map { $0 == "." || $0 == ":" ? "-" : $0 }
        )
    }

    private mutating func prefixLabel() -> String {
        let labels = [
            "_tcp", "_udp", "tcp", "_", "_http", "http", "_dns", "__tcp", "web-0", "pod-a", "x",
            "10-0-0-1", "10-0-0-2", "10-0-0-5", "2001-db8---1", "2001-db8--0",
        ]
        return dice.pick(labels)
    }

    private mutating func reverseLabels() -> [String] {
        let address = dice.pick(Self.addresses)
        var labels: [String]
        if address.family == .v4 {
            labels = (0..<4).reversed().map { "\(address.byte(at: $0))" } + ["in-addr", "arpa"]
        } else {
            labels = (0..<16).reversed().flatMap { index in
                let byte = address.byte(at: index)
                return [String(byte & 15, radix: 16), String(byte >> 4, radix: 16)]
            }
            labels += ["ip6", "arpa"]
        }
        if dice.chance(30) { labels.removeFirst(dice.below(labels.count - 1)) }
        if dice.chance(10) {
            labels.insert(dice.pick(["x", "0", "300", "00", "dns", "ns"]), at: 0)
        }
        return labels
    }
}
