// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// Pods as a cluster would show them.
extension Rows {
    /// A Pod as it is written, or its template, with what the Pod was given.
    static func filled(_ written: Tree, from pod: Pod) -> Tree {
        var tree = written
        if let owner = pod.owner { tree.fill(["metadata", "ownerReferences"], [Self.tree(owner)]) }
        let texts = [
            ("nodeName", pod.placement.nodeName), ("hostname", pod.hostname),
            ("subdomain", pod.subdomain),
        ]
        for (key, text) in texts where !text.isEmpty { tree.fill(["spec", key], .string(text)) }
        var spec = tree["spec"] ?? [:]
        spec.fillPod()
        tree["spec"] = spec
        if let first = pod.addresses.first {
            let addresses = pod.addresses.map { ["ip": .string($0.description)] as Tree }
            tree.fill(["status", "podIP"], .string(first.description))
            tree.fill(["status", "podIPs"], .list(addresses))
        }
        guard written["status"] == nil else { return tree }
        let isReady: Tree = pod.isReady ? "True" : "False"
        tree.fill(["status", "conditions"], [["status": isReady, "type": "Ready"]])
        tree.fill(["status", "phase"], pod.addresses.isEmpty ? "Pending" : "Running")
        return tree
    }

    static func tree(_ owner: Owner) -> Tree {
        var tree: Tree = ["controller": .boolean(true)]
        tree["kind"] = .string(owner.kind)
        tree["name"] = .string(owner.name)
        if let kind = ResourceKind(owner.kind) { tree["apiVersion"] = .string(kind.names.version) }
        return tree
    }
}
