// SPDX-License-Identifier: Apache-2.0

/// Makes flat documents from what a parser finds, without recursion, within the reader's limits.
struct DocumentBuilder {
    /// A value with what it counts for when an alias repeats it.
    private struct Measured {
        let number: UInt32
        /// The nodes in it, itself included, aliases written out.
        let nodeCount: Int
        /// The levels of nesting in it; 0 for a scalar.
        let height: Int
    }

    private var values: [YAMLDocument.Value] = []
    private var parts: [UInt32] = []
    private var bytes: [UInt8] = []
    /// The parts of the collections that are open, which move to `parts` when they close.
    private var waiting: [UInt32] = []
    /// The collections that are open, outermost first.
    private var open: [OpenCollection] = []
    private var anchors: [String: Measured] = [:]
    /// The nodes of the document so far, aliases and merge keys written out.
    private var nodeCount = 0
    private let maximumNodeCount: Int
    /// The document before, and the memory of this one.
    private var document = YAMLDocument()

    /// Whether the document stands in its text as its lines show it: no anchors, no tags, and no
    /// brackets around several lines.
    private(set) var isRegular = true

    init(maximumNodeCount: Int) { self.maximumNodeCount = maximumNodeCount }

    /// Begins a document.
    mutating func begin() {
        open.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        if !anchors.isEmpty { anchors.removeAll() }
        nodeCount = 0
        isRegular = true
        if isKnownUniquelyReferenced(&document) {
            document.swapLists(&values, &parts, &bytes)
        } else {
            document = YAMLDocument()
        }
        values.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Notes that lines alone do not show what the document is.
    mutating func noteIrregular() { isRegular = false }

    /// Takes a scalar; returns the document's root when that is it.
    mutating func addScalar(
        _ text: Span<UInt8>,
        isPlain: Bool,
        tag: YAMLScalar.Tag,
        anchor: String?,
        at position: YAMLPosition
    ) throws(YAMLError) -> YAMLNode? {
        let number = UInt32(truncatingIfNeeded: values.count)
        let first = bytes.count
        bytes.append(addingCapacity: text.count) { output in
            for index in text.indices { output.append(text[index]) }
        }
        values.append(
            YAMLDocument.Value(
                first: UInt32(truncatingIfNeeded: first),
                count: UInt32(truncatingIfNeeded: text.count),
                line: UInt32(clamping: position.line),
                column: UInt32(clamping: position.column),
                kind: .scalar,
                isPlain: isPlain,
                tag: tag
            )
        )
        let value = Measured(number: number, nodeCount: 1, height: 0)
        return try complete(value, adding: 1, anchor: anchor, at: position)
    }

    /// Takes the beginning of a sequence or mapping.
    mutating func beginCollection(
        isMapping: Bool,
        anchor: String?,
        at position: YAMLPosition
    ) throws(YAMLError) {
        guard open.count < YAMLReader.maximumDepth else { throw Self.tooDeep(position) }
        let number = UInt32(truncatingIfNeeded: values.count)
        values.append(
            YAMLDocument.Value(
                first: 0,
                count: 0,
                line: UInt32(clamping: position.line),
                column: UInt32(clamping: position.column),
                kind: isMapping ? .mapping : .sequence
            )
        )
        open.append(
            OpenCollection(
                number: number,
                position: position,
                isMapping: isMapping,
                anchor: anchor,
                firstPart: waiting.count
            )
        )
    }

    /// Takes the end of a sequence or mapping; returns the document's root when that is it.
    mutating func endCollection() throws(YAMLError) -> YAMLNode? {
        guard let closed = open.popLast() else { return nil }
        let merged = merge(closed)
        try count(merged, at: closed.position)
        values[Int(closed.number)].first = UInt32(truncatingIfNeeded: parts.count)
        values[Int(closed.number)].count = UInt32(
            truncatingIfNeeded: waiting.count &- closed.firstPart
        )
        parts += waiting[closed.firstPart...]
        waiting.removeSubrange(closed.firstPart...)
        let value = Measured(
            number: closed.number,
            nodeCount: closed.nodeCount &+ merged,
            height: closed.height &+ 1
        )
        return try complete(value, adding: 1, anchor: closed.anchor, at: closed.position)
    }

    /// Takes an alias; returns the document's root when that is it.
    mutating func addAlias(
        _ name: String,
        at position: YAMLPosition
    ) throws(YAMLError) -> YAMLNode? {
        // What a collection holds was counted when it came; an alias counts whole.
        let value = try value(of: name, at: position)
        return try complete(value, adding: value.nodeCount, anchor: nil, at: position)
    }

    /// Gives a complete value to the collection it stands in; returns it when there is none.
    private mutating func complete(
        _ value: Measured,
        adding added: Int,
        anchor: String?,
        at position: YAMLPosition
    ) throws(YAMLError) -> YAMLNode? {
        if let anchor { anchors[anchor] = value }
        try count(added, at: position)
        guard !open.isEmpty else { return root(value.number) }
        guard open.count &+ value.height <= YAMLReader.maximumDepth else {
            throw Self.tooDeep(position)
        }
        try add(value, at: position)
        return nil
    }

    /// The root of the document, of which everything was read.
    private mutating func root(_ number: UInt32) -> YAMLNode {
        document.swapLists(&values, &parts, &bytes)
        return YAMLNode(document, number)
    }

    private mutating func count(_ added: Int, at position: YAMLPosition) throws(YAMLError) {
        nodeCount &+= added
        guard nodeCount <= maximumNodeCount else {
            let mistake =
                "more than \(maximumNodeCount) values in one document, aliases written out"
            throw YAMLError(at: position, mistake + "; split it at '---'")
        }
    }

    /// The value that `*name` stands for.
    private func value(of name: String, at position: YAMLPosition) throws(YAMLError) -> Measured {
        if let value = anchors[name] { return value }
        if let holder = open.first(where: { $0.anchor == name }) {
            let mistake = "'*\(name)' stands inside the value that it names, at "
            throw YAMLError(at: position, mistake + "\(holder.position); write the value out")
        }
        let mistake = "'*\(name)' names nothing; put '&\(name)' before a value above"
        throw YAMLError(at: position, mistake + ", or quote a text that begins with '*'")
    }

    private static func tooDeep(_ position: YAMLPosition) -> YAMLError {
        let limit = YAMLReader.maximumDepth
        return YAMLError(at: position, "nested more than \(limit) levels deep; flatten it")
    }
}

extension DocumentBuilder {
    // MARK: The innermost collection

