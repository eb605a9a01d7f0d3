// SPDX-License-Identifier: Apache-2.0

import Wire

/// What one document says, packed into one array of bytes.
///
/// A million endpoints cost half a gigabyte as values, and 13 MB like this. Copies share the bytes.
/// The values are made again when a Service is built that the document speaks of, and then let go.
///
/// The key comes first, as one code for the kind (and the kind itself where it has no code), the
/// namespace and the name, so that keys are compared without a value of them. Behind it stand the
/// objects, as `ObjectWriter` writes them: usually one, for Endpoints one a subset. All of them
/// are of one kind and, as they come of one document, speak of one Service at most.
package struct StoredObject: Hashable, Sendable {
    let bytes: [UInt8]

    /// Packs the objects of one document; `key` is nil when it has no name.
    package init(key: ObjectKey?, objects: [ClusterObject]) {
        var writer = ObjectWriter(key)
        writer.append(objects)
        bytes = writer.finish()
    }

    /// Packs one object under its own name.
    package init(_ object: ClusterObject) {
        let metadata = object.metadata
        let key = ObjectKey(
            kind: object.kindName,
            namespace: metadata.namespace,
            name: metadata.name
        )
        self.init(key: metadata.name.isEmpty ? nil : key, objects: [object])
    }

    /// What `bytes` hold: some objects, whatever the bytes are.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func hash(into hasher: inout Hasher) { hasher.combine(contentHash) }

    /// A hash of everything, the same in every process.
    package var contentHash: UInt64 { hashBytes(bytes.span) }

    /// How many bytes it takes, without the 32 that every array has.
    package var byteCount: Int { bytes.count }

    // MARK: Reading

    /// Which object the document is about; nil when it has no name.
    package var key: ObjectKey? {
        var reader = ObjectReader(self)
        return reader.key()
    }

    /// The objects, made anew; of a run those of all its documents.
    package var objects: [ClusterObject] {
        guard !isPodRun else { return documents.flatMap(\.objects) }
        var reader = ObjectReader(self)
        reader.skipKey()
        return (0..<reader.count()).map { _ in reader.object() }
    }

    /// The first of the objects, made anew; without labels and selectors where these are not
    /// wanted.
    func firstObject(withLabels: Bool) -> ClusterObject {
        var reader = ObjectReader(self, readsLabels: withLabels)
        reader.skipKey()
        _ = reader.count()
        return reader.object()
    }

    /// Whether two documents with this key contradict each other: it is of a kind that is of use.
    var isClaim: Bool { (1..<StoredCode.otherKey).contains(bytes.first ?? 0) || isPodRun }

    /// How many objects there are.
    var objectCount: Int {
        var reader = ObjectReader(self)
        reader.skipKey()
        return reader.count()
    }
}

/// A stored object seen as its key: two are equal when no two documents may hold both.
struct StoredKey: Hashable, Sendable {
    let object: StoredObject
    /// A hash of the key, the same in every process.
    let number: UInt64
    /// How many of the first bytes are the key.
    private let byteCount: Int

    /// Nil when the object has no name.
    init?(_ object: StoredObject) {
        var reader = ObjectReader(object)
        guard reader.skipKey() else { return nil }
        self.object = object
        byteCount = reader.offset
        number = hashBytes(object.bytes.span.extracting(..<byteCount))
    }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }

    static func == (left: StoredKey, right: StoredKey) -> Bool {
        guard left.number == right.number, left.byteCount == right.byteCount else { return false }
        let (first, second) = (left.object.bytes.span, right.object.bytes.span)
        return first.extracting(..<left.byteCount)
            .hasSameBytes(as: second.extracting(..<right.byteCount))
    }
}

/// The numbers by which kinds, texts and flags are written in a `StoredObject`.
enum StoredCode {
    /// The kinds of objects.
    enum Kind: UInt8 {
        case namespace, service, endpointSlice, pod, other, workload, node, podGroup
    }

    /// The bits of the byte with which an object begins.
    static let kindBits: UInt8 = 7
    /// Namespace and name are those of the key.
    static let isNamedLikeKey: UInt8 = 8
    /// A Service that publishes endpoints that are not ready; a slice that is from Endpoints; a
    /// Pod that is ready.
    static let isFirst: UInt8 = 16
    /// A Pod that is finished; a Service with terms that are not those by default.
    static let isSecond: UInt8 = 32
    /// A time of creation follows the labels.
    static let isDated: UInt8 = 64
    /// A Pod with an owner or a placement, which follow.
    static let isPlaced: UInt8 = 128

