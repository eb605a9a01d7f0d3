// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// One object as a row of a table.
struct Row {
    /// What the object is made of when all of it is asked for.
    enum Substance {
        /// What its file says.
        case written(ClusterContents.Item)
        /// The endpoints of a Service.
        case endpoints(Service)
        case slice(ComputedSlice)
        /// Nothing but its name and labels.
        case none
    }

    let reference: ResourceRequest.Reference
    let namespace: String
    let labels: [String: String]
    /// When it was made, in seconds since 1970; 0 where that is not known.
    let createdSeconds: UInt32
    let substance: Substance
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

/// Makes the rows of tables.
struct Rows {
    /// What stands where a list of slices is empty.
    private static let unset = "<unset>"

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
    mutating func members(of service: Service) -> ServiceMembers { book().members(of: service) }

    private mutating func book() -> MemberBook {
        let book =
            memberBook ?? MemberBook(contents, in: scope, of: contents.services(in: scope))
        memberBook = book
        return book
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
        wide: [String] = [],
        substance: Row.Substance? = nil
    ) -> Row {
        Row(
            reference: ResourceRequest.Reference(kind: kind, name: item.metadata.name),
            namespace: item.metadata.namespace,
            labels: item.metadata.labels,
            createdSeconds: item.metadata.createdSeconds,
            substance: substance ?? .written(item),
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
            rows.append(row(.endpoints, item, [found.readyText()], substance: .endpoints(service)))
        }
        return rows
    }

    /// The slices that are written, and those that would be made.
    private mutating func sliceRows() -> [Row] {
        var rows: [Row] = []
        for item in contents.items(.endpointSlice, in: scope) {
            guard case .endpointSlice(let slice) = item.object, !slice.isFromEndpoints else {
                continue
            }
            let addresses = slice.endpoints.flatMap(\.addresses)
            let family = addresses.first?.family ?? .v4
            let cells = Self.sliceCells(family, slice.ports, addresses)
            rows.append(row(.endpointSlice, item, cells))
        }
        for item in contents.services(in: scope) {
            guard case .service(let service) = item.object else { continue }
            for slice in book().computedSlices(of: service) { rows.append(row(slice)) }
        }
        return rows.sorted { left, right in
            (left.namespace, left.reference.name) < (right.namespace, right.reference.name)
        }
    }

    private func row(_ slice: ComputedSlice) -> Row {
        Row(
            reference: ResourceRequest.Reference(
                kind: .endpointSlice,
                name: slice.metadata.name
            ),
            namespace: slice.metadata.namespace,
            labels: slice.metadata.labels,
            createdSeconds: slice.metadata.createdSeconds,
            substance: .slice(slice),
            cells: Self.sliceCells(slice.family, slice.ports, slice.endpoints.map(\.address)),
            wideCells: []
        )
    }

    private static func sliceCells(
        _ family: IPAddress.Family,
        _ ports: [EndpointPort],
        _ addresses: [IPAddress]
    ) -> [String] {
        let numbers = ports.map { port in
            port.number.map(String.init) ?? (port.name.isEmpty ? "*" : port.name)
        }
        return [
            family.text, ports.isEmpty ? unset : ServiceMembers.first(numbers),
            addresses.isEmpty ? unset : ServiceMembers.first(addresses.map(\.description)),
        ]
    }

    private mutating func podRows() -> [Row] {
        contents.pods(in: scope).compactMap { item in
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
                createdSeconds: items[name]?.metadata.createdSeconds ?? 0,
                substance: items[name].map { .written($0) } ?? .none,
                cells: ["Active"],
                wideCells: []
            )
        }
    }
}
