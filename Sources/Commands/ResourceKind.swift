// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// A kind of object that can be asked for, as kubectl calls it.
enum ResourceKind: CaseIterable, Hashable, Sendable {
    case pod, service, daemonSet, deployment, replicaSet, statefulSet, job
    case endpoints, endpointSlice, namespace, node

    /// What `all` means, in the order in which it is shown.
    static let all: [ResourceKind] = [
        .pod, .service, .daemonSet, .deployment, .replicaSet, .statefulSet, .job,
    ]

    var names: WrittenKind {
        switch self {
        case .pod: WrittenKind("Pod", "pods", ["po"])
        case .service: WrittenKind("Service", "services", ["svc"])
        case .daemonSet: WrittenKind("DaemonSet", "daemonsets", ["ds"], group: "apps")
        case .deployment: WrittenKind("Deployment", "deployments", ["deploy"], group: "apps")
        case .replicaSet: WrittenKind("ReplicaSet", "replicasets", ["rs"], group: "apps")
        case .statefulSet: WrittenKind("StatefulSet", "statefulsets", ["sts"], group: "apps")
        case .job: WrittenKind("Job", "jobs", group: "batch")
        case .endpoints: WrittenKind("Endpoints", "endpoints", ["ep"])
        case .endpointSlice:
            WrittenKind("EndpointSlice", "endpointslices", group: "discovery.k8s.io")
        case .namespace: WrittenKind("Namespace", "namespaces", ["ns"], isNamespaced: false)
        case .node: WrittenKind("Node", "nodes", ["no"], isNamespaced: false)
        }
    }

    var isNamespaced: Bool { names.isNamespaced }

    /// The workloads of this kind; nil for what makes no Pods.
    var workload: Workload.Kind? { Workload.Kind(names.kind) }

    /// The kind with this name, in any case; nil when there is none.
    init?(_ name: some StringProtocol) {
        guard let kind = Self.allCases.first(where: { $0.names.isCalled(name) }) else { return nil }
        self = kind
    }
}

/// The columns of tables.
extension ResourceKind {
    /// The heading of what `Row.createdSeconds` says, among the others.
    static let ageHeading = "AGE"

    /// The headings of what changes as time passes.
    static let passingHeadings: Set<String> = [ageHeading, durationHeading]

    private static let durationHeading = "DURATION"

    /// The headings behind the name.
    var headings: [String] {
        switch self {
        case .service: ["TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", Self.ageHeading]
        case .endpoints: ["ENDPOINTS", Self.ageHeading]
        case .endpointSlice: ["ADDRESSTYPE", "PORTS", "ENDPOINTS", Self.ageHeading]
        case .pod: ["READY", "STATUS", "RESTARTS", Self.ageHeading]
        case .namespace: ["STATUS", Self.ageHeading]
        case .node: ["STATUS", "ROLES", Self.ageHeading, "VERSION"]
        case .deployment: ["READY", "UP-TO-DATE", "AVAILABLE", Self.ageHeading]
        case .replicaSet: ["DESIRED", "CURRENT", "READY", Self.ageHeading]
        case .statefulSet: ["READY", Self.ageHeading]
        case .daemonSet:
            [
                "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR",
                Self.ageHeading,
            ]
        case .job: ["STATUS", "COMPLETIONS", Self.durationHeading, Self.ageHeading]
        }
    }

    /// The headings behind these in a wide table.
    var wideHeadings: [String] {
        switch self {
        case .service: ["SELECTOR"]
        case .pod: ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"]
        case .node:
            ["INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME"]
        case .statefulSet: ["CONTAINERS", "IMAGES"]
        case .deployment, .replicaSet, .daemonSet, .job: ["CONTAINERS", "IMAGES", "SELECTOR"]
        case .endpoints, .endpointSlice, .namespace: []
        }
    }
}
