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

    init(_ pod: Pod) {
        let state = pod.state
        let count = state.containerCount
        let readyCount = state.readyCount ?? (pod.isReady && !pod.isFinished ? count : 0)
        ready = "\(readyCount)/\(count)"
        let phase = state.phase.isEmpty ? "Running" : state.phase
        status = state.isEnding ? "Terminating" : phase == "Succeeded" ? "Completed" : phase
        restarts = String(state.restartCount)
        address = pod.addresses.first?.description ?? Service.none
        let nodeName = pod.placement.nodeName
        node = nodeName.isEmpty ? Service.none : nodeName
    }
}
