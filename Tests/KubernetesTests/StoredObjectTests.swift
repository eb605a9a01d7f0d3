// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct StoredObjectTests {
    private static func namespace(_ name: String, labels: [String: String] = [:]) -> ClusterObject {
        .namespace(
            Namespace(metadata: Metadata(name: name, namespace: "", labels: labels))
        )
    }

    @Test("Objects of every kind come back as they went in", arguments: 1...20 as ClosedRange)
    func comesBack(seed: UInt64) {
        var random = RandomObjects(seed: seed)
        for step in 0..<500 {
            let (key, object) = random.anyObject()

            let stored = StoredObject(key: key, objects: [object])

            #expect(stored.objects == [object], "seed \(seed), step \(step)")
            #expect(stored.key == key, "seed \(seed), step \(step)")
            #expect(stored == StoredObject(key: key, objects: [object]))
        }
    }

    @Test("What makes Pods comes back as it went in", arguments: 1...20 as ClosedRange)
    func makingComesBack(seed: UInt64) {
        var random = RandomObjects(seed: seed)
        for step in 0..<200 {
            let (key, object) = random.makingObject()

            let stored = StoredObject(key: key, objects: [object])

            #expect(stored.objects == [object], "seed \(seed), step \(step)")
        }
    }

    @Test("The Pods of a workload take few bytes each")
    func holdsManyPods() {
        let members = (0..<1_000).map { index in
            PodGroup.Member(
                name: "web-5d9c7b8f4-x\(1_000 + index)",
                index: index,
                addresses: [IPAddress(v4: 0x0AF4_0000 + UInt32(index))],
                node: index % 3
            )
        }
        let group = PodGroup(
            metadata: Metadata(name: "web", labels: ["app": "web"]),
            owner: Owner(kind: "ReplicaSet", name: "web-5d9c7b8f4"),
            hostname: "",
            subdomain: "",
            ports: [],
            isReady: true,
            numbering: .none,
            nodes: ["node-1", "node-2", "node-3"],
            members: members
        )

        let stored = StoredObject(.podGroup(group))

        #expect(stored.pods.map(\.metadata.name) == members.map(\.name))
        #expect(stored.byteCount < 16 * members.count)
    }

    @Test func holdsAllSubsetsOfADocumentOrNone() {
        let metadata = Metadata(name: "web", labels: ["app": "web"])
        let subsets = (0..<3).map { number in
            ClusterObject.endpointSlice(
                EndpointSlice(
                    metadata: metadata,
                    serviceName: "web",
                    endpoints: [],
                    ports: [EndpointPort(name: "", number: UInt16(number), transport: .sctp)],
                    isFromEndpoints: true
                )
            )
        }
        let key = ObjectKey(kind: "Endpoints", namespace: "default", name: "web")

        #expect(StoredObject(key: key, objects: subsets).objects == subsets)
        #expect(StoredObject(key: key, objects: []).objects == [])
        #expect(StoredObject(key: key, objects: []).key == key)
        #expect(StoredObject(key: nil, objects: []).key == nil)
    }

    @Test(
        "Objects are the same when all of them is",
        arguments: [
            (namespace("a"), namespace("a"), true),
            (namespace("a"), namespace("b"), false),
            (namespace("a"), namespace("a", labels: ["x": ""]), false),
            (
                namespace("a", labels: ["x": "1", "y": "2"]),
                namespace("a", labels: ["y": "2", "x": "1"]), true
            ),
            (.other(kind: "a", Metadata(name: "b")), .other(kind: "ab", Metadata(name: "")), false),
        ] as [(ClusterObject, ClusterObject, Bool)]
    )
    func isEqual(left: ClusterObject, right: ClusterObject, expected: Bool) {
        let (first, second) = (StoredObject(left), StoredObject(right))

        #expect((first == second) == expected)
        #expect((first.contentHash == second.contentHash) == expected)
    }

    @Test(
        "Objects have one key when kind, namespace and name are the same",
        arguments: [
            (("Service", "a", "b"), ("Service", "a", "b"), true),
            (("Service", "a", "b"), ("Pod", "a", "b"), false),
            (("Service", "a", "b"), ("Service", "b", "b"), false),
            (("Service", "a", "b"), ("Service", "a", "c"), false),
            // Lengths are part of it.
            (("Service", "a", "bc"), ("Service", "ab", "c"), false),
            (("ab", "c", "d"), ("a", "bc", "d"), false),
            (("Deployment.apps", "a", "b"), ("Deployment.apps", "a", "b"), true),
        ] as [((String, String, String), (String, String, String), Bool)]
    )
    func hasKey(
        left: (String, String, String),
        right: (String, String, String),
        expected: Bool
    ) throws {
        let keys = try [left, right].map { parts in
            let key = ObjectKey(kind: parts.0, namespace: parts.1, name: parts.2)
            // What else is there has no bearing on it.
            let labels = [parts.0: "\(left.0)"]
            let other = ClusterObject.other(kind: "x", Metadata(name: "n", labels: labels))
            return try #require(StoredKey(StoredObject(key: key, objects: [other])))
        }

        #expect((keys[0] == keys[1]) == expected)
        #expect((keys[0].number == keys[1].number) == expected)
    }

    @Test func hasNoKeyWithoutAName() {
        let nameless = StoredObject(.other(kind: "ConfigMap", Metadata(name: "")))

        #expect(StoredKey(nameless) == nil)
        #expect(nameless.key == nil)
        #expect(!nameless.isClaim)
    }

    @Test(
        "Only kinds that are of use may not be there twice",
        arguments: [
            ("Namespace", true), ("Service", true), ("EndpointSlice", true), ("Endpoints", true),
            ("Pod", true), ("ConfigMap", false), ("Service.serving.knative.dev", false),
            ("", false),
        ]
    )
    func isClaim(kind: String, expected: Bool) {
        let key = ObjectKey(kind: kind, namespace: "a", name: "b")

        #expect(StoredObject(key: key, objects: []).isClaim == expected)
    }

    @Test func takesFifteenBytesForAnEndpoint() {
        func slice(_ count: Int) -> StoredObject {
            let endpoints = (0..<count).map { number in
                SliceEndpoint(
                    addresses: [IPAddress(v4: 0x0A80_0000 + UInt32(number))],
                    isReady: true,
                    hostname: "database-\(number)",
                    podName: "database-\(number)"
                )
            }
            return StoredObject(
                .endpointSlice(
                    EndpointSlice(
                        metadata: Metadata(name: "database-x2k9p"),
                        serviceName: "database",
                        endpoints: endpoints,
                        ports: [],
                        isFromEndpoints: false
                    )
                )
            )
        }

        #expect(slice(1_000).byteCount - slice(0).byteCount < 15 * 1_000)
    }
}

