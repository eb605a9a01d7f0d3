// SPDX-License-Identifier: Apache-2.0

/// A sequence or mapping of which not all has been read yet.
struct OpenCollection {
    /// The number of keys from which on they are looked up in a table instead of compared.
    private static let tableThreshold = 16

    /// The event that opened it.
    let start: Event
    private let isMapping: Bool
    private var items: [YAMLNode] = []
    private var pairs: [YAMLPair] = []
    /// The key that waits for its value.
    private var key: (text: String, position: YAMLPosition)?
    private var isMergeKey = false
    /// The value of `<<`; its pairs count only where there is no key of that name.
    private var merged: YAMLNode?
    private var mergedCount = 0
    /// The place of each key, once there are many.
    private var table: [String: YAMLPosition] = [:]
    /// The nodes in it so far, itself included.
    private(set) var nodeCount = 1
    /// The levels of nesting in what it holds.
    private(set) var height = 0

    init(_ start: Event) {
        self.start = start
        isMapping = if case .mappingStart = start.kind { true } else { false }
    }

    /// The collection as a node.
    var node: YAMLNode {
        YAMLNode(isMapping ? .mapping(pairs) : .sequence(items), at: start.position)
    }

    /// Adds an item, a key, or the value of the key before.
    mutating func add(
        _ node: YAMLNode,
        nodeCount: Int,
        height: Int,
        at position: YAMLPosition
    ) throws(YAMLError) {
        self.nodeCount &+= nodeCount
        self.height = max(self.height, height)
        guard isMapping else {
            items.append(node)
            return
        }
        guard let key else {
            try addKey(node, at: position)
            return
        }
        self.key = nil
        if isMergeKey {
            isMergeKey = false
            try checkMerged(node, at: position)
            merged = node
            mergedCount = nodeCount
        } else {
            pairs.append(YAMLPair(key: key.text, keyPosition: key.position, value: node))
        }
    }

    private mutating func addKey(
        _ node: YAMLNode,
        at position: YAMLPosition
    ) throws(YAMLError) {
        guard let scalar = node.scalar else {
            let mistake =
                "a key must be a single word; quote a text that begins with '{' or '['"
                + ", fill in '{{ }}' of a template"
            throw YAMLError(at: position, mistake)
        }
        isMergeKey = scalar.isPlain && scalar.tag == .none && scalar.text == "<<"
        if let first = isMergeKey ? merged?.position : place(of: scalar.text) {
            let mistake = "the key '\(scalar.text)' is already at \(first); keep one of them"
            throw YAMLError(at: position, mistake)
        }
        key = (scalar.text, position)
        guard !isMergeKey, pairs.count >= Self.tableThreshold else { return }
        if table.isEmpty { for pair in pairs { table[pair.key] = pair.keyPosition } }
        table[scalar.text] = position
    }

    /// Where `key` already stands in this mapping; nil when it does not.
    private func place(of key: String) -> YAMLPosition? {
        guard table.isEmpty else { return table[key] }
        return pairs.first { $0.key == key }?.keyPosition
    }

    private func checkMerged(_ node: YAMLNode, at position: YAMLPosition) throws(YAMLError) {
        let sources: [YAMLNode] =
            if case .sequence(let list) = node.content { list } else { [node] }
        for source in sources {
            if case .mapping = source.content { continue }
            throw YAMLError(at: position, "'<<' wants a mapping, or a list of them, by alias")
        }
    }

    /// Writes the pairs of `<<` out behind the mapping's own, which win, as do earlier sources.
    ///
    /// - Returns: How many nodes that added at most.
    mutating func merge() throws(YAMLError) -> Int {
        guard let merged else { return 0 }
        let sources: [YAMLNode] =
            if case .sequence(let list) = merged.content { list } else { [merged] }
        var known = Set(pairs.map(\.key))
        for source in sources {
            guard case .mapping(let added) = source.content else { continue }
            for pair in added where known.insert(pair.key).inserted { pairs.append(pair) }
        }
        self.merged = nil
        return mergedCount
    }
}
