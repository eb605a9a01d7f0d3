// SPDX-License-Identifier: Apache-2.0

/// One document as flat lists, of which the next document takes the memory.
///
/// A value is known by its number. Aliases and merge keys are already resolved, so a value can be
/// part of several others.
package final class YAMLDocument {
    /// The shapes of a value.
    enum Kind: UInt8, Sendable {
        case scalar
        case sequence
        case mapping
    }

    /// One value, in 20 bytes.
    struct Value: Sendable {
        /// Of a scalar, where its text begins in `bytes`; else where its parts begin in `parts`.
        var first: UInt32
        /// Of a scalar, how many bytes its text has; else how many parts there are.
        var count: UInt32
        let line: UInt32
        let column: UInt32
        let kind: Kind
        var isPlain = false
        var tag = YAMLScalar.Tag.none

        /// The place, where nothing has to be added to the line.
        var position: YAMLPosition {
            YAMLPosition(line: Int(line), column: Int(column))
        }
    }

    private(set) var values: [Value] = []
    /// The numbers of the items of each sequence, and of the keys and values of each mapping by turns.
    private(set) var parts: [UInt32] = []
    /// The texts of the scalars, UTF-8.
    private(set) var bytes: [UInt8] = []
    /// What is to be added to the lines of the values.
    var lineShift = 0

    init() {}

    /// A document with these lists.
    init(_ values: [Value], _ parts: [UInt32], _ bytes: [UInt8]) {
        self.values = values
        self.parts = parts
        self.bytes = bytes
    }

    /// Where a value stands.
    func position(of value: Value) -> YAMLPosition {
        YAMLPosition(line: Int(value.line) &+ lineShift, column: Int(value.column))
    }

    /// Exchanges the lists for others; only while nobody looks at the document.
    func swapLists(_ values: inout [Value], _ parts: inout [UInt32], _ bytes: inout [UInt8]) {
        swap(&self.values, &values)
        swap(&self.parts, &parts)
        swap(&self.bytes, &bytes)
    }

    /// The bytes of the text of a scalar.
    func textBytes(of value: Value) -> ArraySlice<UInt8> {
        let first = Int(value.first)
        return bytes[first..<(first &+ Int(value.count))]
    }

    /// The text of a scalar.
    func text(of value: Value) -> String {
        let first = Int(value.first)
        return String(decoding: bytes[first..<(first &+ Int(value.count))], as: UTF8.self)
    }

    /// The number of the value of a key, among so many pairs whose parts begin at `first`.
    func value(of key: Span<UInt8>, _ first: Int, _ pairCount: Int) -> UInt32? {
        let (values, parts, bytes) = (values, parts, bytes)
        let (valueSpan, partSpan, byteSpan) = (values.span, parts.span, bytes.span)
        for part in stride(from: first, to: first &+ pairCount &* 2, by: 2) {
            let found = valueSpan[Int(partSpan[part])]
            guard Int(found.count) == key.count else { continue }
            var index = 0
            while index < key.count, byteSpan[Int(found.first) &+ index] == key[index] {
                index &+= 1
            }
            if index == key.count { return partSpan[part &+ 1] }
        }
        return nil
    }

    /// Which of so many pairs, whose parts begin at `first`, have a key that is none of `names`.
    func unnamed(in names: YAMLNames, _ first: Int, _ pairCount: Int) -> [Int] {
        let (values, parts, bytes) = (values, parts, bytes)
        var found: [Int] = []
        for index in 0..<pairCount {
            let key = values[Int(parts[first &+ index &* 2])]
            let start = Int(key.first)
            if !names.contains(bytes.span.extracting(start..<(start &+ Int(key.count)))) {
                found.append(index)
            }
        }
        return found
    }
}
