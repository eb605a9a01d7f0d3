// SPDX-License-Identifier: Apache-2.0

/// Which object a document is about: no two documents may be about the same.
package struct ObjectKey: Hashable, Sendable, CustomStringConvertible {
    package let kind: String
    /// Empty for what lives in no namespace.
    package let namespace: String
    package let name: String

    package init(kind: String, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    package var description: String {
        namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)"
    }
}

extension ObjectKey {
    /// The key of a Pod.
    static func pod(_ namespace: String, _ name: String) -> ObjectKey {
        ObjectKey(kind: "Pod", namespace: namespace, name: name)
    }
}

extension ObjectKey: Comparable {
    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace, left.name, left.kind) < (right.namespace, right.name, right.kind)
    }
}
