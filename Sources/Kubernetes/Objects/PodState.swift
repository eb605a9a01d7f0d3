// SPDX-License-Identifier: Apache-2.0

import YAML

/// What a Pod and its containers are said to do.
///
/// Answers do not depend on it: tables show it, of many Pods at once, and no file is read for them.
package struct PodState: Hashable, Sendable {
    /// How many containers run all the time, sidecars included.
    package var containerCount: Int
    /// How many of them are said to be ready; nil where nothing is said of any.
    package var readyCount: Int?
    /// How often they were started again, all together.
    package var restartCount = 0
    /// `status.phase`; empty for one that runs, and where there is none.
    package var phase = ""
    /// Whether it is being deleted.
    package var isEnding = false

    package init(containerCount: Int = 0) { self.containerCount = containerCount }
}

extension PodState {
    /// The most starts that count for one container.
    private static let maximumRestartCount = Int(Int32.max)

    /// Reads what a Pod's status says of its containers.
    ///
    /// What cannot be read counts for nothing: it is of no use but to be looked at.
    mutating func read(_ status: Fields, of spec: Fields?) {
        var statuses: [YAMLNode] = []
        if let items = status["containerStatuses"]?.items { statuses += items }
        if let items = status["initContainerStatuses"]?.items, let spec {
            let sidecars = Self.sidecars(spec)
            statuses += items.filter { sidecars.contains($0["name"]?.scalar?.text ?? "") }
        }
        guard !statuses.isEmpty else { return }
        containerCount = max(containerCount, statuses.count)
        readyCount = statuses.reduce(0) { $0 + take($1) }
    }

    /// Adds the status of one container; 1 when it is ready.
    private mutating func take(_ status: YAMLNode) -> Int {
        if case .integer(let count) = status["restartCount"]?.scalar?.value {
            restartCount += min(max(0, count), Self.maximumRestartCount)
        }
        return status["ready"]?.scalar?.value == .boolean(true) ? 1 : 0
    }

    /// The names of the init containers that go on beside the others.
    private static func sidecars(_ spec: Fields) -> Set<String> {
        guard let items = spec["initContainers"]?.items else { return [] }
        let sidecars = items.filter { $0["restartPolicy"]?.scalar?.text == "Always" }
        return Set(sidecars.compactMap { $0["name"]?.scalar?.text })
    }
}

extension ObjectWriter {
    /// A byte that says what follows, the number of containers, and that.
    mutating func append(_ state: PodState) {
        var flags = state.readyCount == nil ? 0 : StoredPodState.hasCounts
        if state.isEnding { flags |= StoredPodState.isEnding }
        if !state.phase.isEmpty { flags |= StoredPodState.hasPhase }
        append(flags)
        append(state.containerCount)
        if let ready = state.readyCount {
            append(ready)
            append(state.restartCount)
        }
        if !state.phase.isEmpty { append(state.phase) }
    }
}

extension ObjectReader {
    mutating func podState() -> PodState {
        let flags = byte()
        var state = PodState(containerCount: number())
        state.isEnding = flags & StoredPodState.isEnding != 0
        if flags & StoredPodState.hasCounts != 0 {
            state.readyCount = number()
            state.restartCount = number()
        }
        if flags & StoredPodState.hasPhase != 0 { state.phase = text() }
        return state
    }
}

/// The bits of the byte with which the state of a Pod begins in a `StoredObject`.
private enum StoredPodState {
    static let hasCounts: UInt8 = 1
    static let isEnding: UInt8 = 2
    static let hasPhase: UInt8 = 4
}