    /// Adds an item, a key, or the value of the key before.
    private mutating func add(_ value: Measured, at position: YAMLPosition) throws(YAMLError) {
        let last = open.count &- 1
        open[last].nodeCount &+= value.nodeCount
        open[last].height = max(open[last].height, value.height)
        guard open[last].isMapping else {
            waiting.append(value.number)
            return
        }
        guard open[last].awaitsValue else {
            try addKey(value.number, at: position)
            return
        }
        open[last].awaitsValue = false
        if open[last].isMergeKey {
            open[last].isMergeKey = false
            try checkMerged(value.number, at: position)
            open[last].merged = value.number
            open[last].mergedCount = value.nodeCount
        } else {
            waiting.append(value.number)
        }
    }

    private mutating func addKey(_ number: UInt32, at position: YAMLPosition) throws(YAMLError) {
        let last = open.count &- 1
        let key = values[Int(number)]
        guard key.kind == .scalar else {
            let mistake =
                "a key must be a single word; quote a text that begins with '{' or '['"
                + ", fill in '{{ }}' of a template"
            throw YAMLError(at: position, mistake)
        }
        let isMergeKey = isMergeKey(key)
        if let first = isMergeKey ? placeOfMerged : place(of: key) {
            let mistake = "the key '\(text(key))' is already at \(first); keep one of them"
            throw YAMLError(at: position, mistake)
        }
        open[last].awaitsValue = true
        open[last].isMergeKey = isMergeKey
        guard !isMergeKey else { return }
        let pairCount = (waiting.count &- open[last].firstPart) / 2
        if pairCount >= OpenCollection.tableThreshold { note(key, at: position) }
        guard key.position != position else {
            waiting.append(number)
            return
        }
        // The key that an alias brings stands where the alias does.
        waiting.append(UInt32(truncatingIfNeeded: values.count))
        values.append(
            YAMLDocument.Value(
                first: key.first,
                count: key.count,
                line: UInt32(clamping: position.line),
                column: UInt32(clamping: position.column),
                kind: .scalar,
                isPlain: key.isPlain,
                tag: key.tag
            )
        )
    }

