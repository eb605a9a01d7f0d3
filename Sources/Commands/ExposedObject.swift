// SPDX-License-Identifier: Apache-2.0

/// What a Service may take over from the object that it exposes.
struct ExposedObject {
    /// One port of its containers, or of a Service, with the transports that it has.
    struct Port: Hashable, Sendable {
        let number: Int
        var transports: [String]
    }

    private let kind: WrittenKind
    private let tree: Tree

    /// `tree`: the object as it is written.
    init(_ kind: WrittenKind, _ tree: Tree) throws(CommandMistake) {
        guard ["Service", "Pod", "Deployment", "ReplicaSet"].contains(kind.kind) else {
            throw CommandMistake("error: cannot expose a \(kind.kindAndGroup)")
        }
        self.kind = kind
        self.tree = tree
    }

    /// The labels of the object itself.
    var labels: [String: String] { Self.texts(tree["metadata"]?["labels"]) }

    /// The labels by which the Service finds the Pods that are meant.
    func selector() throws(CommandMistake) -> [String: String] {
        let spec = tree["spec"]
        switch kind.kind {
        case "Pod":
            guard !labels.isEmpty else {
                throw Self.selectorMistake("the pod has no labels and cannot be exposed")
            }
            return labels
        case "Service":
            let selector = Self.texts(spec?["selector"])
            guard !selector.isEmpty else {
                throw Self.selectorMistake("the service has no pod selector set")
            }
            return selector
        default:
            let selector = Self.texts(spec?["selector"]?["matchLabels"])
            guard !selector.isEmpty else {
                throw Self.selectorMistake(
                    "invalid \(kind.kind.lowercased()): no selectors, therefore cannot be exposed"
                )
            }
            guard spec?["selector"]?["matchExpressions"]?.items.isEmpty ?? true else {
                throw Self.selectorMistake(
                    "couldn't convert expressions to map-based selector format"
                )
            }
            return selector
        }
    }

    private static func selectorMistake(_ text: String) -> CommandMistake {
        CommandMistake(
            "error: couldn't retrieve selectors via --selector flag or introspection: \(text)"
        )
    }

    /// The ports in the order in which they are written, each number once.
    var ports: [Port] {
        var found: [Port] = []
        for port in writtenPorts {
            guard case .integer(let number)? = port["containerPort"] ?? port["port"] else {
                continue
            }
            let transport = port["protocol"]?.text ?? "TCP"
            if let place = found.firstIndex(where: { $0.number == number }) {
                if !found[place].transports.contains(transport) {
                    found[place].transports.append(transport)
                }
            } else {
                found.append(Port(number: number, transports: [transport]))
            }
        }
        return found
    }

    private var writtenPorts: [Tree] {
        let spec = tree["spec"]
        switch kind.kind {
        case "Service": return spec?["ports"]?.items ?? []
        case "Pod": return Self.ports(ofPod: spec)
        default: return Self.ports(ofPod: spec?["template"]?["spec"])
        }
    }

    private static func ports(ofPod spec: Tree?) -> [Tree] {
        (spec?["containers"]?.items ?? []).flatMap { $0["ports"]?.items ?? [] }
    }

    /// The texts of a map.
    private static func texts(_ tree: Tree?) -> [String: String] {
        guard case .map(let pairs)? = tree else { return [:] }
        var found: [String: String] = [:]
        for pair in pairs { found[pair.key] = pair.value.text }
        return found
    }
}
