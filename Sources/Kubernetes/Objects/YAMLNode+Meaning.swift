// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension YAMLNode {
    /// A hash of what the value means, the same in every process.
    ///
    /// Neither the order of a mapping's keys nor the way a word is written counts, and a null field
    /// is as good as none. No deeper than `YAMLReader.maximumDepth`, and no more values than
    /// `YAMLReader.maximumNodeCount`, aliases written out: the reader sees to both.
    var meaningHash: UInt64 {
        switch content {
        case .scalar(let scalar): scalar.meaningHash
        case .sequence(let items):
            items.reduce(Self.hash(7, 0)) { Self.hash($0, $1.meaningHash) }
        case .mapping(let pairs):
            // A sum, as it comes out the same in any order.
            pairs.reduce(Self.hash(8, 0)) { sum, pair in
                guard !pair.value.isNull else { return sum }
                let key = hashBytes(Array(pair.key.utf8).span)
                return sum &+ Self.hash(key, pair.value.meaningHash)
            }
        }
    }

    /// A hash of two hashes, in this order.
    fileprivate static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ 0x9E37_79B9_7F4A_7C15)
            .multipliedFullWidth(by: second ^ 0xD6E8_FEB8_6659_FD93)
        return (product.high ^ product.low) &+ first.byteSwapped
    }
}

extension YAMLScalar {
    fileprivate var meaningHash: UInt64 {
        switch value {
        case .null: YAMLNode.hash(1, 0)
        case .boolean(let isTrue): YAMLNode.hash(2, isTrue ? 1 : 0)
        case .integer(let number): YAMLNode.hash(3, UInt64(bitPattern: Int64(number)))
        case .number(let text): YAMLNode.hash(4, hashBytes(Array(text.utf8).span))
        case .string(let text): YAMLNode.hash(5, hashBytes(Array(text.utf8).span))
        }
    }
}
