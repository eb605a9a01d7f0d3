// SPDX-License-Identifier: Apache-2.0

import Wire

/// Puts blocks into one shard.
struct ShardBuilder {
    /// The blocks, one behind the other.
    private var blocks: [UInt32] = []
    private var starts: [Int] = []

    /// Adds a block.
    mutating func add(_ block: some Collection<UInt32>) {
        // LIMIT: claims on addresses cannot tell more apart.
        guard starts.count < ClusterShard.maximumBlockCount else { return }
        starts.append(blocks.count)
        blocks.append(contentsOf: block)
    }

    /// The shard of all blocks that were added.
    consuming func finish() -> ClusterShard {
        guard !starts.isEmpty else { return .empty }
        let nameCount = starts.reduce(0) { $0 + self.nameCount(ofBlock: $1) }
        let behind = ClusterShard.Head.count + starts.count + blocks.count
        // As narrow as it can be: whether the slots fit depends on how wide they are.
        let narrow = WordIndex(capacity: nameCount, largest: 0)
        let index = WordIndex(capacity: nameCount, largest: behind + narrow.wordCount)
        let first = ClusterShard.Head.count + index.wordCount + starts.count
        var words: [UInt32] = []
        words.reserveCapacity(first + blocks.count)
        words.append(index.head)
        words.append(UInt32(truncatingIfNeeded: starts.count))
        words.append(UInt32(truncatingIfNeeded: nameCount))
        words.append(contentsOf: repeatElement(0, count: index.wordCount))
        for start in starts { words.append(UInt32(truncatingIfNeeded: first + start)) }
        words.append(contentsOf: blocks)
        var name: [UInt8] = []
        for start in starts {
            Self.insertNames(ofBlock: first + start, index, into: &words, &name)
        }
        return ClusterShard(words)
    }

    /// How many names a block has.
    private func nameCount(ofBlock start: Int) -> Int {
        switch NodeKind(rawValue: UInt8(truncatingIfNeeded: blocks[start].nodeKind)) {
        case .clusterIP, .headless:
            1 + Int(blocks[blocks.rest(ofBlock: start) + RestWord.endpointCount])
        case .namespace, .alias: 1
        case .endpoint, .hidden, nil: 0
        }
    }

    /// Enters the names of a block; `name` is memory to use.
    private static func insertNames(
        ofBlock start: Int,
        _ index: WordIndex,
        into words: inout [UInt32],
        _ name: inout [UInt8]
    ) {
        let kind = NodeKind(rawValue: UInt8(truncatingIfNeeded: words[start].nodeKind))
        guard kind != .hidden else { return }
        let own = words.bytes(at: start + BlockWord.count, count: words[start].nameByteCount)
        let slots = ClusterShard.Head.count
        index.insert(start, hash: hashBytes(own.span), into: &words, at: slots)
        guard kind == .clusterIP || kind == .headless else { return }
        let rest = words.rest(ofBlock: start)
        for number in 0..<Int(words[rest + RestWord.endpointCount]) {
            let endpoint = words.endpoint(number, ofBlock: start)
            let label = endpoint + Int(words[endpoint + EndpointWord.label])
            name.removeAll(keepingCapacity: true)
            words.append(bytesAt: label, count: Int(words[label] >> 24) + 1, to: &name)
            name += own
            index.insert(endpoint, hash: hashBytes(name.span), into: &words, at: slots)
        }
    }
}

/// The labels of a Service and of its namespace, in lower case.
struct ServiceLabels: Hashable {
    let namespace: [UInt8]
    let name: [UInt8]

    /// Nil where one of the two cannot be a label.
    init?(_ key: ServiceKey) {
        guard let namespace = Self.label(key.namespace), let name = Self.label(key.name) else {
            return nil
        }
        self.namespace = namespace
        self.name = name
    }

    /// The label that a text is, in lower case; nil when it cannot be one.
    static func label(_ text: String) -> [UInt8]? {
        let bytes = text.utf8.map(\.asciiLowercased)
        return (1...Name.maximumLabelByteCount).contains(bytes.count) ? bytes : nil
    }

    /// The name of the Service as far as its namespace, in wire form.
    var wire: [UInt8] {
        var wire: [UInt8] = []
        wire.reserveCapacity(namespace.count + name.count + 2)
        wire.append(UInt8(truncatingIfNeeded: name.count))
        wire += name
        wire.append(UInt8(truncatingIfNeeded: namespace.count))
        wire += namespace
        return wire
    }

    /// The number of the shard that the Service lies in.
    var shard: Int { ClusterShard.number(of: hashBytes(wire.span)) }

    /// The number of the shard in which a namespace is found by its name.
    static func shard(ofNamespace label: [UInt8]) -> Int {
        let wire = [UInt8(truncatingIfNeeded: label.count)] + label
        return ClusterShard.number(of: hashBytes(wire.span))
    }
}
