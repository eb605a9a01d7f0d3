// SPDX-License-Identifier: Apache-2.0

import YAML

/// The fields of one mapping in a manifest, and the path that leads to it.
struct Fields {
    /// The path as Kubernetes writes it, such as `spec.ports[0]`; empty for the document itself.
    let path: String
    let pairs: [YAMLPair]
    let position: YAMLPosition

    /// The fields of `node`; nil when it is no mapping.
    init?(_ node: YAMLNode, path: String) {
        guard case .mapping(let pairs) = node.content else { return nil }
        self.path = path
        self.pairs = pairs
        position = node.position
    }

    /// The value of a field; nil when it is absent or null, which is the same to Kubernetes.
    subscript(name: String) -> YAMLNode? {
        for pair in pairs where pair.key == name {
            return pair.value.isNull ? nil : pair.value
        }
        return nil
    }

    /// The path of one of the fields.
    func path(to name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
