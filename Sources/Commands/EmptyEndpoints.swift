// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// Why nobody answers for a Service.
struct EmptyEndpoints {
    /// The most Pods that are named.
    private static let maximumPodCount = 3

    private(set) var lines: [String] = []

    /// `pods`: all of its namespace.
    init(_ service: Service, _ members: ServiceMembers, _ pods: [Pod]) {
        if service.isAlias { return }
        guard members.ready.isEmpty else { return }
        if !members.members.isEmpty {
            let names = members.members.map { $0.podName.isEmpty ? "\($0.address)" : $0.podName }
            lines.append("not ready: \(Self.some(names))")
            return
        }
        guard !members.areWritten else {
            lines.append("its EndpointSlices or Endpoints name none; they count, not its selector")
            return
        }
        guard !service.selector.isEmpty else {
            lines.append("it has no selector, and no EndpointSlice or Endpoints names it")
            return
        }
        let selected = pods.filter(service.selects)
        guard selected.isEmpty else {
            explain(selected, service)
            return
        }
        explainLabels(service, pods)
    }

    /// Pods are selected, and none of them is an endpoint.
    private mutating func explain(_ pods: [Pod], _ service: Service) {
        let finished = pods.filter(\.isFinished).map(\.metadata.name)
        if !finished.isEmpty { lines.append("finished or being deleted: \(Self.some(finished))") }
        let homeless = pods.filter { !$0.isFinished && $0.addresses.isEmpty }.map(\.metadata.name)
        if !homeless.isEmpty { lines.append("without an address: \(Self.some(homeless))") }
        let others = pods.filter { !$0.isFinished && !$0.addresses.isEmpty }.map(\.metadata.name)
        if !others.isEmpty { lines.append("of another address family: \(Self.some(others))") }
    }

    /// No Pod has all the labels.
    private mutating func explainLabels(_ service: Service, _ pods: [Pod]) {
        let namespace = service.metadata.namespace
        guard !pods.isEmpty else {
            lines.append("namespace \(namespace) has no Pods")
            return
        }
        let wanted = service.selector.sorted { $0.key < $1.key }
        for (key, value) in wanted where !pods.contains(where: { $0.metadata.labels[key] == value })
        {
            let others = Set(pods.compactMap { $0.metadata.labels[key] }).sorted()
            let text = "no Pod of namespace \(namespace) has the label \(key)=\(value)"
            lines.append(
                others.isEmpty
                    ? text + ", nor any label \(key)"
                    : text + "; there is " + Self.some(others.map { "\(key)=\($0)" })
            )
        }
        if lines.isEmpty {
            lines.append("no Pod of namespace \(namespace) has all of \(service.selectorText)")
        }
        let nearest = Self.nearest(service, pods)
        if !nearest.isEmpty { lines.append("nearest: \(Self.some(nearest))") }
    }

    /// The Pods with most of the labels, or else with a label that is nearly one of them.
    private static func nearest(_ service: Service, _ pods: [Pod]) -> [String] {
        func score(_ pod: Pod) -> Int {
            service.selector.reduce(0) { sum, wanted in
                guard let value = pod.metadata.labels[wanted.key] else { return sum }
                return sum + (value == wanted.value ? 2 : 1)
            }
        }
        let best = pods.map(score).max() ?? 0
        guard best > 0 else { return [] }
        return pods.filter { score($0) == best }.map {
            "\($0.metadata.name) (\($0.metadata.labels.labelText))"
        }
    }

    /// The first of some texts, and how many more there are.
    private static func some(_ texts: [String]) -> String {
        let shown = texts.prefix(maximumPodCount).joined(separator: ", ")
        let rest = texts.count - maximumPodCount
        return rest > 0 ? "\(shown) and \(rest) more" : shown
    }
}
