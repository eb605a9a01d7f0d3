// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// The Pods of the workloads of some namespaces, counted.
///
/// A workload has the Pods that were made of it; where a cluster made them, those that it owns.
struct WorkloadBook {
    /// How many Pods a workload has.
    struct Counts: Hashable {
        var all = 0
        var ready = 0

        fileprivate mutating func add(_ pod: Pod) {
            guard !pod.isFinished else { return }
            all += 1
            if pod.isReady { ready += 1 }
        }
    }

    /// One object of a kind.
    private struct Place: Hashable {
        let kind: String
        let namespace: String
        let name: String

        init(_ kind: String, _ namespace: String, _ name: String) {
            self.kind = kind
            self.namespace = namespace
            self.name = name
        }
    }

    /// By the place where the workload is written.
    private var made: [ClusterContents.Place: Counts] = [:]
    private var owned: [Place: Counts] = [:]
    /// The workloads that others belong to.
    private var owners: Set<Place> = []

    init(_ contents: ClusterContents, in namespace: String?) {
        // A Deployment has its Pods by way of ReplicaSets.
        var owners: [Place: Place] = [:]
        for item in contents.items(.workload, in: namespace) {
            guard case .workload(let workload) = item.object, let owner = workload.owner else {
                continue
            }
            let own = Place(workload.kind.name, item.namespace, item.name)
            let above = Place(owner.kind, item.namespace, owner.name)
            owners[own] = above
            self.owners.insert(above)
        }
        for item in contents.pods(in: namespace) {
            guard case .pod(let pod) = item.object, let owner = pod.owner else { continue }
            made[item.place, default: Counts()].add(pod)
            let place = Place(owner.kind, item.namespace, owner.name)
            owned[place, default: Counts()].add(pod)
            if let above = owners[place] { owned[above, default: Counts()].add(pod) }
        }
    }

    /// Whether the Pods of a Deployment, or that it is to have none, come of a ReplicaSet that was
    /// made here.
    func makesReplicaSet(_ deployment: Workload, _ item: ClusterContents.Item) -> Bool {
        let place = Place(deployment.kind.name, item.namespace, item.name)
        guard !owners.contains(place) else { return false }
        return made[item.place] != nil || deployment.podCount == 0 && owned[place] == nil
    }

    /// How many Pods a workload has; `item`: the same, and where it is written.
    func counts(of workload: Workload, _ item: ClusterContents.Item) -> Counts {
        let place = Place(workload.kind.name, item.namespace, item.name)
        return made[item.place] ?? owned[place] ?? Counts()
    }
}
