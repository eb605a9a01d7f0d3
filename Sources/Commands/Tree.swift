// SPDX-License-Identifier: Apache-2.0

import YAML

/// An object as machines read it: what JSON can say, keys in their order.
package enum Tree: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number with a fraction or an exponent, as written.
    case number(String)
    case string(String)
    case list([Tree])
    case map([Pair])

    /// One key with its value.
    package struct Pair: Hashable, Sendable {
        package let key: String
        package var value: Tree

        package init(key: String, value: Tree) {
            self.key = key
            self.value = value
        }
    }

    /// What a YAML value means; YAML bounds how deep it is.
    init(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar):
            switch scalar.value {
            case .null: self = .null
            case .boolean(let value): self = .boolean(value)
            case .integer(let value): self = .integer(value)
            case .number(let text): self = .number(text)
            case .string(let text): self = .string(text)
            }
        case .sequence(let items): self = .list(items.map { Tree($0) })
        case .mapping(let pairs):
            self = .map(pairs.map { Pair(key: $0.key, value: Tree($0.value)) })
        }
    }

    /// The value of a key of a map; setting nil takes the key out, setting the first key of what is
    /// no map makes it one.
    package subscript(key: String) -> Tree? {
        get {
            guard case .map(let pairs) = self else { return nil }
            return pairs.first { $0.key == key }?.value
        }
        set {
            var pairs: [Pair] = []
            if case .map(let own) = self { pairs = own }
            if let place = pairs.firstIndex(where: { $0.key == key }) {
                if let newValue { pairs[place].value = newValue } else { pairs.remove(at: place) }
            } else if let newValue {
                pairs.append(Pair(key: key, value: newValue))
            }
            self = .map(pairs)
        }
    }

    /// The items of a list; empty for anything else.
    var items: [Tree] {
        if case .list(let items) = self { items } else { [] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// Gives a key a value where it has none.
    mutating func fill(_ key: String, _ value: Tree) {
        if self[key] == nil || self[key] == .null { self[key] = value }
    }

    /// How many bytes it has in any form at least: its keys, texts and numbers.
    ///
    /// An object is as deep as YAML lets it be, and no deeper.
    var leastByteCount: Int {
        switch self {
        case .null, .boolean: 4
        case .integer, .number: 1
        case .string(let text): text.utf8.count
        case .list(let items): items.reduce(0) { $0 + $1.leastByteCount }
        case .map(let pairs):
            pairs.reduce(0) { $0 + $1.key.utf8.count + $1.value.leastByteCount }
        }
    }

    /// The pairs of a map in the order of their keys.
    static func sorted(_ pairs: [Pair]) -> [Pair] { pairs.sorted { $0.key < $1.key } }
}

extension Tree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }

    package init(integerLiteral value: Int) { self = .integer(value) }

    package init(arrayLiteral items: Tree...) { self = .list(items) }

    package init(dictionaryLiteral pairs: (String, Tree)...) {
        self = .map(pairs.map { Pair(key: $0.0, value: $0.1) })
    }
}