    /// Whether a key is `<<`, unquoted.
    private func isMergeKey(_ key: YAMLDocument.Value) -> Bool {
        guard key.count == 2, key.isPlain, key.tag == .none else { return false }
        return text(key) == "<<"
    }

    /// Where the value of `<<` stands in the innermost collection; nil when there is none.
    private var placeOfMerged: YAMLPosition? {
        guard let merged = open[open.count &- 1].merged else { return nil }
        return values[Int(merged)].position
    }

    /// The keys of a collection, of which all values are there.
    private func keys(from firstPart: Int) -> [YAMLDocument.Value] {
        stride(from: firstPart, to: waiting.count, by: 2).map { values[Int(waiting[$0])] }
    }

    /// Keeps the place of one of many keys.
    private mutating func note(_ key: YAMLDocument.Value, at position: YAMLPosition) {
        let last = open.count &- 1
        if open[last].table.isEmpty {
            for key in keys(from: open[last].firstPart) {
                open[last].table[text(key)] = key.position
            }
        }
        open[last].table[text(key)] = position
    }

    /// Where `key` already stands in the innermost collection; nil when it does not.
    private func place(of key: YAMLDocument.Value) -> YAMLPosition? {
        let last = open.count &- 1
        guard open[last].table.isEmpty else { return open[last].table[text(key)] }
        var index = open[last].firstPart
        while index < waiting.count {
            let other = values[Int(waiting[index])]
            if isSame(other, key) { return other.position }
            index &+= 2
        }
        return nil
    }

    private func checkMerged(_ number: UInt32, at position: YAMLPosition) throws(YAMLError) {
        guard sources(of: number).allSatisfy({ values[Int($0)].kind == .mapping }) else {
            throw YAMLError(at: position, "'<<' wants a mapping, or a list of them, by alias")
        }
    }

    /// The mappings that are merged by one value of `<<`.
    private func sources(of number: UInt32) -> [UInt32] {
        let value = values[Int(number)]
        return value.kind == .sequence ? Array(parts(of: value)) : [number]
    }

    private func parts(of value: YAMLDocument.Value) -> ArraySlice<UInt32> {
        parts[Int(value.first)..<Int(value.first &+ value.count)]
    }

    /// Writes the pairs of `<<` out behind the mapping's own, which win, as do earlier sources.
    ///
    /// - Returns: How many nodes that added at most.
    private mutating func merge(_ closed: OpenCollection) -> Int {
        guard let merged = closed.merged else { return 0 }
        var known = Set(keys(from: closed.firstPart).map { text($0) })
        for source in sources(of: merged) {
            let added = Array(parts(of: values[Int(source)]))
            for index in stride(from: 0, to: added.count &- 1, by: 2)
            where known.insert(text(values[Int(added[index])])).inserted {
                waiting += added[index...(index &+ 1)]
            }
        }
        return closed.mergedCount
    }

    // MARK: Texts

    private func text(_ value: YAMLDocument.Value) -> String {
        let first = Int(value.first)
        return String(decoding: bytes[first..<(first &+ Int(value.count))], as: UTF8.self)
    }

    private func isSame(_ left: YAMLDocument.Value, _ right: YAMLDocument.Value) -> Bool {
        guard left.count == right.count else { return false }
        let span = bytes.span
        for index in 0..<Int(left.count)
        where span[Int(left.first) &+ index] != span[Int(right.first) &+ index] {
            return false
        }
        return true
    }
}
