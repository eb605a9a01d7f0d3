// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin

/// `expose`: the manifest of a Service for the Pods of an object, as kubectl makes it.
struct ExposeCommand {
    /// The longest name that is made of the object's, in bytes (RFC 1035 §2.3.4).
    private static let maximumNameByteCount = 63
    private static let usage = "expose deployment web --port=80"

    private static let flags = [
        CommandWords.Flag("port"), CommandWords.Flag("target-port"), CommandWords.Flag("type"),
        CommandWords.Flag("name"), CommandWords.Flag("protocol"), CommandWords.Flag("cluster-ip"),
        CommandWords.Flag("external-ip"), CommandWords.Flag("load-balancer-ip"),
        CommandWords.Flag("session-affinity"), CommandWords.Flag("selector"),
        CommandWords.Flag("labels", "l"), CommandWords.Flag("namespace", "n"),
        CommandWords.Flag("dry-run", nil, .optionalText("client")),
        CommandWords.Flag("output", "o"),
    ]

    private let words: CommandWords
    private let kind: WrittenKind
    private let objectName: String
    private let namespace: String

    /// Reads the words behind the verb.
    init(_ words: [String]) throws(CommandMistake) {
        self.words = try CommandWords(words, knowing: Self.flags)
        (kind, objectName) = try WrittenKind.object(self.words.plain, usage: Self.usage)
        namespace = self.words.text("namespace") ?? "default"
        switch self.words.text("dry-run") ?? "none" {
        case "none", "client": break
        case "server":
            throw CommandMistake(
                "error: --dry-run=server asks an API server, and there is none; "
                    + "--dry-run=client shows what would be written"
            )
        case let text:
            throw CommandMistake(
                "error: Invalid dry-run value (\(text)). Must be \"none\" or \"client\"."
            )
        }
        guard [nil, "yaml", "json", "name"].contains(self.words.text("output")) else {
            throw CommandMistake(
                "error: unable to match a printer suitable for the output format "
                    + "\"\(self.words.text("output") ?? "")\", allowed formats are: json, name, yaml"
            )
        }
    }

    private var isDry: Bool { words.text("dry-run") == "client" }

    /// Makes the manifest; `folder`: where it is to be written, nil where manifests are no folders.
    func run(
        _ contents: ClusterContents,
        _ search: ObjectSearch,
        folder: String?
    ) throws(CommandMistake) -> CommandOutput {
        guard let tree = tree(contents, search) else {
            throw CommandMistake(
                "Error from server (NotFound): \(kind.qualified) \"\(objectName)\" not found"
            )
        }
        let object = try ExposedObject(kind, tree)
        let name = words.text("name") ?? String(objectName.prefix(Self.maximumNameByteCount))
        let service = try service(named: name, for: object)
        if isDry { return shown(service, name) }
        try check(service, name, contents)
        guard let folder else {
            throw CommandMistake(
                "error: the manifests are single files, and no folder that a new one could come "
                    + "into; see what would be written with --dry-run=client -o yaml"
            )
        }
        var output = shown(service, name)
        output.errand = .write(
            Errand.NewFile(
                folder: folder,
                names: ["\(name)-service.yaml", "\(namespace)-\(name)-service.yaml"],
                text: service.yaml
            )
        )
        return output
    }

    /// The object that is exposed, as it is written or was made.
    private func tree(_ contents: ClusterContents, _ search: ObjectSearch) -> Tree? {
        if let found = search.find(kind, objectName, in: namespace) { return found.tree }
        guard kind.kind == "Pod" else { return nil }
        return MadePod(contents, named: objectName, in: namespace)?.tree(search)
    }

    /// What is said of the Service.
    private func shown(_ service: Tree, _ name: String) -> CommandOutput {
        var whole = service
        whole["status"] = ["loadBalancer": [:]]
        switch words.text("output") {
        case "yaml": return CommandOutput(text: whole.yaml)
        case "json": return CommandOutput(text: whole.json)
        case "name": return CommandOutput(text: "service/\(name)\n")
        default:
            return CommandOutput(text: "service/\(name) exposed\(isDry ? " (dry run)" : "")\n")
        }
    }

    // MARK: The manifest

