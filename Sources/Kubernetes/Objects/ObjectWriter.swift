// SPDX-License-Identifier: Apache-2.0

import Wire

/// Writes objects in the form of a `StoredObject`.
///
/// Numbers take 7 bits a byte, the lowest first. Most texts in an object begin like its name, and
/// the names of Pods like the one before; so a text is told by how many bytes it shares with such
/// another, and by the rest. Lists are preceded by their counts, and labels are sorted.
struct ObjectWriter {
    private var bytes: [UInt8] = []
    /// The key; texts are told by what they share with its name.
    private let key: ObjectKey?

    init(_ key: ObjectKey?) {
        self.key = key
        bytes.reserveCapacity(512)
        guard let key else {
            bytes.append(0)
            return
        }
        if let place = StoredCode.keyKinds.firstIndex(of: key.kind) {
            bytes.append(UInt8(truncatingIfNeeded: place + 1))
        } else {
            bytes.append(StoredCode.otherKey)
            append(whole: key.kind)
        }
        append(whole: key.namespace)
        append(whole: key.name)
    }

    /// The bytes, in an array that has no room for more.
    consuming func finish() -> [UInt8] {
        var exact: [UInt8] = []
        exact.reserveCapacity(bytes.count)
        exact += bytes
        return exact
    }

    mutating func append(_ objects: [ClusterObject]) {
        append(objects.count)
        for object in objects { append(object) }
    }

    private mutating func append(_ object: ClusterObject) {
        switch object {
        case .namespace(let namespace):
            begin(.namespace, namespace.metadata)
            appendRest(of: namespace.metadata)
        case .service(let service):
            append(service)
        case .endpointSlice(let slice):
            append(slice)
        case .pod(let pod):
            append(pod)
        case .other(let kind, let metadata):
            begin(.other, metadata)
            append(kind)
            appendRest(of: metadata)
        case .workload(let workload):
            append(workload)
        case .node(let node):
            append(node)
        case .podGroup(let group):
            append(group)
        }
    }

    mutating func begin(
        _ kind: StoredCode.Kind,
        _ metadata: Metadata,
        _ flags: UInt8 = 0
    ) {
        let flags = metadata.createdSeconds == 0 ? flags : flags | StoredCode.isDated
        if let key, key.namespace == metadata.namespace, key.name == metadata.name {
            bytes.append(kind.rawValue | flags | StoredCode.isNamedLikeKey)
            return
        }
        bytes.append(kind.rawValue | flags)
        append(metadata.namespace)
        append(metadata.name)
    }

    /// What `begin` left out of it.
    mutating func appendRest(of metadata: Metadata) {
        append(metadata.labels)
        if metadata.createdSeconds != 0 { append(Int(metadata.createdSeconds)) }
    }

    private mutating func append(_ service: Service) {
        let hasTerms = service.terms != ServiceTerms()
        var flags = service.publishesNotReadyAddresses ? StoredCode.isFirst : 0
        if hasTerms { flags |= StoredCode.isSecond }
        begin(.service, service.metadata, flags)
        appendRest(of: service.metadata)
        switch service.kind {
        case .clusterIP(let addresses):
            bytes.append(StoredCode.clusterIP)
            append(addresses)
        case .headless:
            bytes.append(StoredCode.headless)
        case .externalName(let name):
            bytes.append(StoredCode.externalName)
            append(name)
        }
        append(service.ports.count)
        for port in service.ports {
            append(port.name)
            append(Int(port.number))
            bytes.append(StoredCode.number(of: port.transport))
            let flag = port.nodePort == 0 ? 0 : StoredCode.hasNodePort
            switch port.target {
            case .number(port.number):
                bytes.append(StoredCode.sameTarget | flag)
            case .number(let number):
                bytes.append(StoredCode.numberedTarget | flag)
                append(Int(number))
            case .name(let name):
                bytes.append(StoredCode.namedTarget | flag)
                append(name)
            }
            if port.nodePort != 0 { append(Int(port.nodePort)) }
        }
        append(service.selector)
        if hasTerms { append(service.terms) }
    }

    /// Two bytes of what there is, and what they say that there is.
    private mutating func append(_ terms: ServiceTerms) {
        var traits = terms.type.rawValue
        if terms.isExternalTrafficLocal { traits |= StoredTerms.isExternalTrafficLocal }
        if terms.isInternalTrafficLocal { traits |= StoredTerms.isInternalTrafficLocal }
        if !terms.allocatesNodePorts { traits |= StoredTerms.allocatesNoNodePorts }
        traits |= StoredTerms.code(of: terms.familyPolicy) << StoredTerms.policyShift
        bytes.append(traits)
        var parts: UInt8 = 0
        if !terms.families.isEmpty { parts |= StoredTerms.hasFamilies }
        if terms.affinitySeconds != nil { parts |= StoredTerms.hasAffinity }
        if terms.healthCheckPort != 0 { parts |= StoredTerms.hasHealthCheckPort }
        if !terms.loadBalancerClass.isEmpty { parts |= StoredTerms.hasLoadBalancerClass }
        if terms.loadBalancerAddress != nil { parts |= StoredTerms.hasLoadBalancerAddress }
        if !terms.externalAddresses.isEmpty { parts |= StoredTerms.hasExternalAddresses }
        if !terms.ingressAddresses.isEmpty { parts |= StoredTerms.hasIngressAddresses }
        bytes.append(parts)
        if !terms.families.isEmpty {
            append(terms.families.count)
            for family in terms.families { bytes.append(family.rawValue) }
        }
        if let seconds = terms.affinitySeconds { append(seconds) }
        if terms.healthCheckPort != 0 { append(Int(terms.healthCheckPort)) }
        if !terms.loadBalancerClass.isEmpty { append(terms.loadBalancerClass) }
        if let address = terms.loadBalancerAddress { append([address]) }
        if !terms.externalAddresses.isEmpty { append(terms.externalAddresses) }
        if !terms.ingressAddresses.isEmpty { append(terms.ingressAddresses) }
    }

