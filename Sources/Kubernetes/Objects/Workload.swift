// SPDX-License-Identifier: Apache-2.0

import Wire

/// Who made an object, and takes it away when it goes itself: `metadata.ownerReferences`.
package struct Owner: Hashable, Sendable {
    package var kind: String
    package var name: String

    package init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// On which Nodes a Pod may run.
package struct Placement: Hashable, Sendable {
    /// `nodeName`, the one that was chosen; empty where none was.
    package var nodeName: String
    /// `nodeSelector`, the labels that a Node must carry.
    package var nodeSelector: [String: String]
    /// Whether its addresses are those of its Node.
    package var usesHostNetwork: Bool
    /// Whether a cluster says that it waits for a place: phase `Pending`.
    package var isPending: Bool

    package init(
        nodeName: String = "",
        nodeSelector: [String: String] = [:],
        usesHostNetwork: Bool = false,
        isPending: Bool = false
    ) {
        self.nodeName = nodeName
        self.nodeSelector = nodeSelector
        self.usesHostNetwork = usesHostNetwork
        self.isPending = isPending
    }
}

/// What the Pods of a workload are made after.
package struct PodTemplate: Hashable, Sendable {
    package var labels: [String: String] = [:]
    package var hostname = ""
    package var subdomain = ""
    package var ports: [ContainerPort] = []
    /// How many containers run all the time, as far as they are of use to look at.
    package var containerCount = 1
    /// False where the annotation `apus.dev/ready` says so.
    package var isReady = true
    package var placement = Placement()
    /// A hash of everything that is written in it, whatever the order of its fields: another
    /// template makes other Pods.
    package var contentHash: UInt64 = 0

    package init() {}
}

/// An object that has Pods made: a Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.
package struct Workload: Hashable, Sendable {
    /// The kinds of workload.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case deployment, replicaSet, statefulSet, daemonSet, job

        /// The kind as manifests spell it.
        package var name: String {
            switch self {
            case .deployment: "Deployment"
            case .replicaSet: "ReplicaSet"
            case .statefulSet: "StatefulSet"
            case .daemonSet: "DaemonSet"
            case .job: "Job"
            }
        }

        /// The kind with this name; nil for what makes no Pods.
        package init?(_ name: String) {
            guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = kind
        }
    }

    /// The most Pods of one workload.
    package static let maximumPodCount = 65_536

    package var metadata: Metadata
    package var kind: Kind
    /// How many Pods there are to be, at most `maximumPodCount`.
    ///
    /// Of a DaemonSet it does not count, as it has one on each Node; of a Job that is done it is 0.
    package var podCount: Int
    /// The number of the first Pod of a StatefulSet: `spec.ordinals.start`.
    package var firstOrdinal: Int
    /// Whether the Pods of a Job are told apart by an index: `completionMode: Indexed`.
    package var isIndexed: Bool
    /// The headless Service of a StatefulSet, in which its Pods have their names.
    package var serviceName: String
    /// The workload that it belongs to; nil where it stands alone.
    package var owner: Owner?
    package var template: PodTemplate

    package init(
        metadata: Metadata,
        kind: Kind,
        podCount: Int = 1,
        firstOrdinal: Int = 0,
        isIndexed: Bool = false,
        serviceName: String = "",
        owner: Owner? = nil,
        template: PodTemplate = PodTemplate()
    ) {
        self.metadata = metadata
        self.kind = kind
        self.podCount = podCount
        self.firstOrdinal = firstOrdinal
        self.isIndexed = isIndexed
        self.serviceName = serviceName
        self.owner = owner
        self.template = template
    }
}

/// A Node, on which Pods run.
package struct Node: Hashable, Sendable {
    package var metadata: Metadata
    /// `spec.podCIDRs`, the networks of its Pods, one a family; empty where they are left open.
    package var podNetworks: [AddressNetwork]
    /// Its addresses of type `InternalIP`.
    package var addresses: [IPAddress]
    /// Whether new Pods may come: `spec.unschedulable` is not set.
    package var isSchedulable: Bool

    package init(
        metadata: Metadata,
        podNetworks: [AddressNetwork] = [],
        addresses: [IPAddress] = [],
        isSchedulable: Bool = true
    ) {
        self.metadata = metadata
        self.podNetworks = podNetworks
        self.addresses = addresses
        self.isSchedulable = isSchedulable
    }
}

/// The Pods that were made of one workload: what they share is held once.
package struct PodGroup: Hashable, Sendable {
    /// How labels tell one Pod from the others.
    package enum Numbering: UInt8, Hashable, Sendable {
        /// All have the same labels.
        case none
        /// By its name and its index, as a StatefulSet has it.
        case statefulSet
        /// By its index, as an indexed Job has it.
        case job
    }

    /// One of the Pods.
    package struct Member: Hashable, Sendable {
        /// Empty where there is no Pod, as a manifest has one of its name: then its place and its
        /// addresses are kept for it.
        package var name: String
        /// Its place among those of the workload.
        package var index: Int
        /// Empty where it waits for one.
        package var addresses: [IPAddress]
        /// Where it runs, as an index of the group's Nodes; nil where it waits for one.
        package var node: Int?

        package init(name: String, index: Int, addresses: [IPAddress], node: Int?) {
            self.name = name
            self.index = index
            self.addresses = addresses
            self.node = node
        }
    }

    /// The name and namespace of the workload, and the labels of all Pods.
    package var metadata: Metadata
    package var owner: Owner
    /// The host name of all; where they are numbered, each has its own.
    package var hostname: String
    package var subdomain: String
    package var ports: [ContainerPort]
    /// How many containers each of them has, as far as they are of use to look at.
    package var containerCount: Int
    package var isReady: Bool
    package var numbering: Numbering
    /// The names of the Nodes that they run on.
    package var nodes: [String]
    package var members: [Member]

    package init(
        metadata: Metadata,
        owner: Owner,
        hostname: String,
        subdomain: String,
        ports: [ContainerPort],
        containerCount: Int = 1,
        isReady: Bool,
        numbering: Numbering,
        nodes: [String],
        members: [Member]
    ) {
        self.metadata = metadata
        self.owner = owner
        self.hostname = hostname
        self.subdomain = subdomain
        self.ports = ports
        self.containerCount = containerCount
        self.isReady = isReady
        self.numbering = numbering
        self.nodes = nodes
        self.members = members
    }

    /// The Pods that there are, each whole.
    package var pods: [Pod] { members.lazy.filter { !$0.name.isEmpty }.map(pod) }

    private func pod(_ member: Member) -> Pod {
        var labels = metadata.labels
        var hostname = hostname
        switch numbering {
        case .none: break
        case .statefulSet:
            labels["statefulset.kubernetes.io/pod-name"] = member.name
            labels["apps.kubernetes.io/pod-index"] = String(member.index)
            hostname = member.name
        case .job:
            labels["batch.kubernetes.io/job-completion-index"] = String(member.index)
            hostname = "\(metadata.name)-\(member.index)"
        }
        var pod = Pod(
            metadata: Metadata(
                name: member.name,
                namespace: metadata.namespace,
                labels: labels,
                createdSeconds: metadata.createdSeconds
            ),
            addresses: member.addresses,
            hostname: hostname,
            subdomain: subdomain,
            isReady: isReady,
            isFinished: false,
            ports: ports,
            state: PodState(containerCount: containerCount)
        )
        pod.owner = owner
        if let node = member.node, nodes.indices.contains(node) {
            pod.placement.nodeName = nodes[node]
        }
        return pod
    }
}
