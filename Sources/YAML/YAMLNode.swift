// SPDX-License-Identifier: Apache-2.0

/// One value of a YAML document, and where it stands.
///
/// Aliases and merge keys are already resolved; a value that came through one keeps the place
/// where it was written.
package struct YAMLNode: Hashable, Sendable {
    /// The three shapes of a value.
    package enum Content: Hashable, Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// The pairs in the order of the text; no key occurs twice.
        case mapping([YAMLPair])
    }

    package let content: Content
    package let position: YAMLPosition

    package init(_ content: Content, at position: YAMLPosition) {
        self.content = content
        self.position = position
    }

    /// The value of the first pair whose key is `key`; nil for anything but a mapping.
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// The scalar, if it is one.
    package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// Whether it is an absent value: nothing, `~` or `null`, unquoted.
    package var isNull: Bool { scalar?.value == .null }
}

/// One key of a mapping and what it stands for.
package struct YAMLPair: Hashable, Sendable {
    package let key: String
    package let keyPosition: YAMLPosition
    package let value: YAMLNode

    package init(key: String, keyPosition: YAMLPosition, value: YAMLNode) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}