    private func service(
        named name: String,
        for object: ExposedObject
    ) throws(CommandMistake) -> Tree {
        let selector =
            if let text = words.text("selector") {
                try Self.labels(text)
            } else {
                try object.selector()
            }
        let labels =
            if let text = words.text("labels") { try Self.labels(text) } else { object.labels }
        var metadata: Tree = ["name": .string(name)]
        if !labels.isEmpty { metadata["labels"] = Self.tree(labels) }
        if words.text("namespace") != nil { metadata["namespace"] = .string(namespace) }
        var spec: Tree = ["selector": Self.tree(selector)]
        let ports = try ports(of: object)
        if !ports.isEmpty { spec["ports"] = .list(ports) }
        for (flag, field) in [("type", "type"), ("cluster-ip", "clusterIP")] {
            if let text = words.text(flag) { spec[field] = .string(text) }
        }
        if let text = words.text("external-ip") { spec["externalIPs"] = [.string(text)] }
        if let text = words.text("load-balancer-ip"), words.text("type") == "LoadBalancer" {
            spec["loadBalancerIP"] = .string(text)
        }
        if let text = words.text("session-affinity") {
            guard ["None", "ClientIP"].contains(text) else {
                throw CommandMistake("error: unknown session affinity: \(text)")
            }
            spec["sessionAffinity"] = .string(text)
        }
        return ["apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec]
    }

    /// The ports: that of the flag, else those of the object.
    private func ports(of object: ExposedObject) throws(CommandMistake) -> [Tree] {
        let own = object.ports
        var numbers = own.map(\.number)
        if let text = words.text("port") {
            numbers = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let number = Int(part) else {
                    throw CommandMistake(
                        "error: '\(part)' is no port; --port wants a number from 1 to 65535"
                    )
                }
                numbers.append(number)
            }
        }
        guard !numbers.isEmpty || words.text("cluster-ip") == "None" else {
            throw CommandMistake("error: couldn't find port via --port flag or introspection")
        }
        var ports: [Tree] = []
        for (place, number) in numbers.enumerated() {
            let known = own.first { $0.number == number }?.transports ?? ["TCP"]
            let transports = words.text("protocol").map { [$0] } ?? known
            for transport in transports {
                let target = words.text("target-port") ?? "\(number)"
                var port: Tree = [
                    "port": .integer(number), "protocol": .string(transport),
                    "targetPort": Int(target).map { .integer($0) } ?? .string(target),
                ]
                if transports.count > 1 {
                    port["name"] = .string("port-\(place + 1)-\(transport.lowercased())")
                } else if numbers.count > 1 {
                    port["name"] = .string("port-\(place + 1)")
                }
                ports.append(port)
            }
        }
        return ports
    }

    /// Reads `KEY=VALUE,...`.
    private static func labels(_ text: String) throws(CommandMistake) -> [String: String] {
        var labels: [String: String] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty else {
                throw CommandMistake("error: unexpected label spec: \(part)")
            }
            labels[String(pair[0])] = String(pair[1])
        }
        return labels
    }

    private static func tree(_ texts: [String: String]) -> Tree {
        .map(texts.map { Tree.Pair(key: $0.key, value: .string($0.value)) })
    }

    // MARK: What the API server would refuse

    private func check(
        _ service: Tree,
        _ name: String,
        _ contents: ClusterContents
    ) throws(CommandMistake) {
        let mistakes = DecodedObject.all(in: Array(service.yaml.utf8), of: name)
            .flatMap(\.mistakes).filter { !$0.isWarning }
        if !mistakes.isEmpty {
            let head = "Service \"\(name)\": "
            let texts = mistakes.map { mistake in
                mistake.text.hasPrefix(head)
                    ? String(mistake.text.dropFirst(head.count)) : mistake.text
            }
            throw CommandMistake(
                "The Service \"\(name)\" is invalid: \(texts.joined(separator: ", "))"
            )
        }
        let taken = contents.services(in: nil)
        if taken.contains(where: { $0.name == name && $0.namespace == namespace }) {
            throw CommandMistake(
                "Error from server (AlreadyExists): services \"\(name)\" already exists"
            )
        }
        guard let wanted = words.text("cluster-ip"), wanted != "None" else { return }
        for item in taken {
            guard case .service(let other) = item.object, other.addressTexts.contains(wanted)
            else { continue }
            throw CommandMistake(
                "The Service \"\(name)\" is invalid: spec.clusterIPs: Invalid value: [\"\(wanted)\"]: "
                    + "failed to allocate IP \(wanted): provided IP is already allocated to "
                    + "\(item.namespace)/\(item.name)"
            )
        }
    }
}
