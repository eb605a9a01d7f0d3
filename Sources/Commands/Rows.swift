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
        let book = workloadBook ?? WorkloadBook(contents, in: scope)
        workloadBook = book
        return book.counts(of: workload, item)
    }

    /// All objects of a kind in the namespace that is looked into; sorted by namespace and name.
    func rows(of kind: ResourceKind) -> [Row] {
        switch kind {
        case .service: serviceRows()
        case .endpoints: endpointRows()
        case .endpointSlice: sliceRows()
        case .pod: podRows()
        case .namespace: namespaceRows()
        case .node: nodeRows()
        case .deployment, .replicaSet, .statefulSet, .daemonSet, .job: workloadRows(kind)
        }
    }

    private func serviceRows() -> [Row] {
        contents.services(in: scope).compactMap { item in
            guard case .service(let service) = item.object else { return nil }
            return Row(.service, item.metadata, .service(service, item))
        }
    }

    /// One row for each Service that has endpoints or could have some.
    private func endpointRows() -> [Row] {
        let services = contents.services(in: scope)
        let book = MemberBook(contents, in: scope, of: services)
        return services.compactMap { item in
            guard case .service(let service) = item.object else { return nil }
            if case .externalName = service.kind { return nil }
            let found = book.members(of: service)
            if found.members.isEmpty, service.selector.isEmpty { return nil }
            return Row(.endpoints, item.metadata, .endpoints(service, found))
        }
    }

    /// The slices that are written, and those that would be made.
    private func sliceRows() -> [Row] {
        var rows: [Row] = []
        for item in contents.items(.endpointSlice, in: scope) {
            guard case .endpointSlice(let slice) = item.object, !slice.isFromEndpoints else {
                continue
            }
            rows.append(Row(.endpointSlice, item.metadata, .slice(slice, item)))
        }
        let services = contents.services(in: scope)
        let book = MemberBook(contents, in: scope, of: services)
        for item in services {
            guard case .service(let service) = item.object else { continue }
            for slice in book.computedSlices(of: service) {
                rows.append(Row(.endpointSlice, slice.metadata, .computedSlice(slice)))
            }
        }
        return rows.sorted { left, right in
            (left.metadata.namespace, left.name) < (right.metadata.namespace, right.name)
        }
    }

    private func podRows() -> [Row] {
        contents.pods(in: scope).compactMap { item in
            guard case .pod(let pod) = item.object else { return nil }
            return Row(.pod, item.metadata, .pod(pod, item))
        }
    }

    private func workloadRows(_ kind: ResourceKind) -> [Row] {
        contents.items(.workload, in: scope).compactMap { item in
            guard case .workload(let workload) = item.object, workload.kind == kind.workload else {
                return nil
            }
            return Row(kind, item.metadata, .workload(workload, item))
        }
    }

    private func nodeRows() -> [Row] {
        contents.nodes().compactMap { item in
            guard case .node(let node) = item.object else { return nil }
            return Row(.node, item.metadata, .node(node, item))
        }
    }

    private func namespaceRows() -> [Row] {
        var items: [String: ClusterContents.Item] = [:]
        for item in contents.items(.namespace, in: nil) { items[item.metadata.name] = item }
        return contents.namespaceNames().map { name in
            var metadata = items[name]?.metadata ?? Metadata(name: name, namespace: "")
            metadata.labels.merge(["kubernetes.io/metadata.name": name]) { own, _ in own }
            return Row(.namespace, metadata, .namespace(items[name]))
        }
    }
}
