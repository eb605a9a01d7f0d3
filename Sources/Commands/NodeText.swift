// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// What a Node looks like in a column.
struct NodeText {
    private static let rolePrefix = "node-role.kubernetes.io/"
    private static let roleLabel = "kubernetes.io/role"

    let status: String
    let roles: String
    let version: String
    let wideCells: [String]

    /// `tree`: the Node as it is written; nil where no manifest has it.
    init(_ node: Node, _ tree: Tree?) {
        let written = tree?["status"]
        let conditions = written?["conditions"]?.items ?? []
        let ready = conditions.first { $0["type"]?.text == "Ready" }?["status"]?.text
        // As with Pods: one without conditions is as well as can be.
        let isReady = conditions.isEmpty || ready == "True"
        let state = isReady ? "Ready" : ready == nil ? "Unknown" : "NotReady"
        status = node.isSchedulable ? state : state + ",SchedulingDisabled"
        roles = Self.roles(node.metadata.labels)
        let system = written?["nodeInfo"]
        func told(_ key: String) -> String { system?[key]?.text ?? Ages.unknown }
        func address(_ type: String) -> String {
            let addresses = written?["addresses"]?.items ?? []
            return addresses.first { $0["type"]?.text == type }?["address"]?.text ?? Service.none
        }
        version = told("kubeletVersion")
        wideCells = [
            address("InternalIP"), address("ExternalIP"), told("osImage"), told("kernelVersion"),
            told("containerRuntimeVersion"),
        ]
    }

    private static func roles(_ labels: [String: String]) -> String {
        var roles: Set<String> = []
        for (label, value) in labels {
            let role = label.hasPrefix(rolePrefix) ? String(label.dropFirst(rolePrefix.count)) : ""
            if !role.isEmpty { roles.insert(role) }
            if label == roleLabel, !value.isEmpty { roles.insert(value) }
        }
        return roles.isEmpty ? Service.none : roles.sorted().joined(separator: ",")
    }
}
