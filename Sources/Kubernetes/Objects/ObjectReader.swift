// SPDX-License-Identifier: Apache-2.0

import Wire

/// Reads what an `ObjectWriter` wrote.
///
/// It stays inside whatever bytes it is given: behind their end there are zeros and empty texts,
/// and no list is longer than the bytes that are left.
struct ObjectReader {
    private let bytes: [UInt8]
    private(set) var offset = 0
    /// How many bytes of the key's name the texts repeat that were read, at most.
    var reach = 0
    /// Where the key's name stands, which texts are told by.
    private var name = 0..<0
    private var namespace = 0..<0
    /// Whether labels and selectors are wanted; they are empty where they are not.
    let readsLabels: Bool

    init(_ object: StoredObject, readsLabels: Bool = true) {
        bytes = object.bytes
        self.readsLabels = readsLabels
    }

    /// Begins at the first object, behind the key; nil when there is no object.
    init?(objectsOf object: StoredObject) {
        self.init(object)
        skipKey()
        guard count() > 0 else { return nil }
    }

    // MARK: The key

    /// The key, from the beginning; nil when there is none.
    mutating func key() -> ObjectKey? {
        let code = byte()
        guard code > 0 else { return nil }
        let kind: String
        switch code {
        case StoredCode.otherKey: kind = text(at: range())
        case StoredCode.podRunKey:
            _ = number()
            kind = "Pod"
        default: kind = StoredCode.kind(ofKey: code)
        }
        namespace = range()
        name = range()
        return ObjectKey(kind: kind, namespace: text(at: namespace), name: text(at: name))
    }

    /// Goes from the beginning to the end of the key; whether there is one.
    @discardableResult
    mutating func skipKey() -> Bool {
        let code = byte()
        guard code > 0 else { return false }
        if code == StoredCode.otherKey { _ = range() }
        if code == StoredCode.podRunKey { _ = number() }
        namespace = range()
        name = range()
        return true
    }

    // MARK: Objects

    /// How an object begins.
    struct Head {
        let kind: StoredCode.Kind
        let namespace: String
        let name: String
        /// The bits of the first byte.
        let flags: UInt8
    }

    /// The kind of the object that begins here.
    var nextKind: StoredCode.Kind {
        let flags = offset < bytes.count ? bytes[offset] : 0
        return StoredCode.Kind(rawValue: flags & StoredCode.kindBits) ?? .other
    }

    mutating func head() -> Head {
        let kind = nextKind
        let flags = byte()
        guard flags & StoredCode.isNamedLikeKey != 0 else {
            let namespace = text()
            return Head(kind: kind, namespace: namespace, name: text(), flags: flags)
        }
        return Head(
            kind: kind,
            namespace: text(at: namespace),
            name: text(at: name),
            flags: flags
        )
    }

    mutating func object() -> ClusterObject {
        let head = head()
        switch head.kind {
        case .namespace: return .namespace(Namespace(metadata: metadata(head)))
        case .service: return .service(service(head))
        case .endpointSlice: return .endpointSlice(slice(head))
        case .pod: return .pod(pod(head))
        case .other:
            let kind = text()
            return .other(kind: kind, metadata(head))
        case .workload: return .workload(workload(head))
        case .node: return .node(node(head))
        case .podGroup: return .podGroup(podGroup(head))
        }
    }

    /// The rest of what every object carries.
    mutating func metadata(_ head: Head) -> Metadata {
        Metadata(
            name: head.name,
            namespace: head.namespace,
            labels: labels(),
            createdSeconds: createdSeconds(head)
        )
    }

    /// When an object was made; 0 where that is not known.
    mutating func createdSeconds(_ head: Head) -> UInt32 {
        head.flags & StoredCode.isDated != 0 ? UInt32(truncatingIfNeeded: number()) : 0
    }

    /// A Service, behind its head.
    mutating func service(_ head: Head) -> Service {
        let metadata = metadata(head)
        let kind: Service.Kind =
            switch byte() {
            case StoredCode.headless: .headless
            case StoredCode.externalName: .externalName(text())
            default: .clusterIP(addresses())
            }
        let ports = list { reader in
            let name = reader.text()
            let number = reader.number16()
            let transport = StoredCode.transport(reader.byte())
            let code = reader.byte()
            let target: TargetPort =
                switch code & ~StoredCode.hasNodePort {
                case StoredCode.numberedTarget: .number(reader.number16())
                case StoredCode.namedTarget: .name(reader.text())
                default: .number(number)
                }
            return ServicePort(
                name: name,
                number: number,
                transport: transport,
                target: target,
                nodePort: code & StoredCode.hasNodePort != 0 ? reader.number16() : 0
            )
        }
        return Service(
            metadata: metadata,
            kind: kind,
            ports: ports,
            selector: labels(),
            publishesNotReadyAddresses: head.flags & StoredCode.isFirst != 0,
            terms: head.flags & StoredCode.isSecond != 0 ? terms() : ServiceTerms()
        )
    }

