// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// What a Pod looks like in a column.
struct PodText {
    let ready: String
    let status: String
    let restarts: String
    let address: String
    let node: String

    /// `tree`: the Pod as it is written, or its template; nil where that cannot be had.
    init(_ pod: Pod, _ tree: Tree?) {
        let states = tree?["status"]?["containerStatuses"]?.items ?? []
        let count = max(tree?["spec"]?["containers"]?.items.count ?? 0, states.count)
        let readyCount =
            states.isEmpty
            ? (pod.isReady && !pod.isFinished ? count : 0)
            : states.count { $0["ready"] == .boolean(true) }
        ready = tree == nil ? "-" : "\(readyCount)/\(count)"
        let phase = tree?["status"]?["phase"]?.text ?? "Running"
        let isEnding = tree?["metadata"]?["deletionTimestamp"] != nil
        status = isEnding ? "Terminating" : phase == "Succeeded" ? "Completed" : phase
        restarts = String(
            states.reduce(0) { sum, state in
                guard case .integer(let count) = state["restartCount"] else { return sum }
                return sum.addingReportingOverflow(count).overflow ? .max : sum + count
            }
        )
        address = pod.addresses.first?.description ?? Service.none
        // Of a Pod that has its address in a manifest, only that knows the Node.
        let nodeName = pod.placement.nodeName
        let written = tree?["spec"]?["nodeName"]?.text ?? Service.none
        node = nodeName.isEmpty ? written : nodeName
    }
}
