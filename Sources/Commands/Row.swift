// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// One object that is asked for; what is said about it is looked up when it is shown.
struct Row {
    /// What the object is.
    indirect enum Substance {
        case service(Service, ClusterContents.Item)
        /// The endpoints of a Service.
        case endpoints(ServiceMembers)
        case slice(EndpointSlice, ClusterContents.Item)
        case computedSlice(ComputedSlice)
        /// A Pod, and where it or the workload that it was made of is written.
        case pod(Pod, ClusterContents.Item)
        case workload(Workload, ClusterContents.Item)
        /// A ReplicaSet that was made of a Deployment, and where that is written.
        case madeReplicaSet(Workload, ClusterContents.Item)
        case node(Node, ClusterContents.Item)
        /// A namespace; written nowhere where only others live in it.
        case namespace(ClusterContents.Item?)
    }

    let kind: ResourceKind
    let metadata: Metadata
    let substance: Substance

    init(_ kind: ResourceKind, _ metadata: Metadata, _ substance: Substance) {
        self.kind = kind
        self.metadata = metadata
        self.substance = substance
    }

    var name: String { metadata.name }

    /// What tells it from all others of its kind.
    var subject: String { "\(metadata.namespace)/\(metadata.name)" }
}
