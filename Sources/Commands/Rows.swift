// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// Finds the objects that tables are made of.
struct Rows {
    let contents: ClusterContents
    /// The namespace that is looked into; nil for all.
    let scope: String?
    /// The objects as they are written.
    var sources: ObjectSources
    /// The Pods of all workloads; nil until they are asked for.
    private var workloadBook: WorkloadBook?
    /// Where Nodes stand, by their names; nil until it is asked for.
    var zones: [String: String]?
    /// Where Pods are written, by namespace and name; nil until it is asked for.
    var podItems: [String: [String: ClusterContents.Item]]?
    /// Whether the labels and selectors of Services are looked at.
    var readsLabels = true

    init(_ contents: ClusterContents, in scope: String?, _ sources: ObjectSources) {
        self.contents = contents
        self.scope = scope
        self.sources = sources
    }

    /// How many Pods a workload has.
    mutating func podCounts(
        of workload: Workload,
        _ item: ClusterContents.Item
    ) -> WorkloadBook.Counts {
        book().counts(of: workload, item)
    }

    /// Whether a Deployment has its Pods by way of a ReplicaSet that no manifest has.
    private mutating func makesReplicaSet(
        _ deployment: Workload,
        _ item: ClusterContents.Item
    ) -> Bool {
        book().makesReplicaSet(deployment, item)
    }

    private mutating func book() -> WorkloadBook {
        let book = workloadBook ?? WorkloadBook(contents, in: scope)
        workloadBook = book
        return book
    }

    /// All objects of a kind in the namespace that is looked into; sorted by namespace and name.
    mutating func rows(of kind: ResourceKind) -> [Row] {
        var rows: [Row] = []
        visit(kind) { rows.append($0) }
        return rows
    }

    /// Shows all objects of a kind, one after the other, in the order of `rows`.
    mutating func visit(_ kind: ResourceKind, _ body: (Row) -> Void) {
        switch kind {
        case .service: visitServices(body)
        case .endpoints: visitEndpoints(body)
        case .endpointSlice: visitSlices(body)
        case .pod: visitPods(body)
        case .namespace: namespaceRows().forEach(body)
        case .node: nodeRows().forEach(body)
        case .deployment, .replicaSet, .statefulSet, .daemonSet, .job:
            workloadRows(kind).forEach(body)
        }
    }

    private func visitServices(_ body: (Row) -> Void) {
        for item in contents.services(in: scope) {
            guard case .service(let service) = item.object(withLabels: readsLabels) else {
                continue
            }
            body(Row(.service, service.metadata, .service(service, item)))
        }
    }

    private func visitBooks(_ body: (MemberBook) -> Void) {
        let services = contents.services(in: scope)
        MemberBook.visit(contents, in: scope, of: services, withLabels: readsLabels, body)
    }

    /// One row for each Service that has endpoints or could have some.
    private func visitEndpoints(_ body: (Row) -> Void) {
        visitBooks { book in
            for entry in book.services where !entry.service.isAlias {
                let found = book.members(of: entry.service)
                if found.members.isEmpty, entry.service.selector.isEmpty { continue }
                body(Row(.endpoints, entry.service.metadata, .endpoints(found)))
            }
        }
    }

    /// The slices that are written, and those that would be made.
    private func visitSlices(_ body: (Row) -> Void) {
        visitBooks { book in
            var rows = book.writtenSlices.map { written in
                Row(.endpointSlice, written.slice.metadata, .slice(written.slice, written.item))
            }
            let writtenCount = rows.count
            for entry in book.services {
                rows += book.computedSlices(of: entry.service).map {
                    Row(.endpointSlice, $0.metadata, .computedSlice($0))
                }
            }
            if rows.count > writtenCount { rows.sort { $0.name < $1.name } }
            rows.forEach(body)
        }
    }

    private func visitPods(_ body: (Row) -> Void) {
        for item in contents.pods(in: scope) {
            guard case .pod(let pod) = item.object else { continue }
            body(Row(.pod, pod.metadata, .pod(pod, item)))
        }
    }

    private mutating func workloadRows(_ kind: ResourceKind) -> [Row] {
        var rows: [Row] = []
        for item in contents.items(.workload, in: scope) {
            guard case .workload(let workload) = item.object else { continue }
            if workload.kind == kind.workload {
                rows.append(Row(kind, workload.metadata, .workload(workload, item)))
            } else if kind == .replicaSet, let made = workload.replicaSet,
                makesReplicaSet(workload, item)
            {
                rows.append(Row(kind, made.metadata, .madeReplicaSet(made, item)))
            }
        }
        // Those that are written are in order; what is made has another name than its Deployment.
        if kind == .replicaSet {
            rows.sort {
                ($0.metadata.namespace, $0.name) < ($1.metadata.namespace, $1.name)
            }
        }
        return rows
    }

    private func nodeRows() -> [Row] {
        contents.nodes().compactMap { item in
            guard case .node(let node) = item.object else { return nil }
            return Row(.node, node.metadata, .node(node, item))
        }
    }

    private func namespaceRows() -> [Row] {
        var items: [String: ClusterContents.Item] = [:]
        for item in contents.items(.namespace, in: nil) { items[item.name] = item }
        return contents.namespaceNames().map { name in
            var metadata = items[name]?.metadata ?? Metadata(name: name, namespace: "")
            metadata.labels.merge(["kubernetes.io/metadata.name": name]) { own, _ in own }
            return Row(.namespace, metadata, .namespace(items[name]))
        }
    }
}
