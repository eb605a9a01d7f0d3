// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// A Pod that no manifest has: it was made of a workload.
struct MadePod {
    /// The place of the workload.
    let item: ClusterContents.Item
    private let pod: Pod

    /// The Pod with this name; nil where there is none.
    init?(_ contents: ClusterContents, named name: String, in namespace: String) {
        let found = contents.pods(in: namespace).first { $0.name == name }
        guard let found, case .pod(let pod) = found.object else { return nil }
        item = found
        self.pod = pod
    }

    /// The Pod as it would be written; its containers are those of the workload's template.
    func tree(_ search: ObjectSearch) -> Tree {
        let workload = search.object(in: item.file, at: item.position)
        var tree = Rows.filled(workload?["spec"]?["template"] ?? [:], from: pod)
        tree.set(["metadata", "labels"], Rows.tree(pod.metadata.labels))
        return tree
    }
}
