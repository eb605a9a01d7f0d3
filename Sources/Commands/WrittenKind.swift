// SPDX-License-Identifier: Apache-2.0

/// A kind of object as manifests have it, known by what kubectl calls it.
struct WrittenKind: Hashable, Sendable {
    /// The name in manifests.
    let kind: String
    /// What comes behind the plural in names of objects: empty for the core group.
    let group: String
    let plural: String
    let short: [String]
    let isNamespaced: Bool

    private init(
        _ kind: String,
        _ plural: String,
        _ short: [String] = [],
        group: String = "",
        isNamespaced: Bool = true
    ) {
        self.kind = kind
        self.group = group
        self.plural = plural
        self.short = short
        self.isNamespaced = isNamespaced
    }

    static let all = [
        WrittenKind("Service", "services", ["svc"]), WrittenKind("Pod", "pods", ["po"]),
        WrittenKind("Deployment", "deployments", ["deploy"], group: "apps"),
        WrittenKind("ReplicaSet", "replicasets", ["rs"], group: "apps"),
        WrittenKind("StatefulSet", "statefulsets", ["sts"], group: "apps"),
        WrittenKind("DaemonSet", "daemonsets", ["ds"], group: "apps"),
        WrittenKind("Job", "jobs", group: "batch"),
        WrittenKind("Endpoints", "endpoints", ["ep"]),
        WrittenKind("EndpointSlice", "endpointslices", group: "discovery.k8s.io"),
        WrittenKind("Namespace", "namespaces", ["ns"], isNamespaced: false),
        WrittenKind("Node", "nodes", ["no"], isNamespaced: false),
        WrittenKind("ConfigMap", "configmaps", ["cm"]),
    ]

    /// The name of the kind in front of an object's name: `deployment.apps`.
    var prefix: String {
        let singular = kind.lowercased()
        return group.isEmpty ? singular : "\(singular).\(group)"
    }

    /// The plural with its group, as messages have it: `deployments.apps`.
    var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The kind with its group, as some messages have it: `StatefulSet.apps`.
    var kindAndGroup: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// The kind with this name, in any case.
    static func named(_ name: some StringProtocol) throws(CommandMistake) -> WrittenKind {
        let text = name.lowercased()
        let found = all.first { kind in
            [kind.plural, kind.kind.lowercased(), kind.qualified, kind.prefix].contains(text)
                || kind.short.contains(text)
        }
        guard let found else {
            throw CommandMistake("error: the server doesn't have a resource type \"\(name)\"")
        }
        return found
    }

    /// Reads `KIND NAME` or `KIND/NAME`; `usage`: what is said where that is not there.
    static func object(
        _ words: [String],
        usage: String
    ) throws(CommandMistake) -> (kind: WrittenKind, name: String) {
        let parts =
            words.count == 1
            ? words[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            : words
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains("/") }) else {
            throw CommandMistake("error: one object is wanted, as in '\(usage)'")
        }
        return (try named(parts[0]), parts[1])
    }
}
