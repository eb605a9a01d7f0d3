// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

extension ClusterModel {
    /// What a name that exists has.
    struct Meaning {
        /// One SRV record: a port of a target.
        struct Offer: Hashable {
            let port: Int
            let target: [String]
            let addresses: Set<IPAddress>
        }

        var addresses: Set<IPAddress> = []
        var services: Set<Offer> = []
        var weight = 1
        var pointers: Set<[String]> = []
        var target: Name?
        var isVersion = false
        var isApex = false
    }

    /// What the labels in front of a zone mean; nil when there is no such name.
    func meaning(_ labels: [String]) -> Meaning? {
        switch labels.last {
        case nil: return Meaning(isApex: true)
        case "svc": return serviceMeaning(Array(labels.dropLast()))
        case "pod": return podMeaning(Array(labels.dropLast()))
        default: break
        }
        if labels == ["dns-version"] { return Meaning(isVersion: true) }
        return serverMeaning(labels)
    }

    private func serverMeaning(_ labels: [String]) -> Meaning? {
        switch labels {
        case []: return Meaning(isApex: true)
        case ["dns"]: return Meaning()
        case ["ns", "dns"]: return Meaning(addresses: Set(nameServers))
        default: return nil
        }
    }

    private func serviceMeaning(_ labels: [String]) -> Meaning? {
        guard let namespace = labels.last else { return Meaning() }
        guard isExposed(namespace) else { return nil }
        if labels.count == 1 { return Meaning() }
        let name = labels[labels.count - 2]
        guard labels.count <= 4, let service = service(name, namespace) else { return nil }
        let prefix = Array(labels.dropLast(2))
        if case .externalName(let text) = service.kind {
            guard prefix.isEmpty, IPAddress(text) == nil, let target = try? Name(text) else {
                return nil
            }
            return Meaning(target: target)
        }
        return meaning(prefix, of: service)
    }

    /// What up to two labels in front of a Service mean.
    private func meaning(_ prefix: [String], of service: Service) -> Meaning? {
        let endpoints = endpoints(of: service)
        var own = endpoints
        if case .clusterIP(let addresses) = service.kind {
            if options.ignoresEmptyServices, endpoints.isEmpty { return nil }
            own = [
                Endpoint(
                    target: [service.metadata.name, service.metadata.namespace, "svc"],
                    addresses: Set(addresses),
                    ports: Set(
                        service.ports.map {
                            Port(
                                name: $0.name,
                                transport: $0.transport.rawValue.lowercased(),
                                number: Int($0.number)
                            )
                        }
                    )
                )
            ]
        } else if endpoints.isEmpty {
            return nil
        }
        switch prefix.count {
        case 0:
            return meaning(own) { _ in true }
        case 1:
            let named = endpoints.filter { $0.target[0] == prefix[0] }
            if !named.isEmpty { return meaning(named) { _ in true } }
            let isWay = own.contains { $0.allPorts.contains { $0.isOver(prefix[0]) } }
            return isWay ? Meaning() : nil
        default:
            return meaning(own) { $0.isNamed(prefix[0]) && $0.isOver(prefix[1]) }
        }
    }

    /// What endpoints mean by those of their ports that are asked for; nil when none is.
    private func meaning(_ endpoints: [Endpoint], where isAsked: (Port) -> Bool) -> Meaning? {
        var meaning = Meaning()
        var pairCount = 0
        var portCount = 0
        for endpoint in endpoints {
            let ports = endpoint.allPorts.filter(isAsked)
            guard !ports.isEmpty else { continue }
            portCount += ports.count
            meaning.addresses.formUnion(endpoint.addresses)
            pairCount += ports.count * endpoint.addresses.count
            for port in ports where port.number > 0 && !endpoint.addresses.isEmpty {
                meaning.services.insert(
                    Meaning.Offer(
                        port: port.number,
                        target: endpoint.target,
                        addresses: endpoint.addresses
                    )
                )
            }
        }
        meaning.weight = max(1, 100 / max(1, pairCount))
        return portCount == 0 ? nil : meaning
    }

    private func podMeaning(_ labels: [String]) -> Meaning? {
        guard let namespace = labels.last else { return Meaning() }
        guard options.podNames != .disabled, isExposed(namespace), labels.count <= 4 else {
            return nil
        }
        if labels.count == 1 { return Meaning() }
        let label = labels[labels.count - 2]
        let isV4 = label.filter { $0 == "-" }.count == 3 && !label.contains("--")
        let text = String(label.map { $0 == "-" ? (isV4 ? "." : ":") : $0 })
        guard let address = IPAddress(text), (address.family == .v4) == isV4 else { return nil }
        guard options.podNames == .insecure || hasPod(address, namespace) else { return nil }
        let target = [label, namespace, "pod"]
        let offer = Meaning.Offer(port: 0, target: target, addresses: [address])
        return Meaning(addresses: [address], services: [offer], weight: 100)
    }

    // MARK: Reverse names

    /// What a name in a reverse zone means; `count` labels stand in front of the zone.
    func reverseMeaning(_ labels: [String], inFront count: Int) -> Meaning? {
        if count == 0 { return Meaning(isApex: true) }
        if let meaning = serverMeaning(Array(labels.prefix(count))) { return meaning }
        var found: Meaning?
        for pointer in pointers where pointer.labels.suffix(labels.count) == labels[...] {
            found = found ?? Meaning()
            if pointer.labels.count == labels.count { found?.pointers.insert(pointer.target) }
        }
        return found
    }

    /// One name that an address leads back to.
    struct Pointer: Sendable {
        /// The labels of the address's reverse name.
        let labels: [String]
        /// The labels of the name that it leads to, as far as `svc`.
        let target: [String]
    }

    /// Every address with the names that it leads back to.
    func findPointers() -> [Pointer] {
        var own: [IPAddress: [String]] = [:]
        for service in shownServices() {
            guard case .clusterIP(let addresses) = service.kind else { continue }
            let name = [service.metadata.name, service.metadata.namespace, "svc"]
            for address in addresses {
                // Of several Services with one address the first by namespace and name.
                let before = own[address]
                if before == nil || (name[1], name[0]) < (before?[1] ?? "", before?[0] ?? "") {
                    own[address] = name
                }
            }
        }
        var found = own.map { Pointer(labels: Self.reverseLabels($0.key), target: $0.value) }
        for endpoint in allEndpoints() {
            for address in endpoint.addresses where own[address] == nil {
                let labels = Self.reverseLabels(address)
                found.append(Pointer(labels: labels, target: endpoint.target))
            }
        }
        return found
    }

    /// The labels of an address's reverse name (RFC 1035 §3.5, RFC 3596 §2.5).
    private static func reverseLabels(_ address: IPAddress) -> [String] {
        let bytes = (0..<address.byteCount).map { address.byte(at: $0) }
        if address.family == .v4 { return bytes.reversed().map { "\($0)" } + ["in-addr", "arpa"] }
        let nibbles = bytes.flatMap { [$0 >> 4, $0 & 15] }
        return nibbles.reversed().map { String($0, radix: 16) } + ["ip6", "arpa"]
    }
}
