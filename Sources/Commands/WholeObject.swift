// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// Objects as the API server would show them: as they are written, what was left out filled in.
extension Rows {
    /// The whole object of a row.
    mutating func whole(_ row: Row) -> Tree {
        var tree = body(row)
        tree["apiVersion"] = .string(row.kind.names.version)
        tree["kind"] = .string(row.kind.names.kind)
        var metadata = tree["metadata"] ?? [:]
        metadata["name"] = .string(row.name)
        if row.kind.isNamespaced { metadata.fill("namespace", .string(row.metadata.namespace)) }
        if !row.metadata.labels.isEmpty { metadata["labels"] = Self.tree(row.metadata.labels) }
        tree["metadata"] = metadata
        return tree
    }

    /// What there is to an object besides its name and kind.
    private mutating func body(_ row: Row) -> Tree {
        switch row.substance {
        case .service(let service, let item):
            var tree = sources.tree(of: item) ?? [:]
            var spec = tree["spec"] ?? [:]
            Self.fill(&spec, from: service)
            tree["spec"] = spec
            tree.fill("status", Self.status(of: service))
            return tree
        case .endpoints(let members): return ["subsets": Self.subsets(of: members)]
        case .computedSlice(let slice): return tree(slice)
        case .pod(let pod, let item): return Self.filled(sources.pod(item) ?? [:], from: pod)
        case .slice(_, let item): return sources.tree(of: item) ?? [:]
        case .workload(let workload, let item): return filled(workload, item)
        case .madeReplicaSet(let made, let item): return filledReplicaSet(made, item)
        case .node(let node, let item): return filled(node, item)
        case .namespace(let item):
            var tree = item.flatMap { sources.tree(of: $0) } ?? [:]
            tree.fill(["spec", "finalizers"], ["kubernetes"])
            tree.fill(["status", "phase"], "Active")
            return tree
        }
    }

    /// A Node with the networks that it was given, and what Pods may have of it where that is not
    /// less than all.
    private mutating func filled(_ node: Node, _ item: ClusterContents.Item) -> Tree {
        var tree = sources.tree(of: item) ?? [:]
        let networks = node.podNetworks.map(\.description)
        if let first = networks.first {
            tree.fill(["spec", "podCIDR"], .string(first))
            tree.fill(["spec", "podCIDRs"], Self.list(networks))
        }
        if let capacity = tree["status"]?["capacity"] {
            tree.fill(["status", "allocatable"], capacity)
        }
        return tree
    }

    static func tree(_ texts: [String: String]) -> Tree {
        .map(texts.map { Tree.Pair(key: $0.key, value: .string($0.value)) })
    }

    private static func list(_ texts: [String]) -> Tree { .list(texts.map { .string($0) }) }

    /// Fills in what the API server would.
    private static func fill(_ spec: inout Tree, from service: Service) {
        spec["type"] = .string(service.typeText)
        let terms = service.terms
        spec["sessionAffinity"] = .string(terms.affinitySeconds == nil ? "None" : "ClientIP")
        if let seconds = terms.affinitySeconds {
            spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": .integer(seconds)]]
        }
        let written = spec["ports"]?.items ?? []
        spec["ports"] = .list(
            service.ports.enumerated().map { index, port in
                var tree = index < written.count ? written[index] : [:]
                if !port.name.isEmpty { tree["name"] = .string(port.name) }
                tree["port"] = .integer(Int(port.number))
                tree["protocol"] = .string(port.transport.rawValue)
                if case .number(let number) = port.target {
                    tree["targetPort"] = .integer(Int(number))
                }
                if port.nodePort != 0 { tree["nodePort"] = .integer(Int(port.nodePort)) }
                return tree
            }
        )
        if service.ports.isEmpty { spec["ports"] = nil }
        if service.isAlias { return }
        let addresses = service.addressTexts
        if let first = addresses.first {
            spec["clusterIP"] = .string(first)
            spec["clusterIPs"] = list(addresses)
        }
        spec["ipFamilies"] = list(service.familyTexts)
        spec["ipFamilyPolicy"] = .string(service.familyPolicyText)
        spec["internalTrafficPolicy"] = .string(terms.isInternalTrafficLocal ? "Local" : "Cluster")
        guard case .clusterIP = service.kind, terms.type != .clusterIP else { return }
        spec["externalTrafficPolicy"] = .string(terms.isExternalTrafficLocal ? "Local" : "Cluster")
        if terms.healthCheckPort != 0 {
            spec["healthCheckNodePort"] = .integer(Int(terms.healthCheckPort))
        }
    }

    private static func status(of service: Service) -> Tree {
        let addresses = service.terms.ingressAddresses
        guard !addresses.isEmpty else { return ["loadBalancer": [:]] }
        let ingress = addresses.map { ["ip": .string($0.description)] as Tree }
        return ["loadBalancer": ["ingress": .list(ingress)]]
    }

    /// The endpoints of a Service as an Endpoints object has them, those with the same ports
    /// together.
    private static func subsets(of members: ServiceMembers) -> Tree {
        let ready = Set(members.ready)
        var groups: [[EndpointPort]: [ServiceMembers.Member]] = [:]
        var order: [[EndpointPort]] = []
        for member in members.members {
            if groups[member.ports] == nil { order.append(member.ports) }
            groups[member.ports, default: []].append(member)
        }
        return .list(
            order.map { ports in
                let members = groups[ports] ?? []
                var subset: Tree = [:]
                for (key, isReady) in [("addresses", true), ("notReadyAddresses", false)] {
                    let own = members.filter { ready.contains($0) == isReady }
                    if !own.isEmpty { subset[key] = .list(own.map { Self.tree($0) }) }
                }
                if !ports.isEmpty { subset["ports"] = .list(ports.map(Self.tree)) }
                return subset
            }
        )
    }

    private static func tree(_ member: ServiceMembers.Member) -> Tree {
        var tree: Tree = ["ip": .string(member.address.description)]
        if !member.podName.isEmpty {
            tree["targetRef"] = ["kind": "Pod", "name": .string(member.podName)]
        }
        return tree
    }

    static func tree(_ port: EndpointPort) -> Tree {
        var tree: Tree = [:]
        if !port.name.isEmpty { tree["name"] = .string(port.name) }
        if let number = port.number { tree["port"] = .integer(Int(number)) }
        tree["protocol"] = .string(port.transport.rawValue)
        return tree
    }
}
