// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// The order in which rows are wanted: `--sort-by`.
struct RowOrder: Hashable, Sendable {
    private let path: FieldPath

    init(_ text: String) throws(CommandMistake) { path = try FieldPath(text) }

    /// The rows by the values of the field, those without one first; rows with the same value stay
    /// as they are.
    ///
    /// `writer` counts what the path leads to.
    func sorted(
        _ rows: [Row],
        _ trees: inout Rows,
        _ writer: inout JSONPathWriter
    ) throws(CommandMistake) -> [Row] {
        var keyed: [(key: Key, row: Row)] = []
        for row in rows { keyed.append((try key(of: row, &trees, &writer), row)) }
        guard keyed.isEmpty || keyed.contains(where: { $0.key != .none }) else {
            throw CommandMistake(
                "error: couldn't find any field with path \"\(path.text)\" in the list of objects"
            )
        }
        return keyed.enumerated().sorted { left, right in
            if left.element.key.isBefore(right.element.key) { return true }
            return !right.element.key.isBefore(left.element.key) && left.offset < right.offset
        }.map(\.element.row)
    }

    /// What rows are compared by.
    private enum Key: Hashable {
        case none
        case number(Double)
        case text(String)

        func isBefore(_ other: Key) -> Bool {
            switch (self, other) {
            case (.none, .none), (_, .none): false
            case (.none, _): true
            case (.number(let left), .number(let right)): left < right
            case (.text(let left), .text(let right)): left.isNaturallyBefore(right)
            case (.number, .text): true
            case (.text, .number): false
            }
        }
    }

    private func key(
        of row: Row,
        _ trees: inout Rows,
        _ writer: inout JSONPathWriter
    ) throws(CommandMistake) -> Key {
        // The usual ones, for which no file is read.
        switch path.text {
        case "{.metadata.name}": return .text(row.name)
        case "{.metadata.namespace}" where row.kind.isNamespaced:
            return .text(row.metadata.namespace)
        case "{.metadata.creationTimestamp}":
            let seconds = row.metadata.createdSeconds
            return seconds > 0 ? .number(Double(seconds)) : .none
        default: break
        }
        let values: [Tree]
        do throws(JSONPathError) {
            values = try path.values(in: trees.whole(row), &writer)
        } catch {
            throw CommandMistake("error: error executing jsonpath: \(error)")
        }
        switch values.first {
        case nil, .null?: return .none
        case .integer(let value)?: return .number(Double(value))
        case .number(let written)?: return Double(written).map(Key.number) ?? .text(written)
        case .boolean(let value)?: return .number(value ? 1 : 0)
        case .string(let text)?: return .text(text)
        case .list?, .map?:
            throw CommandMistake("error: \(path.text) leads to what has no order")
        }
    }
}

extension String {
    /// Whether it comes before another one where numbers in texts count as numbers: `web-2` before
    /// `web-10`.
    func isNaturallyBefore(_ other: String) -> Bool {
        let (left, right) = (Array(utf8), Array(other.utf8))
        var (start, otherStart) = (0, 0)
        while start < left.count, otherStart < right.count {
            guard left[start].isDigit, right[otherStart].isDigit else {
                guard left[start] == right[otherStart] else {
                    return left[start] < right[otherStart]
                }
                start += 1
                otherStart += 1
                continue
            }
            let digits = left[start...].prefix(while: \.isDigit)
            let others = right[otherStart...].prefix(while: \.isDigit)
            let (value, otherValue) = (digits.drop { $0 == 0x30 }, others.drop { $0 == 0x30 })
            guard value.count == otherValue.count else { return value.count < otherValue.count }
            guard value.elementsEqual(otherValue) else {
                return value.lexicographicallyPrecedes(otherValue)
            }
            start = digits.endIndex
            otherStart = others.endIndex
        }
        return left.count - start < right.count - otherStart
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}