extension RandomObjects {
    private static let characters = Array("ab01-.é\u{301}日👍🏽\u{0}")

    /// A text that is like the others, or like none.
    private mutating func text() -> String {
        switch numbers.below(100) {
        case 0: return String(repeating: "x", count: numbers.pick([127, 128, 16_383, 16_384]))
        case 1...20: return ""
        case 21...40: return numbers.pick(StoredCode.knownTexts)
        case 41...60: return "web-\(numbers.below(200))"
        default:
            return String((0..<numbers.below(12)).map { _ in numbers.pick(Self.characters) })
        }
    }

    private mutating func labels() -> [String: String] {
        var labels: [String: String] = [:]
        for _ in 0..<numbers.below(4) { labels[text()] = text() }
        return labels
    }

    private mutating func anyMetadata() -> Metadata {
        Metadata(name: text(), namespace: text(), labels: labels())
    }

    private mutating func anyAddresses() -> [IPAddress] {
        (0..<numbers.below(4)).map { _ in
            numbers.chance(50)
                ? IPAddress(v4: UInt32(truncatingIfNeeded: numbers.bits()))
                : IPAddress(v6High: numbers.bits(), low: numbers.bits())
        }
    }

    private mutating func anyNumber() -> UInt16 { UInt16(truncatingIfNeeded: numbers.bits()) }

    private mutating func anyTransport() -> PortProtocol { numbers.pick(PortProtocol.allCases) }

    private mutating func anyTarget(_ number: UInt16) -> TargetPort {
        switch numbers.below(3) {
        case 0: .number(number)
        case 1: .number(anyNumber())
        default: .name(text())
        }
    }

    private mutating func anyServiceKind() -> Service.Kind {
        switch numbers.below(3) {
        case 0: .headless
        case 1: .externalName(text())
        default: .clusterIP(anyAddresses())
        }
    }

    private mutating func anyService() -> Service {
        Service(
            metadata: anyMetadata(),
            kind: anyServiceKind(),
            ports: (0..<numbers.below(4)).map { _ in
                let number = anyNumber()
                return ServicePort(
                    name: text(),
                    number: number,
                    transport: anyTransport(),
                    target: anyTarget(number)
                )
            },
            selector: labels(),
            publishesNotReadyAddresses: numbers.chance(50)
        )
    }

    private mutating func anySlice() -> EndpointSlice {
        EndpointSlice(
            metadata: anyMetadata(),
            serviceName: text(),
            endpoints: (0..<numbers.below(9)).map { _ in
                SliceEndpoint(
                    addresses: anyAddresses(),
                    isReady: numbers.chance(50),
                    hostname: text(),
                    podName: text()
                )
            },
            ports: (0..<numbers.below(4)).map { _ in
                EndpointPort(
                    name: text(),
                    number: numbers.chance(20) ? nil : anyNumber(),
                    transport: anyTransport()
                )
            },
            isFromEndpoints: numbers.chance(50)
        )
    }

    /// An object with anything in it, and a key that may be its own.
    mutating func anyObject() -> (key: ObjectKey?, object: ClusterObject) {
        let object: ClusterObject =
            switch numbers.below(5) {
            case 0: .namespace(Namespace(metadata: anyMetadata()))
            case 1: .service(anyService())
            case 2: .endpointSlice(anySlice())
            case 3:
                .pod(
                    Pod(
                        metadata: anyMetadata(),
                        addresses: anyAddresses(),
                        hostname: text(),
                        subdomain: text(),
                        isReady: numbers.chance(50),
                        isFinished: numbers.chance(50),
                        ports: (0..<numbers.below(3)).map { _ in
                            ContainerPort(
                                name: text(),
                                number: anyNumber(),
                                transport: anyTransport()
                            )
                        }
                    )
                )
            default: .other(kind: text(), anyMetadata())
            }
        if numbers.chance(20) { return (nil, object) }
        let metadata = object.metadata
        return (
            ObjectKey(
                kind: numbers.chance(80) ? object.kindName : text(),
                namespace: metadata.namespace,
                name: numbers.chance(80) ? metadata.name : text()
            ), object
        )
    }
}
