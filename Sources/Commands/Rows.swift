// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// One object as a row of a table.
struct Row {
    let reference: ResourceRequest.Reference
    let namespace: String
    let labels: [String: String]
    let item: ClusterContents.Item?
    /// The cells behind the name, without the age.
    let cells: [String]
    /// The cells behind the age, for wide tables.
    let wideCells: [String]
}

extension ResourceKind {
    /// The headings between the name and the age.
    var headings: [String] {
        switch self {
        case .service: ["TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)"]
        case .endpoints: ["ENDPOINTS"]
        case .endpointSlice: ["ADDRESSTYPE", "PORTS", "ENDPOINTS"]
        case .pod: ["READY", "STATUS", "RESTARTS"]
        case .namespace: ["STATUS"]
        }
    }

    /// The headings behind the age of a wide table.
    var wideHeadings: [String] {
        switch self {
        case .service: ["SELECTOR"]
        case .pod: ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"]
        case .endpoints, .endpointSlice, .namespace: []
        }
    }
}

/// What a Pod looks like in a column.
struct PodText {
    let ready: String
    let status: String
    let restarts: String
    let address: String
    let node: String

    /// `tree`: the Pod as it is written; nil where that cannot be had.
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
        node = tree?["spec"]?["nodeName"]?.text ?? Service.none
    }
}

/// Makes the rows of tables.
struct Rows {
    private let contents: ClusterContents
    /// The namespace that is looked into; nil for all.
    private let scope: String?
    /// The objects as they are written.
    var sources: ObjectSources
    /// The members of all Services; nil until they are asked for.
    private var memberBook: MemberBook?

    init(_ contents: ClusterContents, in scope: String?, _ sources: ObjectSources) {
        self.contents = contents
        self.scope = scope
        self.sources = sources
    }

    /// The members of a Service.
    mutating func members(of service: Service) -> ServiceMembers {
        let book =
            memberBook
            ?? MemberBook(contents, in: scope, of: contents.services(in: scope))
        memberBook = book
        return book.members(of: service)
    }

    /// All objects of a kind in the namespace that is looked into; sorted by namespace and name.
    mutating func rows(of kind: ResourceKind) -> [Row] {
        switch kind {
        case .service: serviceRows()
        case .endpoints: endpointRows()
        case .endpointSlice: sliceRows()
        case .pod: podRows()
        case .namespace: namespaceRows()
        }
    }

    private func row(
        _ kind: ResourceKind,
        _ item: ClusterContents.Item,
        _ cells: [String],
        wide: [String] = []
    ) -> Row {
        Row(
            reference: ResourceRequest.Reference(kind: kind, name: item.metadata.name),
            namespace: item.metadata.namespace,
            labels: item.metadata.labels,
            item: item,
            cells: cells,
            wideCells: wide
        )
    }

    private func serviceRows() -> [Row] {
        contents.services(in: scope).compactMap { item in
            guard case .service(let service) = item.object else { return nil }
            return row(
                .service,
                item,
                [
                    service.typeText, service.addressTexts.first ?? Service.none,
                    service.externalText, service.portsText,
                ],
                wide: [service.selectorText]
            )
        }
    }

    /// One row for each Service that has endpoints or could have some.
    private mutating func endpointRows() -> [Row] {
        var rows: [Row] = []
        for item in contents.services(in: scope) {
            guard case .service(let service) = item.object else { continue }
            if case .externalName = service.kind { continue }
            let found = members(of: service)
            if found.members.isEmpty, service.selector.isEmpty { continue }
            rows.append(row(.endpoints, item, [found.readyText()]))
        }
        return rows
    }

    private func sliceRows() -> [Row] {
        contents.items(.endpointSlice, in: scope).compactMap { item in
            guard case .endpointSlice(let slice) = item.object, !slice.isFromEndpoints else {
                return nil
            }
            let addresses = slice.endpoints.flatMap(\.addresses)
            let ports = slice.ports.compactMap { $0.number.map(String.init) }
            return row(
                .endpointSlice,
                item,
                [
                    addresses.first?.family == .v6 ? "IPv6" : "IPv4",
                    ports.isEmpty ? "<unset>" : ServiceMembers.first(ports),
                    addresses.isEmpty
                        ? "<unset>" : ServiceMembers.first(addresses.map(\.description)),
                ]
            )
        }
    }

    private mutating func podRows() -> [Row] {
        contents.items(.pod, in: scope).compactMap { item in
            guard case .pod(let pod) = item.object else { return nil }
            let text = PodText(pod, sources.tree(of: item))
            return row(
                .pod,
                item,
                [text.ready, text.status, text.restarts],
                wide: [text.address, text.node, Service.none, Service.none]
            )
        }
    }

    private func namespaceRows() -> [Row] {
        var items: [String: ClusterContents.Item] = [:]
        for item in contents.items(.namespace, in: nil) { items[item.metadata.name] = item }
        return contents.namespaceNames().map { name in
            Row(
                reference: ResourceRequest.Reference(kind: .namespace, name: name),
                namespace: "",
                labels: (items[name]?.metadata.labels ?? [:]).merging(
                    ["kubernetes.io/metadata.name": name]
                ) { own, _ in own },
                item: items[name],
                cells: ["Active"],
                wideCells: []
            )
        }
    }
}
