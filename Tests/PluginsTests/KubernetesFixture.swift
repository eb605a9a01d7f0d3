// SPDX-License-Identifier: Apache-2.0

import Corefile
import Kubernetes
import Metrics
import Plugin
import Plugins
import Testing
import Wire

/// A cluster with one of everything, made from objects.
enum Fixture {
    /// An address from its text.
    static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else {
            Issue.record("no address: \(text)")
            return IPAddress(v4: 0)
        }
        return address
    }

    static func metadata(
        _ name: String,
        _ namespace: String = "default",
        labels: [String: String] = [:]
    ) -> Metadata {
        Metadata(name: name, namespace: namespace, labels: labels)
    }

    static func namespace(_ name: String, labels: [String: String] = [:]) -> ClusterObject {
        .namespace(Namespace(metadata: metadata(name, "", labels: labels)))
    }

    /// A port as `name/number/transport` or `number/transport`; `target` where it leads.
    static func port(_ text: String, target: TargetPort? = nil) -> ServicePort {
        let parts = text.split(separator: "/").map(String.init)
        let number = UInt16(parts[parts.count - 2]) ?? 0
        return ServicePort(
            name: parts.count == 3 ? parts[0] : "",
            number: number,
            transport: PortProtocol(rawValue: parts[parts.count - 1].uppercased()) ?? .tcp,
            target: target ?? .number(number)
        )
    }

    static func service(
        _ name: String,
        _ kind: Service.Kind,
        namespace: String = "default",
        ports: [String] = [],
        targets: [ServicePort] = [],
        selector: [String: String] = [:],
        labels: [String: String] = [:],
        publishesAll: Bool = false
    ) -> ClusterObject {
        .service(
            Service(
                metadata: metadata(name, namespace, labels: labels),
                kind: kind,
                ports: ports.map { port($0) } + targets,
                selector: selector,
                publishesNotReadyAddresses: publishesAll
            )
        )
    }

    /// A Service with addresses of its own.
    static func own(_ addresses: String...) -> Service.Kind {
        .clusterIP(addresses.map(address))
    }

    /// An endpoint as `address`, with a host name and a Pod.
    static func endpoint(
        _ addresses: String...,
        hostname: String = "",
        pod: String = "",
        isReady: Bool = true
    ) -> SliceEndpoint {
        SliceEndpoint(
            addresses: addresses.map(address),
            isReady: isReady,
            hostname: hostname,
            podName: pod
        )
    }

    static func slice(
        _ service: String,
        _ endpoints: [SliceEndpoint],
        namespace: String = "default",
        ports: [String] = [],
        labels: [String: String] = [:],
        isFromEndpoints: Bool = false
    ) -> ClusterObject {
        .endpointSlice(
            EndpointSlice(
                metadata: metadata(service + "-slice", namespace, labels: labels),
                serviceName: service,
                endpoints: endpoints,
                ports: ports.map { text in
                    let port = port(text)
                    return EndpointPort(
                        name: port.name,
                        number: port.number,
                        transport: port.transport
                    )
                },
                isFromEndpoints: isFromEndpoints
            )
        )
    }

    static func pod(
        _ name: String,
        _ addresses: [String],
        namespace: String = "default",
        labels: [String: String] = [:],
        hostname: String = "",
        subdomain: String = "",
        isReady: Bool = true,
        isFinished: Bool = false,
        ports: [ContainerPort] = []
    ) -> ClusterObject {
        .pod(
            Pod(
                metadata: metadata(name, namespace, labels: labels),
                addresses: addresses.map(address),
                hostname: hostname,
                subdomain: subdomain,
                isReady: isReady,
                isFinished: isFinished,
                ports: ports
            )
        )
    }

    /// The objects behind most tests; the names and addresses of the specification's examples.
    static let objects: [ClusterObject] = [
        namespace("default"), namespace("kube-system"), namespace("quiet"),
        service("kubernetes", own("10.3.0.1", "2001:db8::1"), ports: ["https/443/tcp"]),
        service("headless", .headless, ports: ["https/443/tcp"]),
        slice(
            "headless",
            [
                endpoint("10.3.0.100", hostname: "my-pet"),
                endpoint("10.3.0.101", hostname: "my-pet-2"),
                endpoint("10.3.0.102"),
                endpoint("10.3.0.103", hostname: "sleepy", isReady: false),
            ],
            ports: ["https/443/tcp"]
        ),
        slice(
            "headless",
            [endpoint("2001:db8:1::1", hostname: "my-pet")],
            ports: ["https/443/tcp"]
        ),
        service("foo", .externalName("www.example.com")),
        service("asleep", .headless, ports: ["https/443/tcp"]),
        slice("asleep", [endpoint("10.3.0.110", isReady: false)], ports: ["https/443/tcp"]),
        service("six", .headless, ports: ["https/443/tcp"]),
        slice("six", [endpoint("2001:db8:2::")], ports: ["https/443/tcp"]),
        service("plain", own("10.3.0.5"), ports: ["80/tcp"]),
        service("portless", own("10.3.0.6")),
        service(
            "kube-dns",
            own("10.3.0.10"),
            namespace: "kube-system",
            ports: ["dns/53/udp", "dns-tcp/53/tcp", "metrics/9153/tcp"]
        ),
        slice(
            "kube-dns",
            [endpoint("10.244.0.2", pod: "coredns-a"), endpoint("10.244.0.3", pod: "coredns-b")],
            namespace: "kube-system",
            ports: ["dns/53/udp", "dns-tcp/53/tcp", "metrics/9153/tcp"]
        ),
    ]
}

