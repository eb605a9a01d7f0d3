// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// EndpointSlices that no manifest has.
extension Rows {
    /// The label of a Node that says where it stands.
    private static let zoneLabel = "topology.kubernetes.io/zone"

    /// A slice as the controller would write it.
    mutating func tree(_ slice: ComputedSlice) -> Tree {
        var tree: Tree = ["addressType": .string(slice.family.text)]
        var endpoints: [Tree] = []
        for endpoint in slice.endpoints { endpoints.append(self.tree(endpoint, of: slice)) }
        tree["endpoints"] = .list(endpoints)
        tree["ports"] = .list(
            slice.ports.map { port in
                var tree = Self.tree(port)
                // A slice names its ports even where a Service does not have to.
                tree.fill("name", "")
                return tree
            }
        )
        return tree
    }

    private mutating func tree(_ endpoint: ComputedSlice.Endpoint, of slice: ComputedSlice) -> Tree
    {
        var tree: Tree = ["addresses": [.string(endpoint.address.description)]]
        var conditions: Tree = ["ready": .boolean(endpoint.isReady)]
        // An Endpoints object tells nothing else.
        if !slice.isMirrored {
            conditions["serving"] = .boolean(endpoint.isServing)
            conditions["terminating"] = .boolean(false)
        }
        tree["conditions"] = conditions
        if !endpoint.hostname.isEmpty { tree["hostname"] = .string(endpoint.hostname) }
        if let node = nodeName(of: endpoint, in: slice.metadata.namespace) {
            tree["nodeName"] = .string(node)
            if let zone = zone(of: node) { tree["zone"] = .string(zone) }
        }
        if !endpoint.podName.isEmpty {
            tree["targetRef"] = [
                "kind": "Pod", "name": .string(endpoint.podName),
                "namespace": .string(slice.metadata.namespace),
            ]
        }
        return tree
    }

    /// The Node of an endpoint; nil where it is not known.
    ///
    /// Of a Pod that has its address in a manifest, only that knows the Node.
    private mutating func nodeName(
        of endpoint: ComputedSlice.Endpoint,
        in namespace: String
    ) -> String? {
        guard endpoint.nodeName.isEmpty else { return endpoint.nodeName }
        guard !endpoint.podName.isEmpty else { return nil }
        let known = podItems ?? Self.podItems(contents.pods(in: scope))
        podItems = known
        guard let item = known[namespace]?[endpoint.podName] else { return nil }
        return sources.pod(item)?["spec"]?["nodeName"]?.text
    }

    private static func podItems(
        _ items: [ClusterContents.Item]
    ) -> [String: [String: ClusterContents.Item]] {
        var found: [String: [String: ClusterContents.Item]] = [:]
        for item in items { found[item.namespace, default: [:]][item.name] = item }
        return found
    }

    /// Where a Node stands; nil where that is not known.
    private mutating func zone(of node: String) -> String? {
        let known = zones ?? Self.zones(contents)
        zones = known
        return known[node]
    }

    private static func zones(_ contents: ClusterContents) -> [String: String] {
        var zones: [String: String] = [:]
        for item in contents.nodes() { zones[item.name] = item.metadata.labels[zoneLabel] }
        return zones
    }
}
