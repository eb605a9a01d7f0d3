// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Wire

/// `describe service`: everything about a Service in lines, and why it has no endpoints if it has
/// none.
struct DescribeCommand {
    private let request: ResourceRequest
    private let contents: ClusterContents
    private var sources: ObjectSources
    private var output = CommandOutput()

    init(
        _ words: [String],
        _ contents: ClusterContents,
        _ sources: ObjectSources
    ) throws(CommandMistake) {
        request = try ResourceRequest(choosing: words)
        let kinds = request.kinds + request.references.map(\.kind)
        guard kinds.allSatisfy({ $0 == .service }) else {
            throw CommandMistake("error: only services are described yet; see 'get -o yaml'")
        }
        self.contents = contents
        self.sources = sources
    }

    mutating func run() -> CommandOutput {
        let items = contents.services(in: request.scope)
        var meant: [ClusterContents.Item] = []
        if request.references.isEmpty {
            meant = items.filter { request.selector?.selects($0.metadata.labels) ?? true }
        }
        for reference in request.references {
            let found = Self.items(named: reference.name, in: items)
            if found.isEmpty { output.missing("services", reference.name) }
            meant += found
        }
        if meant.isEmpty, output.code == 0 { output.nothingFound(in: request.scope) }
        var texts: [String] = []
        MemberBook.visit(contents, in: request.scope, of: meant) { book in
            texts += book.services.map { describe($0, book) }
        }
        output.text = texts.joined(separator: "\n\n")
        return output
    }

    /// The one with a name, else all whose names begin so, as kubectl has it.
    private static func items(
        named name: String,
        in items: [ClusterContents.Item]
    ) -> [ClusterContents.Item] {
        if let item = items.first(where: { $0.name == name }) { return [item] }
        return items.filter { $0.name.hasPrefix(name) }
    }

    private mutating func describe(
        _ entry: MemberBook.Entry,
        _ book: MemberBook
    ) -> String {
        let service = entry.service
        let tree = sources.tree(of: entry.item)
        let members = book.members(of: service)
        var lines = DescribedLines()
        lines.add("Name", service.metadata.name)
        lines.add("Namespace", service.metadata.namespace)
        lines.add("Labels", service.metadata.labels.sortedLines("="))
        lines.add("Annotations", Self.annotations(tree).sortedLines(": "))
        lines.add("Selector", service.selectorText)
        lines.add("Type", service.typeText)
        addAddresses(of: service, to: &lines)
        for port in service.ports { add(port, members, to: &lines) }
        lines.add("Session Affinity", service.terms.affinitySeconds == nil ? "None" : "ClientIP")
        addPolicies(of: service, to: &lines)
        lines.add("Events", Service.none)
        let reasons = EmptyEndpoints(service, members, book.pods)
        if !reasons.lines.isEmpty { lines.add("No endpoints", reasons.lines) }
        return lines.text
    }

    private static func annotations(_ tree: Tree?) -> [String: String] {
        guard case .map(let pairs) = tree?["metadata"]?["annotations"] else { return [:] }
        var found: [String: String] = [:]
        for pair in pairs { found[pair.key] = pair.value.text ?? "" }
        return found
    }

    private func addAddresses(of service: Service, to lines: inout DescribedLines) {
        if case .externalName(let name) = service.kind {
            lines.add("External Name", name)
            return
        }
        lines.add("IP Family Policy", service.familyPolicyText)
        lines.add("IP Families", service.familyTexts.joined(separator: ","))
        lines.add("IP", service.addressTexts.first ?? Service.none)
        let all = service.addressTexts.joined(separator: ",")
        lines.add("IPs", all.isEmpty ? Service.none : all)
        let external = service.terms.externalAddresses
        if !external.isEmpty {
            lines.add("External IPs", external.map(\.description).joined(separator: ","))
        }
        if let wanted = service.terms.loadBalancerAddress {
            lines.add("Desired LoadBalancer IP", wanted.description)
        }
        let ingress = service.terms.ingressAddresses
        if !ingress.isEmpty {
            lines.add(
                "LoadBalancer Ingress",
                ingress.map { "\($0) (VIP)" }.joined(separator: ", ")
            )
        }
    }

    private func add(
        _ port: ServicePort,
        _ members: ServiceMembers,
        to lines: inout DescribedLines
    ) {
        let name = port.name.isEmpty ? "<unset>" : port.name
        let transport = port.transport.rawValue
        lines.add("Port", "\(name)  \(port.number)/\(transport)")
        switch port.target {
        case .number(let number): lines.add("TargetPort", "\(number)/\(transport)")
        case .name(let target): lines.add("TargetPort", "\(target)/\(transport)")
        }
        if port.nodePort != 0 { lines.add("NodePort", "\(name)  \(port.nodePort)/\(transport)") }
        lines.add("Endpoints", members.readyText(port: port.name))
    }

    private func addPolicies(of service: Service, to lines: inout DescribedLines) {
        if service.isAlias { return }
        let terms = service.terms
        if case .clusterIP = service.kind, terms.type != .clusterIP {
            lines.add(
                "External Traffic Policy",
                terms.isExternalTrafficLocal ? "Local" : "Cluster"
            )
            if terms.healthCheckPort != 0 {
                lines.add("HealthCheck NodePort", "\(terms.healthCheckPort)")
            }
        }
        lines.add("Internal Traffic Policy", terms.isInternalTrafficLocal ? "Local" : "Cluster")
    }
}

/// Lines of a name and what there is to say, all of which begin in one column.
struct DescribedLines {
    private static let gap = 2

    private var lines: [(name: String, texts: [String])] = []

    mutating func add(_ name: String, _ text: String) { lines.append((name, [text])) }

    mutating func add(_ name: String, _ texts: [String]) { lines.append((name, texts)) }

    var text: String {
        let width = (lines.map(\.name.count).max() ?? 0) + 1 + Self.gap
        var text = ""
        for (name, texts) in lines {
            var head = name + ":"
            for line in texts {
                text += head + String(repeating: " ", count: width - head.count) + line + "\n"
                head = ""
            }
        }
        return text
    }
}

extension [String: String] {
    /// The pairs, sorted, a line each; one that says so when there are none.
    func sortedLines(_ separator: String) -> [String] {
        guard !isEmpty else { return [Service.none] }
        return sorted { $0.key < $1.key }.map { $0.key + separator + $0.value }
    }
}
