// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Writes a template of JSONPath with what an object has for it.
///
/// It counts what the paths lead to, those of tables too: a command has one writer for all of them.
struct JSONPathWriter {
    /// The most values that all paths of a command lead to, each step counted.
    static let maximumCount = 16 << 20

    private(set) var text = ""
    /// How many values there may still be.
    private var allowedCount: Int
    /// How many bytes may still be written.
    private var allowedByteCount: Int

    init(
        maximumCount: Int = Self.maximumCount,
        maximumByteCount: Int = CommandOutput.maximumByteCount
    ) {
        allowedCount = maximumCount
        allowedByteCount = maximumByteCount
    }

    /// Writes the parts for an object; `isJSON`: what each part leads to as a list in JSON.
    mutating func write(
        _ parts: [JSONPath.Part],
        of object: Tree,
        isJSON: Bool = false
    ) throws(JSONPathError) {
        for part in parts {
            switch part {
            case .text(let text):
                try count(1)
                try write([.string(text)], isJSON)
            case .path(let steps): try write(values(steps, [object]), isJSON)
            case .range(let steps, let parts):
                for value in try values(steps, [object]) {
                    try write(parts, of: value, isJSON: isJSON)
                }
            }
        }
    }

    /// Writes values one after the other, so that what is too much is seen before all is written.
    private mutating func write(_ values: [Tree], _ isJSON: Bool) throws(JSONPathError) {
        for (number, value) in values.enumerated() {
            if isJSON {
                try write((number > 0 ? ",\n    " : "[\n    ") + value.json(indent: "    "))
            } else {
                try write((number > 0 ? " " : "") + value.plainText)
            }
        }
        if isJSON { try write(values.isEmpty ? "[]\n" : "\n]\n") }
    }

    private mutating func write(_ part: String) throws(JSONPathError) {
        try count(byteCount: part.utf8.count)
        text += part
    }

    /// Counts bytes that are written, here or elsewhere.
    mutating func count(byteCount: Int) throws(JSONPathError) {
        allowedByteCount -= byteCount
        guard allowedByteCount >= 0 else { throw .longText }
    }

    private mutating func count(_ count: Int) throws(JSONPathError) {
        allowedCount -= count
        guard allowedCount >= 0 else { throw .manyValues }
    }

    // MARK: Steps

    /// What some steps lead to.
    mutating func values(
        _ steps: [JSONPath.Step],
        _ start: [Tree]
    ) throws(JSONPathError) -> [Tree] {
        var values = start
        for step in steps {
            values = try self.values(step, values)
            try count(values.count)
        }
        return values
    }

    private mutating func values(
        _ step: JSONPath.Step,
        _ values: [Tree]
    ) throws(JSONPathError) -> [Tree] {
        switch step {
        // A value of the template stands there once, whatever leads to it.
        case .literal(let value): return [value]
        case .field(let name): return values.compactMap { $0[name] }
        case .wildcard: return values.flatMap(\.children)
        case .descent: return try descent(values)
        case .slice(let slice):
            var found: [Tree] = []
            for value in values { found += try slice.items(of: value) }
            return found
        case .union(let paths):
            var found: [Tree] = []
            for path in paths { found += try self.values(path, values) }
            return found
        case .filter(let filter):
            var found: [Tree] = []
            for value in values where value != .null {
                guard case .list(let items) = value else { throw .noList(value.kindText) }
                for item in items where try keeps(item, filter) { found.append(item) }
            }
            return found
        }
    }

    /// All lists and maps with something in them: each before what is in it.
    ///
    /// An object is as deep as YAML lets it be, and no deeper.
    private mutating func descent(_ values: [Tree]) throws(JSONPathError) -> [Tree] {
        var found: [Tree] = []
        for value in values {
            let children = value.children
            guard !children.isEmpty else { continue }
            try count(children.count)
            found.append(value)
            found += try descent(children)
        }
        return found
    }

    private mutating func keeps(
        _ item: Tree,
        _ filter: JSONPath.Filter
    ) throws(JSONPathError) -> Bool {
        let left = try values(filter.left, [item])
        guard let comparison = filter.comparison else { return !left.isEmpty }
        let right = try values(filter.right, [item])
        guard left.count <= 1, right.count <= 1 else { throw .manyCompared }
        guard let first = left.first, let second = right.first else { return false }
        return try comparison.holds(first, second)
    }
}

extension JSONPath.Slice {
    /// The items of a list that are meant; none of null.
    fileprivate func items(of value: Tree) throws(JSONPathError) -> [Tree] {
        if value == .null { return [] }
        guard case .list(let items) = value else { throw .noList(value.kindText) }
        let start = place(from ?? 0, items.count)
        guard !isIndex else {
            guard items.indices.contains(start) else {
                throw .outOfBounds(index: start, count: items.count)
            }
            return [items[start]]
        }
        let end = place(to ?? items.count, items.count)
        guard start != end else { return [] }
        guard items.indices.contains(start) else {
            throw .outOfBounds(index: start, count: items.count)
        }
        guard (0...items.count).contains(end) else {
            throw .outOfBounds(index: end &- 1, count: items.count)
        }
        guard start < end else { throw .backwards(from: start, to: end) }
        let step = step ?? 1
        guard step > 0 else { throw .badStep }
        return stride(from: start, to: end, by: step).map { items[$0] }
    }

    /// A place that is counted from the end where it is negative.
    private func place(_ number: Int, _ count: Int) -> Int { number < 0 ? number + count : number }
}

extension JSONPath.Comparison {
    /// Whether two values stand so to each other.
    fileprivate func holds(_ left: Tree, _ right: Tree) throws(JSONPathError) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)): return holds(left, right)
        case (.integer(let left), .integer(let right)): return holds(left, right)
        case (.boolean(let left), .boolean(let right)):
            guard self == .equal || self == .notEqual else { throw .incomparable }
            return (left == right) == (self == .equal)
        default:
            guard let left = left.double, let right = right.double else { throw .incomparable }
            return holds(left, right)
        }
    }

    private func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .equal: left == right
        case .notEqual: left != right
        case .greaterOrEqual: left >= right
        case .greater: left > right
        }
    }
}

extension Tree {
    /// The items of a list, or the values of a map in the order of their keys.
    fileprivate var children: [Tree] {
        switch self {
        case .list(let items): items
        case .map(let pairs): Self.sorted(pairs).map(\.value)
        default: []
        }
    }

    fileprivate var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let written): Double(written)
        default: nil
        }
    }

    /// The value as a person reads it; lists and maps as JSON in one line.
    fileprivate var plainText: String {
        switch self {
        case .string(let text): text
        case .null: ""
        default: compactJSON
        }
    }

    /// What it is called in messages.
    fileprivate var kindText: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .list: "list"
        case .map: "map"
        }
    }
}
