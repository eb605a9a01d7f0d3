// SPDX-License-Identifier: Apache-2.0

/// Which objects are meant, by their labels: all requirements must hold.
///
/// The text form is Kubernetes': requirements with commas between them, each `key`, `!key`,
/// `key=value`, `key==value`, `key in (a, b)` or `key notin (a, b)`.
package struct LabelSelector: Hashable, Sendable {
    /// The longest text that is read, in bytes.
    package static let maximumByteCount = 4_096

    /// One condition on the labels of an object.
    package enum Requirement: Hashable, Sendable {
        case exists(key: String)
        case isMissing(key: String)
        case isOneOf(key: String, values: Set<String>)
        /// Also holds for an object without the label.
        case isNoneOf(key: String, values: Set<String>)

        /// Whether it holds for `labels`.
        package func holds(for labels: [String: String]) -> Bool {
            switch self {
            case .exists(let key): labels[key] != nil
            case .isMissing(let key): labels[key] == nil
            case .isOneOf(let key, let values): labels[key].map(values.contains) ?? false
            case .isNoneOf(let key, let values): !(labels[key].map(values.contains) ?? false)
            }
        }
    }

    package let requirements: [Requirement]

    package init(_ requirements: [Requirement]) { self.requirements = requirements }

    /// Reads the text form; a text without requirements selects everything.
    ///
    /// `takesInequality`: whether `key!=value` is a requirement too, as it is to kubectl.
    package init(_ text: String, takesInequality: Bool = false) throws(LabelSelectorError) {
        var parser = LabelSelectorParser(text, takesInequality: takesInequality)
        requirements = try parser.requirements()
    }

    /// Whether every requirement holds for `labels`.
    package func selects(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.holds(for: labels) }
    }
}

/// What is wrong in the text of a label selector.
package struct LabelSelectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it stands, in bytes of the text.
    package let offset: Int
    package let description: String

    package init(at offset: Int, _ description: String) {
        self.offset = offset
        self.description = description
    }
}
