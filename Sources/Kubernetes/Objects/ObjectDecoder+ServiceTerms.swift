// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension ObjectDecoder {
    private static let policies = ["Cluster", "Local"]
    private static let affinities = ["ClientIP", "None"]
    private static let distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"]
    private static let familyNames = ["IPv4", "IPv6"]

    /// Reads how a Service is reached, by the rules of the API server's validation.
    ///
    /// `addresses` are those that it wants for itself.
    mutating func serviceTerms(
        _ spec: Fields,
        _ kind: Service.Kind,
        type: String
    ) -> ServiceTerms {
        var terms = ServiceTerms()
        terms.type = ServiceType.allCases.first { $0.name == type } ?? .clusterIP
        if case .externalName = kind {
            for name in ["ipFamilies", "ipFamilyPolicy"] {
                reader.forbid(name, in: spec, "may not be set for ExternalName services")
            }
        } else {
            readFamilies(spec, kind, &terms)
        }
        readAffinity(spec, &terms)
        readTrafficPolicies(spec, type: type, &terms)
        readLoadBalancer(spec, type: type, &terms)
        return terms
    }

    // MARK: Families

    private mutating func readFamilies(
        _ spec: Fields,
        _ kind: Service.Kind,
        _ terms: inout ServiceTerms
    ) {
        let items = reader.items("ipFamilies", in: spec)
        if items.count > 2 {
            let path = reader.path(of: spec.node, to: "ipFamilies")
            reader.refuse(
                "\(path): Too many: \(items.count): must have at most 2 items",
                at: items[2].position
            )
        }
        for item in items.prefix(2) {
            guard let name = reader.string(item) else { continue }
            guard Self.familyNames.contains(name) else {
                reader.unsupported(item, Self.familyNames)
                continue
            }
            let family: IPAddress.Family = name == "IPv4" ? .v4 : .v6
            guard !terms.families.contains(family) else {
                reader.duplicate(item)
                continue
            }
            terms.families.append(family)
        }
        terms.familyPolicy = reader.choice(
            "ipFamilyPolicy",
            in: spec,
            of: FamilyPolicy.allCases.map(\.rawValue)
        ).flatMap(FamilyPolicy.init(rawValue:))
        checkFamilies(spec, kind, terms)
    }

    /// Compares families, policy and addresses with each other.
    private mutating func checkFamilies(
        _ spec: Fields,
        _ kind: Service.Kind,
        _ terms: ServiceTerms
    ) {
        guard !reader.isBroken else { return }
        var addresses: [IPAddress] = []
        if case .clusterIP(let written) = kind { addresses = written }
        for (index, pair) in zip(addresses, terms.families).enumerated()
        where pair.0.family != pair.1 {
            let nodes = reader.items("clusterIPs", in: spec)
            let list = reader.path(of: spec.node, to: "clusterIPs")
            let family = pair.1 == .v4 ? "IPv4" : "IPv6"
            reader.refuse(
                "\(list)[\(index)]: Invalid value: \(FieldReader.quoted(pair.0.description)): "
                    + "expected an \(family) value as indicated by `ipFamilies[\(index)]`",
                at: (index < nodes.count ? nodes[index] : spec["clusterIP"])?.position
                    ?? spec.position
            )
        }
        guard terms.familyPolicy == .singleStack, let node = spec["ipFamilyPolicy"] else { return }
        let plural = terms.families.count > 1 ? "ipFamilies" : "clusterIPs"
        guard terms.families.count > 1 || addresses.count > 1 else { return }
        reader.invalid(
            node,
            because: "must be RequireDualStack or PreferDualStack when multiple '\(plural)' are "
                + "specified"
        )
    }

    // MARK: Traffic

    private mutating func readAffinity(_ spec: Fields, _ terms: inout ServiceTerms) {
        let isByClient =
            reader.choice("sessionAffinity", in: spec, of: Self.affinities) == "ClientIP"
        guard isByClient else {
            let reason = "must not be set when session affinity is None"
            reader.forbid("sessionAffinityConfig", in: spec, reason)
            return
        }
        terms.affinitySeconds = ServiceTerms.defaultAffinitySeconds
        guard let settings = reader.fields("sessionAffinityConfig", in: spec) else { return }
        reader.checkNames(of: settings, known: KnownFields.affinityConfig)
        guard let client = reader.fields("clientIP", in: settings) else { return }
        reader.checkNames(of: client, known: KnownFields.clientAffinity)
        guard let node = client["timeoutSeconds"], let seconds = reader.integer(node) else {
            return
        }
        let limit = ServiceTerms.maximumAffinitySeconds
        guard (1...limit).contains(seconds) else {
            reader.invalid(node, because: "must be greater than 0 and less than \(limit)")
            return
        }
        terms.affinitySeconds = seconds
    }

    private mutating func readTrafficPolicies(
        _ spec: Fields,
        type: String,
        _ terms: inout ServiceTerms
    ) {
        for item in reader.items("externalIPs", in: spec) {
            guard let address = reader.reachableAddress(item) else { continue }
            terms.externalAddresses.append(address)
        }
        let external = reader.choice("externalTrafficPolicy", in: spec, of: Self.policies)
        let isReachable =
            type == "NodePort" || type == "LoadBalancer"
            || type == "ClusterIP" && !terms.externalAddresses.isEmpty
        if external != nil, !isReachable, let node = spec["externalTrafficPolicy"] {
            reader.invalid(node, because: "may only be set for externally-accessible services")
        }
        terms.isExternalTrafficLocal = external == "Local"
        let inner = reader.choice("internalTrafficPolicy", in: spec, of: Self.policies)
        terms.isInternalTrafficLocal = inner == "Local"
        _ = reader.choice("trafficDistribution", in: spec, of: Self.distributions)
    }

    // MARK: Load balancers

    private mutating func readLoadBalancer(
        _ spec: Fields,
        type: String,
        _ terms: inout ServiceTerms
    ) {
        if type != "LoadBalancer" {
            let reason = "may only be used when `type` is 'LoadBalancer'"
            for name in [
                "allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerSourceRanges",
            ] {
                reader.forbid(name, in: spec, reason)
            }
        }
        let isAllocating = reader.boolean("allocateLoadBalancerNodePorts", in: spec) ?? true
        terms.allocatesNodePorts = isAllocating
        terms.loadBalancerClass = reader.name("loadBalancerClass", in: spec, .labelKey) ?? ""
        if let node = spec["loadBalancerIP"] { terms.loadBalancerAddress = reader.address(node) }
        for item in reader.items("loadBalancerSourceRanges", in: spec) {
            _ = reader.network(item)
        }
        guard let node = spec["healthCheckNodePort"], node.scalar?.value != .integer(0) else {
            return
        }
        guard type == "LoadBalancer", terms.isExternalTrafficLocal else {
            reader.forbid(
                "healthCheckNodePort",
                in: spec,
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is "
                    + "'Local'"
            )
            return
        }
        terms.healthCheckPort = reader.port(node) ?? 0
    }

    /// The addresses that a load balancer has, as a dump of a living cluster tells them.
    mutating func ingressAddresses(_ object: Fields) -> [IPAddress] {
        guard let status = reader.fields("status", in: object),
            let balancer = reader.fields("loadBalancer", in: status)
        else { return [] }
        var addresses: [IPAddress] = []
        for fields in reader.elements("ingress", in: balancer) {
            if let address = fields["ip"].flatMap({ reader.address($0) }) {
                addresses.append(address)
            }
        }
        return addresses
    }
}
