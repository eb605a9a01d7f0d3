// SPDX-License-Identifier: Apache-2.0

/// One value of a YAML document, and where it stands.
///
/// Aliases and merge keys are already resolved; a value that came through one keeps the place
/// where it was written. Texts are made when they are asked for.
package struct YAMLNode {
    /// The three shapes of a value.
    package enum Content {
        case scalar(YAMLScalar)
        case sequence(YAMLItems)
        /// The pairs in the order of the text; no key occurs twice.
        case mapping(YAMLPairs)
    }

    let document: YAMLDocument
    let number: UInt32

    init(_ document: YAMLDocument, _ number: UInt32) {
        self.document = document
        self.number = number
    }

    private var value: YAMLDocument.Value { document.values[Int(number)] }

    package var position: YAMLPosition { document.position(of: value) }

    package var content: Content {
        switch value.kind {
        case .scalar: .scalar(scalar(value))
        case .sequence: .sequence(YAMLItems(document, value))
        case .mapping: .mapping(YAMLPairs(document, value))
        }
    }

    private func scalar(_ value: YAMLDocument.Value) -> YAMLScalar {
        YAMLScalar(text: document.text(of: value), isPlain: value.isPlain, tag: value.tag)
    }

    /// The value of the pair whose key is `key`; nil for anything but a mapping.
    package subscript(key: String) -> YAMLNode? { pairs?[key] }

    /// The scalar, if it is one.
    package var scalar: YAMLScalar? { value.kind == .scalar ? scalar(value) : nil }

    /// The items, if it is a sequence.
    package var items: YAMLItems? {
        value.kind == .sequence ? YAMLItems(document, value) : nil
    }

    /// The pairs, if it is a mapping.
    package var pairs: YAMLPairs? {
        value.kind == .mapping ? YAMLPairs(document, value) : nil
    }

    /// Whether it is an absent value: nothing, `~` or `null`, unquoted.
    package var isNull: Bool {
        let value = value
        guard value.kind == .scalar else { return false }
        guard value.tag == .none else { return scalar(value).value == .null }
        guard value.isPlain, value.count <= 4 else { return false }
        switch value.count == 0 ? nil : document.bytes[Int(value.first)] {
        case nil, UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
            return scalar(value).value == .null
        default:
            return false
        }
    }
}

/// One step on the way to a value inside another.
package enum YAMLStep: Hashable, Sendable {
    case key(String)
    case index(Int)
}

extension YAMLNode {
    /// A collection on the way, and how many of its items or pairs were tried.
    private struct Stop {
        let value: YAMLDocument.Value
        var count = 0

        /// How many parts an item or pair has.
        var width: Int { value.kind == .mapping ? 2 : 1 }
        var isAtEnd: Bool { value.kind == .scalar || count &* width >= Int(value.count) }
        /// Where the value of the last that was tried is among all parts.
        var part: Int { Int(value.first) &+ count &* width &- 1 }
    }

    /// The first way that leads from this value to another; empty when there is none.
    package func steps(to other: YAMLNode) -> [YAMLStep] {
        var way = [Stop(value: value)]
        // LIMIT: each value of the document is entered once, however many aliases it has.
        var seen: Set<UInt32> = [number]
        while var stop = way.popLast() {
            guard !stop.isAtEnd else { continue }
            stop.count &+= 1
            way.append(stop)
            let part = document.parts[stop.part]
            if part == other.number { return way.map { step($0) } }
            guard seen.insert(part).inserted else { continue }
            way.append(Stop(value: document.values[Int(part)]))
        }
        return []
    }

    /// The step that leads from a stop to what was tried last.
    private func step(_ stop: Stop) -> YAMLStep {
        guard stop.value.kind == .mapping else { return .index(stop.count &- 1) }
        let key = document.parts[stop.part &- 1]
        return .key(document.text(of: document.values[Int(key)]))
    }
}

/// The items of a sequence, in the order of the text.
package struct YAMLItems: RandomAccessCollection {
    private let document: YAMLDocument
    private let first: Int
    package let endIndex: Int

    init(_ document: YAMLDocument, _ value: YAMLDocument.Value) {
        self.document = document
        first = Int(value.first)
        endIndex = Int(value.count)
    }

    package var startIndex: Int { 0 }

    package subscript(index: Int) -> YAMLNode {
        YAMLNode(document, document.parts[first &+ index])
    }
}

/// The pairs of a mapping, in the order of the text.
package struct YAMLPairs: RandomAccessCollection {
    private let document: YAMLDocument
    private let first: Int
    package let endIndex: Int

    init(_ document: YAMLDocument, _ value: YAMLDocument.Value) {
        self.document = document
        first = Int(value.first)
        endIndex = Int(value.count) / 2
    }

    package var startIndex: Int { 0 }

    package subscript(index: Int) -> YAMLPair {
        let part = first &+ index &* 2
        return YAMLPair(document, key: document.parts[part], value: document.parts[part &+ 1])
    }

    /// The value of a key.
    package subscript(key: String) -> YAMLNode? {
        let name = key.utf8
        guard let number = document.value(of: name.span, first, endIndex) else { return nil }
        return YAMLNode(document, number)
    }

    /// The pairs of which the keys are none of `names`.
    package func unnamed(in names: YAMLNames) -> [YAMLPair] {
        document.unnamed(in: names, first, endIndex).map { self[$0] }
    }
}

/// One key of a mapping and what it stands for.
package struct YAMLPair {
    private let document: YAMLDocument
    private let keyNumber: UInt32
    private let valueNumber: UInt32

    init(_ document: YAMLDocument, key: UInt32, value: UInt32) {
        self.document = document
        keyNumber = key
        valueNumber = value
    }

    package var key: String { document.text(of: document.values[Int(keyNumber)]) }
    package var keyPosition: YAMLPosition {
        document.position(of: document.values[Int(keyNumber)])
    }
    package var value: YAMLNode { YAMLNode(document, valueNumber) }
}
