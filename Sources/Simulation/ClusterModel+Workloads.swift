// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// The Pods that workloads have, where each runs on Nodes of its own with one address each.
extension ClusterModel {
    /// The Pods of all workloads among some objects.
    static func pods(ofWorkloadsIn objects: [ClusterObject]) -> [ClusterObject] {
        let nodes = objects.compactMap { object in
            if case .node(let node) = object { node } else { nil }
        }
        return objects.flatMap { object in
            guard case .workload(let workload) = object else { return [ClusterObject]() }
            let suiting = nodes.filter { node in
                workload.template.placement.nodeSelector.allSatisfy {
                    node.metadata.labels[$0.key] == $0.value
                }
            }
            let isEverywhere = workload.kind == .daemonSet
            let used = suiting.prefix(isEverywhere ? suiting.count : workload.podCount)
            return used.compactMap(\.podAddress).map { .pod(pod(of: workload, $0)) }
        }
    }

    private static func pod(of workload: Workload, _ address: IPAddress) -> Pod {
        let template = workload.template
        let isNumbered = workload.kind == .statefulSet
        let name = "\(workload.metadata.name)-0"
        return Pod(
            metadata: Metadata(
                name: isNumbered ? name : "",
                namespace: workload.metadata.namespace,
                labels: template.labels
            ),
            addresses: [address],
            hostname: isNumbered ? name : template.hostname,
            subdomain: isNumbered ? workload.serviceName : template.subdomain,
            isReady: template.isReady,
            isFinished: false,
            ports: template.ports
        )
    }
}
