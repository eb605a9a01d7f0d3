// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// What stands in the cells of tables.
///
/// Only what Jobs and Nodes do, and what wide tables of workloads say besides, is read from files.
extension Rows {
    /// What stands where a list of slices is empty.
    private static let unset = "<unset>"

    /// The cells behind the name, in the order of `ResourceKind.headings`, with the age; and those
    /// of a wide table.
    mutating func cells(of row: Row, isWide: Bool, wallSeconds: Int64) -> [String] {
        var cells: [String]
        switch row.substance {
        case .service(let service, _): cells = Self.cells(of: service)
        case .endpoints(let members): cells = [members.readyText()]
        case .slice(let slice, _):
            let addresses = slice.endpoints.flatMap(\.addresses)
            cells = Self.sliceCells(addresses.first?.family ?? .v4, slice.ports, addresses)
        case .computedSlice(let slice):
            let addresses = slice.endpoints.map(\.address)
            cells = Self.sliceCells(slice.family, slice.ports, addresses)
        case .pod(let pod, _):
            let text = PodText(pod)
            cells = [text.ready, text.status, text.restarts]
            if isWide { cells += [text.address, text.node, Service.none, Service.none] }
        case .workload(let workload, let item), .madeReplicaSet(let workload, let item):
            cells = self.cells(of: workload, item, wallSeconds)
            if isWide { cells += wideCells(of: row, item) }
        case .node(let node, let item):
            let text = NodeText(node, sources.tree(of: item))
            cells = [text.status, text.roles, text.version]
            if isWide { cells += text.wideCells }
        case .namespace: cells = ["Active"]
        }
        if isWide, case .service(let service, _) = row.substance {
            cells.append(service.selectorText)
        }
        let place = row.kind.headings.firstIndex(of: ResourceKind.ageHeading) ?? cells.count
        cells.insert(row.metadata.age(wallSeconds), at: min(place, cells.count))
        return cells
    }

    private static func cells(of service: Service) -> [String] {
        [
            service.typeText, service.addressTexts.first ?? Service.none, service.externalText,
            service.portsText,
        ]
    }

    private static func sliceCells(
        _ family: IPAddress.Family,
        _ ports: [EndpointPort],
        _ addresses: [IPAddress]
    ) -> [String] {
        let numbers = ports.map { port in
            port.number.map(String.init) ?? (port.name.isEmpty ? "*" : port.name)
        }
        let shown = addresses.prefix(ServiceMembers.maximumShownCount).map(\.description)
        return [
            family.text, ports.isEmpty ? unset : ServiceMembers.first(numbers, of: numbers.count),
            addresses.isEmpty ? unset : ServiceMembers.first(shown, of: addresses.count),
        ]
    }

    // MARK: Workloads

    private mutating func cells(
        of workload: Workload,
        _ item: ClusterContents.Item,
        _ wallSeconds: Int64
    ) -> [String] {
        if workload.kind == .job {
            let text = JobText(workload, sources.tree(of: item), wallSeconds)
            return [text.status, text.completions, text.duration]
        }
        let counts = podCounts(of: workload, item)
        let (all, ready) = ("\(counts.all)", "\(counts.ready)")
        switch workload.kind {
        case .deployment: return ["\(ready)/\(workload.podCount)", all, ready]
        case .replicaSet: return ["\(workload.podCount)", all, ready]
        case .statefulSet: return ["\(ready)/\(workload.podCount)"]
        case .daemonSet:
            let nodes = workload.template.placement.nodeSelector.labelText
            return [all, all, ready, all, ready, nodes]
        case .job: return []
        }
    }

    private mutating func wideCells(of row: Row, _ item: ClusterContents.Item) -> [String] {
        var tree = sources.tree(of: item)
        if case .madeReplicaSet(let made, _) = row.substance {
            tree = tree.map { Self.tree(made, of: $0) }
        }
        let spec = tree?["spec"]
        let containers = spec?["template"]?["spec"]?["containers"]?.items ?? []
        let cells = ["name", "image"].map { key in
            containers.compactMap { $0[key]?.text }.joined(separator: ",")
        }
        return row.kind.wideHeadings.count == cells.count
            ? cells : cells + [Self.selectorText(spec?["selector"])]
    }

    /// A selector of a workload in one line.
    private static func selectorText(_ selector: Tree?) -> String {
        var parts: [String] = []
        if case .map(let pairs) = selector?["matchLabels"] {
            parts = Tree.sorted(pairs).map { "\($0.key)=\($0.value.text ?? "")" }
        }
        for item in selector?["matchExpressions"]?.items ?? [] {
            let key = item["key"]?.text ?? ""
            let values = (item["values"]?.items ?? []).compactMap(\.text).joined(separator: ",")
            switch item["operator"]?.text {
            case "In": parts.append("\(key) in (\(values))")
            case "NotIn": parts.append("\(key) notin (\(values))")
            case "DoesNotExist": parts.append("!\(key)")
            default: parts.append(key)
            }
        }
        return parts.isEmpty ? Service.none : parts.joined(separator: ",")
    }
}

extension Metadata {
    /// How long ago it was made.
    fileprivate func age(_ wallSeconds: Int64) -> String {
        createdSeconds > 0 ? Ages.text(wallSeconds - Int64(createdSeconds)) : Ages.unknown
    }
}
