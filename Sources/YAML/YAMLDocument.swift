// SPDX-License-Identifier: Apache-2.0

/// One document as flat lists, of which the next document takes the memory.
///
/// A value is known by its number. Aliases and merge keys are already resolved, so a value can be
/// part of several others.
package final class YAMLDocument {
    /// The shapes of a value.
    enum Kind: UInt8 {
        case scalar
        case sequence
        case mapping
    }

    /// One value, in 20 bytes.
    struct Value {
        /// Of a scalar, where its text begins in `bytes`; else where its parts begin in `parts`.
        var first: UInt32
        /// Of a scalar, how many bytes its text has; else how many parts there are.
        var count: UInt32
        let line: UInt32
        let column: UInt32
        let kind: Kind
        var isPlain = false
        var tag = YAMLScalar.Tag.none

        var position: YAMLPosition {
            YAMLPosition(line: Int(line), column: Int(column))
        }
    }

    private(set) var values: [Value] = []
    /// The numbers of the items of each sequence, and of the keys and values of each mapping by turns.
    private(set) var parts: [UInt32] = []
    /// The texts of the scalars, UTF-8.
    private(set) var bytes: [UInt8] = []

    /// Exchanges the lists for others; only while nobody looks at the document.
    func swapLists(_ values: inout [Value], _ parts: inout [UInt32], _ bytes: inout [UInt8]) {
        swap(&self.values, &values)
        swap(&self.parts, &parts)
        swap(&self.bytes, &bytes)
    }

    /// The text of a scalar.
    func text(of value: Value) -> String {
        let first = Int(value.first)
        return String(decoding: bytes[first..<(first &+ Int(value.count))], as: UTF8.self)
    }

    /// Whether a scalar has this text.
    func isText(_ text: String, of value: Value) -> Bool {
        let utf8 = text.utf8
        let count = Int(value.count)
        guard utf8.count == count else { return false }
        let span = utf8.span
        let first = Int(value.first)
        for index in 0..<count where bytes[first &+ index] != span[index] { return false }
        return true
    }
}