    private mutating func terms() -> ServiceTerms {
        var terms = ServiceTerms()
        let traits = byte()
        let parts = byte()
        terms.type = ServiceType(rawValue: traits & StoredTerms.typeBits) ?? .clusterIP
        terms.isExternalTrafficLocal = traits & StoredTerms.isExternalTrafficLocal != 0
        terms.isInternalTrafficLocal = traits & StoredTerms.isInternalTrafficLocal != 0
        terms.allocatesNodePorts = traits & StoredTerms.allocatesNoNodePorts == 0
        terms.familyPolicy = StoredTerms.policy(traits >> StoredTerms.policyShift)
        if parts & StoredTerms.hasFamilies != 0 {
            terms.families = list { $0.byte() == IPAddress.Family.v6.rawValue ? .v6 : .v4 }
        }
        if parts & StoredTerms.hasAffinity != 0 { terms.affinitySeconds = number() }
        if parts & StoredTerms.hasHealthCheckPort != 0 { terms.healthCheckPort = number16() }
        if parts & StoredTerms.hasLoadBalancerClass != 0 { terms.loadBalancerClass = text() }
        if parts & StoredTerms.hasLoadBalancerAddress != 0 {
            terms.loadBalancerAddress = addresses().first
        }
        if parts & StoredTerms.hasExternalAddresses != 0 { terms.externalAddresses = addresses() }
        if parts & StoredTerms.hasIngressAddresses != 0 { terms.ingressAddresses = addresses() }
        return terms
    }

    private mutating func slice(_ head: Head) -> EndpointSlice {
        let serviceName = text()
        let metadata = metadata(head)
        let ports = endpointPorts()
        var endpoint = StoredEndpoint()
        begin(&endpoint)
        let endpoints = list { reader in
            reader.read(into: &endpoint)
            return SliceEndpoint(
                addresses: endpoint.addresses,
                isReady: endpoint.isReady,
                hostname: String(decoding: endpoint.hostname, as: UTF8.self),
                podName: String(decoding: endpoint.podName, as: UTF8.self)
            )
        }
        return EndpointSlice(
            metadata: metadata,
            serviceName: serviceName,
            endpoints: endpoints,
            ports: ports,
            isFromEndpoints: head.flags & StoredCode.isFirst != 0
        )
    }

    // MARK: Parts

    mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    /// A number; what does not fit 62 bits is cut off.
    mutating func number() -> Int {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = byte()
            if shift < 63 { number |= UInt64(byte & 0x7F) << shift }
            shift &+= 7
            if byte & 0x80 == 0 { return Int(number & UInt64(Int.max) >> 1) }
        }
    }

    mutating func number16() -> UInt16 { UInt16(truncatingIfNeeded: number()) }

    /// How many elements of a list follow, each of which has a byte at least.
    mutating func count() -> Int { min(number(), bytes.count - offset) }

    mutating func list<Element>(
        _ read: (inout ObjectReader) -> Element
    ) -> [Element] {
        let count = count()
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(read(&self)) }
        return elements
    }

    mutating func addresses() -> [IPAddress] { list { $0.address() } }

    mutating func address() -> IPAddress {
        address(byte() == IPAddress.Family.v6.rawValue ? .v6 : .v4)
    }

    mutating func address(_ family: IPAddress.Family) -> IPAddress {
        if family == .v4 { return IPAddress(v4: UInt32(truncatingIfNeeded: word(4))) }
        let high = word(8)
        return IPAddress(v6High: high, low: word(8))
    }

    mutating func word(_ count: Int) -> UInt64 {
        (0..<count).reduce(0) { word, _ in word << 8 | UInt64(byte()) }
    }

    /// Where a text in full stands.
    mutating func range() -> Range<Int> {
        let count = count()
        offset += count
        return offset - count..<offset
    }

    private func text(at range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    mutating func text() -> String {
        let first = number()
        if first == 0 { return "" }
        if first == 1 {
            let number = Int(byte())
            return number < StoredCode.knownTexts.count ? StoredCode.knownTexts[number] : ""
        }
        reach = max(reach, first - 2)
        let shared = name.prefix(first - 2)
        let rest = range()
        if shared.isEmpty { return text(at: rest) }
        if rest.isEmpty { return text(at: shared.startIndex..<shared.endIndex) }
        return String(
            decoding: bytes[shared.startIndex..<shared.endIndex] + bytes[rest],
            as: UTF8.self
        )
    }

    /// A text of which the first bytes are those of another.
    mutating func text(sharing other: String) -> String {
        let shared = number()
        let rest = range()
        return String(decoding: Array(other.utf8.prefix(shared)) + bytes[rest], as: UTF8.self)
    }

    mutating func skipText() {
        let first = number()
        switch first {
        case 0: return
        case 1: _ = byte()
        default:
            reach = max(reach, first - 2)
            _ = range()
        }
    }

    /// Passes over bytes that need not be read, to a place that is not beyond the end.
    mutating func skip(to place: Int) { offset = min(max(offset, place), bytes.count) }

    /// How many bytes are left.
    var byteCountLeft: Int { bytes.count - offset }

    /// The name of the key.
    var keyName: ArraySlice<UInt8> { bytes[name] }

    /// The bytes of a text in full.
    mutating func wholeText() -> ArraySlice<UInt8> { bytes[range()] }

    /// The next bytes, as far as there are so many.
    mutating func bytes(_ count: Int) -> ArraySlice<UInt8> {
        let start = offset
        offset += min(count, bytes.count - offset)
        return bytes[start..<offset]
    }
}