    private mutating func append(_ slice: EndpointSlice) {
        begin(.endpointSlice, slice.metadata, slice.isFromEndpoints ? StoredCode.isFirst : 0)
        append(slice.serviceName)
        appendRest(of: slice.metadata)
        append(slice.ports.count)
        for port in slice.ports {
            append(port.name)
            append(port.number.map { Int($0) + 1 } ?? 0)
            bytes.append(StoredCode.number(of: port.transport))
        }
        append(slice.endpoints.count)
        var lastPodName = key?.name ?? ""
        var lastHostname = ""
        for endpoint in slice.endpoints {
            append(endpoint, &lastPodName, &lastHostname)
        }
    }

    private mutating func append(
        _ endpoint: SliceEndpoint,
        _ lastPodName: inout String,
        _ lastHostname: inout String
    ) {
        let place = bytes.count
        var flags = endpoint.isReady ? StoredCode.isReady : 0
        bytes.append(0)
        if endpoint.addresses.count == 1, endpoint.addresses[0].family == .v4 {
            flags |= StoredCode.hasOneV4Address
            append(endpoint.addresses[0])
        } else {
            append(endpoint.addresses)
        }
        if !endpoint.podName.isEmpty {
            flags |= StoredCode.hasPodName
            append(endpoint.podName, sharing: Self.shared(endpoint.podName, lastPodName))
            lastPodName = endpoint.podName
        }
        if !endpoint.hostname.isEmpty {
            flags |= StoredCode.hasHostname
            var shared = Self.shared(endpoint.hostname, lastHostname)
            let sharedWithPod = Self.shared(endpoint.hostname, lastPodName)
            if sharedWithPod > shared {
                flags |= StoredCode.isHostnameLikePodName
                shared = sharedWithPod
            }
            append(endpoint.hostname, sharing: shared)
            lastHostname = endpoint.hostname
        }
        bytes[place] = flags
    }

    private mutating func append(_ pod: Pod) {
        var flags = pod.isReady ? StoredCode.isFirst : 0
        if pod.isFinished { flags |= StoredCode.isSecond }
        let isPlaced = pod.owner != nil || pod.placement != Placement()
        if isPlaced { flags |= StoredCode.isPlaced }
        begin(.pod, pod.metadata, flags)
        appendRest(of: pod.metadata)
        // In a run of Pods what differs costs least side by side.
        append(pod.addresses)
        append(pod.state)
        if isPlaced { append(pod.placement) }
        append(pod.hostname)
        append(pod.subdomain)
        append(pod.ports)
        if isPlaced { append(pod.owner) }
    }

    // MARK: Parts

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// A number that is not negative.
    mutating func append(_ number: Int) { bytes.append(number: number) }

    mutating func append(_ addresses: [IPAddress]) {
        append(addresses.count)
        for address in addresses {
            bytes.append(address.family.rawValue)
            append(address)
        }
    }

    mutating func append(_ address: IPAddress) {
        for index in 0..<address.byteCount { bytes.append(address.byte(at: index)) }
    }

    mutating func append(_ labels: [String: String]) {
        append(labels.count)
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            append(key)
            append(value)
        }
    }

    /// A text in full.
    private mutating func append(whole text: String) { bytes.append(text: text.utf8) }

    /// A text: 0 for none; 1 and the number of a known one; else 2 more than what it shares with
    /// the name of the key, and the rest.
    mutating func append(_ text: String) {
        if text.isEmpty {
            bytes.append(0)
        } else if let number = StoredCode.knownNumbers[text] {
            bytes.append(1)
            bytes.append(number)
        } else {
            let shared = Self.shared(text, key?.name ?? "")
            append(shared + 2)
            append(rest: text, behind: shared)
        }
    }

    /// What a text shares with another, and the rest of it.
    mutating func append(_ text: String, sharing shared: Int) {
        append(shared)
        append(rest: text, behind: shared)
    }

    private mutating func append(rest text: String, behind shared: Int) {
        let utf8 = text.utf8
        let span = utf8.span
        append(span.count - shared)
        // Mostly a few bytes.
        for index in shared..<span.count { bytes.append(span[index]) }
    }

    /// With how many same bytes two texts begin.
    static func shared(_ text: String, _ other: String) -> Int {
        let (first, second) = (text.utf8, other.utf8)
        let (left, right) = (first.span, second.span)
        let count = min(left.count, right.count)
        var index = 0
        while index < count, left[index] == right[index] { index += 1 }
        return index
    }
}

extension ClusterObject {
    /// Who it is, whatever its kind.
    var metadata: Metadata {
        switch self {
        case .namespace(let namespace): namespace.metadata
        case .service(let service): service.metadata
        case .endpointSlice(let slice): slice.metadata
        case .pod(let pod): pod.metadata
        case .workload(let workload): workload.metadata
        case .node(let node): node.metadata
        case .podGroup(let group): group.metadata
        case .other(_, let metadata): metadata
        }
    }

    /// The kind of its document.
    var kindName: String {
        switch self {
        case .namespace: "Namespace"
        case .service: "Service"
        case .endpointSlice(let slice): slice.isFromEndpoints ? "Endpoints" : "EndpointSlice"
        case .pod: "Pod"
        case .workload(let workload): workload.kind.name
        case .node: "Node"
        case .podGroup: "PodGroup"
        case .other(let kind, _): kind
        }
    }
}
