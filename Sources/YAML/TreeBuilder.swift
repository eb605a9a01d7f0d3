// SPDX-License-Identifier: Apache-2.0

/// Makes trees of nodes from events, without recursion, within the reader's limits.
struct TreeBuilder {
    /// A value with what it counts for when an alias repeats it.
    private struct Measured {
        let node: YAMLNode
        /// The nodes in it, itself included, aliases written out.
        let nodeCount: Int
        /// The levels of nesting in it; 0 for a scalar.
        let height: Int
    }

    /// The collections that are open, outermost first.
    private var open: [OpenCollection] = []
    private var anchors: [String: Measured] = [:]
    /// The nodes of the document so far, aliases and merge keys written out.
    private var nodeCount = 0
    private let maximumNodeCount: Int

    init(maximumNodeCount: Int) { self.maximumNodeCount = maximumNodeCount }

    /// Takes the next event; returns a document's root when the event completes one.
    mutating func add(_ event: Event) throws(YAMLError) -> YAMLNode? {
        switch event.kind {
        case .streamStart, .documentEnd:
            return nil
        case .documentStart:
            open.removeAll(keepingCapacity: true)
            anchors.removeAll()
            nodeCount = 0
            return nil
        case .scalar(let scalar):
            let node = YAMLNode(.scalar(scalar), at: event.position)
            return try complete(Measured(node: node, nodeCount: 1, height: 0), event)
        case .sequenceStart, .mappingStart:
            guard open.count < YAMLReader.maximumDepth else { throw Self.tooDeep(event.position) }
            open.append(OpenCollection(event))
            return nil
        case .collectionEnd:
            guard let closed = open.popLast() else { return nil }
            return try complete(try finish(closed), closed.start)
        case .alias(let name):
            return try complete(try value(of: name, at: event.position), event)
        }
    }

    /// Gives a complete value to the collection it stands in; returns it when there is none.
    private mutating func complete(
        _ value: Measured,
        _ event: Event
    ) throws(YAMLError) -> YAMLNode? {
        if let anchor = event.anchor { anchors[anchor] = value }
        // What a collection holds was counted when it came; an alias counts whole.
        let added = if case .alias = event.kind { value.nodeCount } else { 1 }
        try count(added, at: event.position)
        guard !open.isEmpty else { return value.node }
        guard open.count &+ value.height <= YAMLReader.maximumDepth else {
            throw Self.tooDeep(event.position)
        }
        try open[open.count &- 1].add(
            value.node,
            nodeCount: value.nodeCount,
            height: value.height,
            at: event.position
        )
        return nil
    }

    /// The node of a collection whose end was read.
    private mutating func finish(_ closed: OpenCollection) throws(YAMLError) -> Measured {
        var closed = closed
        let merged = try closed.merge()
        try count(merged, at: closed.start.position)
        return Measured(
            node: closed.node,
            nodeCount: closed.nodeCount &+ merged,
            height: closed.height &+ 1
        )
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
        if let holder = open.first(where: { $0.start.anchor == name }) {
            let mistake = "'*\(name)' stands inside the value that it names, at "
            throw YAMLError(at: position, mistake + "\(holder.start.position); write the value out")
        }
        let mistake = "'*\(name)' names nothing; put '&\(name)' before a value above"
        throw YAMLError(at: position, mistake + ", or quote a text that begins with '*'")
    }

    private static func tooDeep(_ position: YAMLPosition) -> YAMLError {
        let limit = YAMLReader.maximumDepth
        return YAMLError(at: position, "nested more than \(limit) levels deep; flatten it")
    }
}