    /// The kinds of keys that have a code, which is 1 more than their place; 0 stands for no key.
    static let keyKinds = [
        "Namespace", "Service", "EndpointSlice", "Endpoints", "Pod", "Node", "Deployment",
        "ReplicaSet", "StatefulSet", "DaemonSet", "Job",
    ]
    /// The code of a key of which the kind is spelt out.
    static let otherKey = UInt8(keyKinds.count + 1)
    /// The code of a Pod's key.
    static let podKey: UInt8 = 5
    /// The code of the key of a run of Pods (`PodRun`).
    static let podRunKey = otherKey + 1

    /// The kind of a code that stands for one; empty for others.
    static func kind(ofKey code: UInt8) -> String {
        let place = Int(code) - 1
        return keyKinds.indices.contains(place) ? keyKinds[place] : ""
    }

    /// Texts that many objects share, by place; a new one may be added at the end only.
    static let knownTexts = [
        "app", "app.kubernetes.io/name", "app.kubernetes.io/instance",
        "app.kubernetes.io/version", "app.kubernetes.io/component",
        "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "helm.sh/chart", "Helm",
        "kubernetes.io/service-name", "kubernetes.io/metadata.name",
        "service.kubernetes.io/headless", "endpointslice.kubernetes.io/managed-by",
        "endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io",
        "pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index", "k8s-app", "tier", "component", "http", "https",
        "metrics", "grpc", "default", "kube-system", "kubernetes.io/hostname", "ReplicaSet",
        "StatefulSet", "DaemonSet", "Deployment", "Job", "Pending", "Succeeded", "Failed",
    ]
    static let knownNumbers = Dictionary(
        uniqueKeysWithValues: knownTexts.enumerated().map {
            ($0.element, UInt8(truncatingIfNeeded: $0.offset))
        }
    )

    /// The bits of the byte with which an endpoint begins.
    static let isReady: UInt8 = 1
    static let hasPodName: UInt8 = 2
    static let hasHostname: UInt8 = 4
    /// The host name is told by what it shares with the Pod's name, not with the last host name.
    static let isHostnameLikePodName: UInt8 = 8
    /// It has one address, of IPv4.
    static let hasOneV4Address: UInt8 = 16

    /// The kinds of a Service.
    static let clusterIP: UInt8 = 0
    static let headless: UInt8 = 1
    static let externalName: UInt8 = 2

    /// The target of a Service's port is its own number; another number; a name.
    static let sameTarget: UInt8 = 0
    static let numberedTarget: UInt8 = 1
    static let namedTarget: UInt8 = 2
    /// Added to these where a port of the nodes follows.
    static let hasNodePort: UInt8 = 4

    /// The number of a transport.
    static func number(of transport: PortProtocol) -> UInt8 {
        switch transport {
        case .tcp: 0
        case .udp: 1
        case .sctp: 2
        }
    }

    /// The transport of a number; TCP for a number that none has.
    static func transport(_ number: UInt8) -> PortProtocol {
        switch number {
        case 1: .udp
        case 2: .sctp
        default: .tcp
        }
    }
}

/// The bits of the two bytes with which the terms of a Service begin in a `StoredObject`.
enum StoredTerms {
    /// In the first byte: the type, and what is not as by default.
    static let typeBits: UInt8 = 3
    static let isExternalTrafficLocal: UInt8 = 4
    static let isInternalTrafficLocal: UInt8 = 8
    static let allocatesNoNodePorts: UInt8 = 16
    /// Behind this many bits the policy of address families begins.
    static let policyShift: UInt8 = 5

    /// In the second byte: what follows.
    static let hasFamilies: UInt8 = 1
    static let hasAffinity: UInt8 = 2
    static let hasHealthCheckPort: UInt8 = 4
    static let hasLoadBalancerClass: UInt8 = 8
    static let hasLoadBalancerAddress: UInt8 = 16
    static let hasExternalAddresses: UInt8 = 32
    static let hasIngressAddresses: UInt8 = 64

    /// The number of a policy; 0 for none.
    static func code(of policy: FamilyPolicy?) -> UInt8 {
        switch policy {
        case nil: 0
        case .singleStack: 1
        case .preferDualStack: 2
        case .requireDualStack: 3
        }
    }

    /// The policy of a number; nil for none.
    static func policy(_ number: UInt8) -> FamilyPolicy? {
        switch number & 3 {
        case 1: .singleStack
        case 2: .preferDualStack
        case 3: .requireDualStack
        default: nil
        }
    }
}
