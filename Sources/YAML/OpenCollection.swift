// SPDX-License-Identifier: Apache-2.0

/// A sequence or mapping of which not all has been read yet.
struct OpenCollection {
    /// The number of keys from which on they are looked up in a table instead of compared.
    static let tableThreshold = 16

    /// Its number among the document's values.
    let number: UInt32
    let position: YAMLPosition
    let isMapping: Bool
    let anchor: String?
    /// Where its parts begin among those that wait.
    let firstPart: Int
    /// Whether a key was read whose value comes next.
    var awaitsValue = false
    /// Whether that key is `<<`.
    var isMergeKey = false
    /// The value of `<<`; its pairs count only where there is no key of that name.
    var merged: UInt32?
    var mergedCount = 0
    /// The place of each key, once there are many.
    var table: [String: YAMLPosition] = [:]
    /// The nodes in it so far, itself included.
    var nodeCount = 1
    /// The levels of nesting in what it holds.
    var height = 0
}