/// An answer with its records as text that people read.
struct Reading: Equatable {
    var outcome: Outcome
    var code: ResponseCode
    var isAuthoritative: Bool
    /// `TYPE DATA`, sorted.
    var answers: [String]
    var additionals: [String]
    /// `OWNER TTL TYPE DATA`.
    var authorities: [String]

    /// Whether the name exists without such a record, and a SOA record says for how long.
    var isNoData: Bool { code == .noError && answers.isEmpty && isNegative }

    /// Whether the name is missing, and a SOA record says for how long.
    var isMissing: Bool { code == .nameError && answers.isEmpty && isNegative }

    private var isNegative: Bool {
        outcome == .done && isAuthoritative && additionals.isEmpty && authorities.count == 1
            && authorities[0].contains(" SOA ")
    }
}

/// A `kubernetes` plugin over objects, and what it answers.
struct Served {
    var objects = Fixture.objects
    var options = "ttl 5"
    var zones = ["cluster.local", "in-addr.arpa", "ip6.arpa"]
    var isSynced = true
    var nameServers: [String] = ["192.0.2.53"]

    /// The plugin, its options as a Corefile has them.
    func plugin() throws -> Plugins.Kubernetes {
        let text = "kubernetes {\nmanifests /m\n\(options)\n}"
        var surroundings = Surroundings()
        surroundings.zones = zones
        let setup = try surroundings.setup()
        let settings = try KubernetesSettings(parsing: try stanzas(text)[0], zones: setup.zones)
        return Kubernetes(
            settings,
            cluster: isSynced ? Cluster(objects, options: settings.cluster) : nil,
            serial: 1_700_000_000,
            nameServers: nameServers.map(Fixture.address)
        )
    }

    /// What a question gets.
    func ask(
        _ name: String,
        _ type: RecordType = .a,
        change: (inout Query) -> Void = { _ in }
    ) throws -> Reading {
        let plugin = try plugin()
        let query = try PluginsTests.query(name, type, zone: ".", change)
        var answer = Answer(counting: Metrics.Registry().cells(forWorker: 0))
        let outcome = plugin.answer(query, into: &answer)
        return Reading(outcome, query, answer)
    }

    /// The answers to a question, which must be a right one.
    func answers(_ name: String, _ type: RecordType = .a) throws -> [String] {
        let reply = try ask(name, type)
        #expect(reply.outcome == .done)
        #expect(reply.code == .noError)
        #expect(reply.isAuthoritative)
        #expect(reply.authorities.isEmpty)
        return reply.answers
    }
}

extension Reading {
    init(_ outcome: Outcome, _ query: borrowing Query, _ answer: borrowing Answer) {
        self.init(
            outcome: outcome,
            code: answer.code,
            isAuthoritative: answer.isAuthoritative,
            answers: answer.records(in: .answer, question: query.name).map(\.short).sorted(),
            additionals: answer.records(in: .additional, question: query.name).map(\.long).sorted(),
            authorities: answer.records(in: .authority, question: query.name).map(\.long)
        )
    }
}

extension Record {
    /// `TYPE DATA`.
    var short: String { "\(type) \(readableData)" }

    /// `OWNER TTL TYPE DATA`.
    var long: String { "\(owner) \(ttl) \(short)" }

    private var readableData: String {
        switch type {
        case .a, .aaaa:
            return IPAddress(bytes: data.span)?.description ?? "?"
        case .ptr, .ns, .cname:
            return name(at: 0)
        case .srv:
            return "\(data.span.uint16(at: 0)) \(data.span.uint16(at: 2)) "
                + "\(data.span.uint16(at: 4)) \(name(at: 6))"
        case .txt:
            return String(decoding: data.dropFirst(), as: UTF8.self)
        case .soa:
            let first = (try? data.span.nameEnd(at: 0)) ?? 0
            let second = (try? data.span.nameEnd(at: first)) ?? 0
            let numbers = stride(from: second, to: data.count, by: 4).map {
                String(data.span.uint32(at: $0))
            }
            return ([name(at: 0), name(at: first)] + numbers).joined(separator: " ")
        default:
            return "?"
        }
    }

    private func name(at start: Int) -> String {
        guard let end = try? data.span.nameEnd(at: start) else { return "?" }
        return (try? Name(wire: data.span.extracting(start..<end)))?.description ?? "?"
    }
}
