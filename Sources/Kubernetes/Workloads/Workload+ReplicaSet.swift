// SPDX-License-Identifier: Apache-2.0

/// The ReplicaSet by way of which a Deployment has its Pods; no manifest has it.
extension Workload {
    /// The label that tells the Pods of one template of a Deployment from those of another.
    package static let templateLabel = "pod-template-hash"

    var replicaSetName: String { PodNames.replicaSet(of: metadata.name, template.contentHash) }

    /// The ReplicaSet as the controller makes it of the template; nil for what is no Deployment.
    package var replicaSet: Workload? {
        guard kind == .deployment else { return nil }
        var made = self
        made.kind = .replicaSet
        made.owner = Owner(kind: kind.name, name: metadata.name)
        made.template.labels[Self.templateLabel] = PodNames.template(template.contentHash)
        made.metadata = Metadata(
            name: replicaSetName,
            namespace: metadata.namespace,
            labels: made.template.labels,
            createdSeconds: metadata.createdSeconds
        )
        return made
    }
}
