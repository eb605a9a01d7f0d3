// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// Workloads as the API server would show them.
extension Rows {
    /// A workload as it is written, what was left out filled in, with the Pods that there are.
    mutating func filled(_ workload: Workload, _ item: ClusterContents.Item) -> Tree {
        var tree = sources.tree(of: item) ?? [:]
        let kind = workload.kind
        for (path, value) in Self.defaults(of: kind, tree["spec"]) { tree.fill(path, value) }
        var template = tree["spec"]?["template"]?["spec"] ?? [:]
        template.fillPodSpec()
        tree.set(["spec", "template", "spec"], template)
        guard tree["status"] == nil, kind != .job else { return tree }
        let counts = podCounts(of: workload, item)
        tree["status"] = Self.status(of: kind, counts)
        return tree
    }

    /// A ReplicaSet that was made of a Deployment.
    mutating func filledReplicaSet(_ made: Workload, _ item: ClusterContents.Item) -> Tree {
        var tree = Self.tree(made, of: filled(made, item))
        tree["status"] = Self.status(of: .replicaSet, podCounts(of: made, item))
        guard let owner = made.owner else { return tree }
        let replicas = "\(made.podCount)"
        tree["metadata"] = [
            "annotations": [
                "deployment.kubernetes.io/desired-replicas": .string(replicas),
                "deployment.kubernetes.io/revision": "1",
            ],
            "ownerReferences": [Self.tree(owner)],
        ]
        return tree
    }

    /// What a ReplicaSet takes over of its Deployment as that is written.
    static func tree(_ made: Workload, of deployment: Tree) -> Tree {
        var spec: Tree = ["replicas": .integer(made.podCount)]
        let written = deployment["spec"]
        spec["selector"] = written?["selector"] ?? [:]
        spec["template"] = written?["template"] ?? [:]
        let hash = made.template.labels[Workload.templateLabel] ?? ""
        for path in [["selector", "matchLabels"], ["template", "metadata", "labels"]] {
            spec.fill(path + [Workload.templateLabel], .string(hash))
        }
        return ["spec": spec]
    }

    /// What stands in fields that are left out.
    private static func defaults(of kind: Workload.Kind, _ spec: Tree?) -> [([String], Tree)] {
        switch kind {
        case .deployment:
            let rolling: [([String], Tree)] = [
                (["spec", "strategy", "rollingUpdate", "maxSurge"], "25%"),
                (["spec", "strategy", "rollingUpdate", "maxUnavailable"], "25%"),
            ]
            let isRolling = spec?["strategy"]?["type"]?.text ?? "RollingUpdate" == "RollingUpdate"
            return [
                (["spec", "replicas"], 1), (["spec", "revisionHistoryLimit"], 10),
                (["spec", "progressDeadlineSeconds"], 600),
                (["spec", "strategy", "type"], "RollingUpdate"),
            ] + (isRolling ? rolling : [])
        case .replicaSet: return [(["spec", "replicas"], 1)]
        case .statefulSet: return statefulSetDefaults(spec)
        case .daemonSet:
            let update = spec?["updateStrategy"]
            let isRolling = update?["type"]?.text ?? "RollingUpdate" == "RollingUpdate"
            let rolling: [([String], Tree)] = [
                (["spec", "updateStrategy", "rollingUpdate", "maxSurge"], 0),
                (["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"], 1),
            ]
            return [
                (["spec", "revisionHistoryLimit"], 10),
                (["spec", "updateStrategy", "type"], "RollingUpdate"),
            ] + (isRolling ? rolling : [])
        case .job: return jobDefaults(spec)
        }
    }

    private static func statefulSetDefaults(_ spec: Tree?) -> [([String], Tree)] {
        let type = spec?["updateStrategy"]?["type"]?.text ?? "RollingUpdate"
        let rolling: [([String], Tree)] = [
            (["spec", "updateStrategy", "rollingUpdate", "partition"], 0)
        ]
        return [
            (["spec", "replicas"], 1), (["spec", "revisionHistoryLimit"], 10),
            (["spec", "podManagementPolicy"], "OrderedReady"),
            (["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"], "Retain"),
            (["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"], "Retain"),
            (["spec", "updateStrategy", "type"], "RollingUpdate"),
        ] + (type == "RollingUpdate" ? rolling : [])
    }

    private static func jobDefaults(_ spec: Tree?) -> [([String], Tree)] {
        var defaults: [([String], Tree)] = [
            (["spec", "parallelism"], 1), (["spec", "completionMode"], "NonIndexed"),
            (["spec", "suspend"], .boolean(false)), (["spec", "manualSelector"], .boolean(false)),
            (
                ["spec", "backoffLimit"],
                .integer(spec?["backoffLimitPerIndex"] == nil ? 6 : Int(Int32.max))
            ),
            (
                ["spec", "podReplacementPolicy"],
                spec?["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"
            ),
        ]
        // One that says how many run at once, and no more, is a queue of work.
        if spec?["parallelism"] == nil { defaults.append((["spec", "completions"], 1)) }
        return defaults
    }

    /// What there is of the Pods of a workload; without zeros but for those that the API server
    /// writes, too.
    private static func status(of kind: Workload.Kind, _ counts: WorkloadBook.Counts) -> Tree {
        let (all, ready) = (counts.all, counts.ready)
        var status: Tree = [:]
        for key in requiredCounts(of: kind) { status[key] = 0 }
        let found: [(String, Int)] =
            switch kind {
            case .deployment:
                [
                    ("replicas", all), ("updatedReplicas", all), ("readyReplicas", ready),
                    ("availableReplicas", ready),
                ]
            case .replicaSet:
                [
                    ("replicas", all), ("fullyLabeledReplicas", all), ("readyReplicas", ready),
                    ("availableReplicas", ready),
                ]
            case .statefulSet:
                [
                    ("replicas", all), ("currentReplicas", all), ("updatedReplicas", all),
                    ("readyReplicas", ready), ("availableReplicas", ready),
                ]
            case .daemonSet:
                [
                    ("desiredNumberScheduled", all), ("currentNumberScheduled", all),
                    ("updatedNumberScheduled", all), ("numberReady", ready),
                    ("numberAvailable", ready),
                ]
            case .job: []
            }
        for (key, count) in found where count > 0 { status[key] = .integer(count) }
        return status
    }

    /// The counts that a status has even when they are zero.
    private static func requiredCounts(of kind: Workload.Kind) -> [String] {
        switch kind {
        case .deployment, .job: []
        case .replicaSet: ["replicas"]
        case .statefulSet: ["replicas", "availableReplicas"]
        case .daemonSet:
            [
                "desiredNumberScheduled", "currentNumberScheduled", "numberReady",
                "numberMisscheduled",
            ]
        }
    }
}
