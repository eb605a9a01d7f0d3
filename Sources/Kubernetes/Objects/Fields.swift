// SPDX-License-Identifier: Apache-2.0

import YAML

/// The fields of one mapping in a manifest.
struct Fields {
    let node: YAMLNode
    let pairs: YAMLPairs

    /// The fields of `node`; nil when it is no mapping.
    init?(_ node: YAMLNode) {
        guard let pairs = node.pairs else { return nil }
        self.node = node
        self.pairs = pairs
    }

    var position: YAMLPosition { node.position }

    /// The value of a field; nil when it is absent or null, which is the same to Kubernetes.
    subscript(name: String) -> YAMLNode? {
        guard let value = pairs[name], !value.isNull else { return nil }
        return value
    }

    /// Whether a field is absent or an empty text.
    func isEmpty(_ name: String) -> Bool {
        guard let value = self[name] else { return true }
        return value.scalar?.text.isEmpty ?? false
    }
}
