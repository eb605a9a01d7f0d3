// SPDX-License-Identifier: Apache-2.0

import Wire

/// Part of a flat array of one shard: where it begins and how long it is.
struct ShardRange: Hashable, Sendable {
    static let empty = ShardRange(0, 0)

    let start: UInt32
    let count: UInt32

    init(_ start: Int, _ count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    /// The indices of the array that it covers.
    var indices: Range<Int> { Int(start)..<Int(start) &+ Int(count) }
}

/// A namespace, a Service or an endpoint, as a shard keeps it.
struct ShardNode: Hashable, Sendable {
    /// What stands for no parent.
    static let noParent = UInt32.max

    let kind: ClusterNode.Kind
    /// The length of its label, in bytes.
    let labelByteCount: UInt8
    /// Where its label begins among the texts, with a length byte in front; behind that of a
    /// Service comes the label of its namespace.
    let textStart: UInt32
    /// The node that its name goes on with; `noParent` for a namespace.
    let parent: UInt32
    var v4 = ShardRange.empty
    /// By index of pairs of words.
    var v6 = ShardRange.empty
    /// The groups of a headless Service, where an alias leads, else ports.
    var detail = ShardRange.empty

    init(
        kind: ClusterNode.Kind,
        label: [UInt8],
        at textStart: Int,
        parent: UInt32 = Self.noParent
    ) {
        self.kind = kind
        labelByteCount = UInt8(truncatingIfNeeded: label.count)
        self.textStart = UInt32(truncatingIfNeeded: textStart)
        self.parent = parent
    }

    /// Its label in wire form, with the length byte in front, among the texts.
    var wireLabel: ShardRange { ShardRange(Int(textStart), Int(labelByteCount) &+ 1) }
}

/// The endpoints of one headless Service that have the same ports.
struct ShardGroup: Hashable, Sendable {
    let ports: ShardRange
    let endpoints: ShardRange
    let v4: ShardRange
    let v6: ShardRange
    let addressCount: UInt32
}

/// One port of a Service or of an endpoint.
struct ShardPort: Hashable, Sendable {
    /// The name, in lower case, among the texts; empty when there is none.
    let name: ShardRange
    /// The transport's place among all, from 1; 0 where no port is declared at all.
    let transport: UInt8
    /// The number; 0 where none is declared.
    let number: UInt16
}

/// The flat arrays behind the names of one shard.
struct ShardTables: Hashable, Sendable {
    // What a question for an address needs stands first, so that it lies in one cache line.

    /// The nodes by their names.
    var names = ClusterIndex(capacity: 0)
    var nodes: [ShardNode] = []
    /// Labels, names of ports and targets of aliases, one behind the other.
    var text: [UInt8] = []
    var v4: [UInt32] = []
    /// Two words an address, the upper one first.
    var v6: [UInt64] = []
    var ports: [ShardPort] = []
    var groups: [ShardGroup] = []

    func v4Address(_ index: Int) -> IPAddress { IPAddress(v4: v4[index]) }

    func v6Address(_ index: Int) -> IPAddress {
        IPAddress(v6High: v6[index &* 2], low: v6[index &* 2 &+ 1])
    }
}

/// Some Services with their endpoints: those whose names fall to this shard.
///
/// It is never changed: another one takes its place. What it holds depends on its Services alone
/// and not on how they came to be what they are, so that two clusters of the same objects are the
/// same, byte for byte.
final class ClusterShard: Sendable {
    /// The most nodes of one shard, which pointers can tell apart.
    static let maximumNodeCount = 1 << 20
    static let empty = ClusterShard(ShardTables())

    let tables: ShardTables

    init(_ tables: ShardTables) { self.tables = tables }

    /// The number of the shard of a name: the hash is that of a Service with its namespace, or of
    /// a namespace alone.
    static func number(of hash: UInt64) -> Int { ShardTable<ClusterShard>.number(of: hash) }
}

// MARK: Looking up

/// Each step begins at the table, so that no reference to a shard is held and none is counted; the
/// compiler sees that the way to it is always the same.
extension ShardTable where Shard == ClusterShard {
    /// The node of a name in a shard; -1 for none.
    ///
    /// The name is given in wire form and lower case as far as its namespace.
    func place(of name: Span<UInt8>, hash: UInt64, in number: Int) -> Int {
        var slot = self[number].tables.names.firstSlot(hash)
        var place = self[number].tables.names.entry(at: slot)
        while place >= 0, !isNamed(place, name, in: number) {
            slot = self[number].tables.names.slot(after: slot)
            place = self[number].tables.names.entry(at: slot)
        }
        return place
    }

    /// Whether a node has this name.
    @inline(__always)
    private func isNamed(_ index: Int, _ name: Span<UInt8>, in number: Int) -> Bool {
        let node = self[number].tables.nodes[index]
        let isEndpoint = node.kind == .endpoint
        let own = isEndpoint ? Int(node.labelByteCount) &+ 1 : 0
        let rest = isEndpoint ? self[number].tables.nodes[Int(node.parent)] : node
        let start = Int(rest.textStart)
        var count = Int(rest.labelByteCount) &+ 1
        if rest.parent != ShardNode.noParent {
            count &+= 1 &+ Int(self[number].tables.text[start &+ count])
        }
        return own &+ count == name.count
            && isText(ShardRange(Int(node.textStart), own), name, at: 0, in: number)
            && isText(ShardRange(start, count), name, at: own, in: number)
    }

    /// Whether a text is what stands at an offset of these bytes, which are long enough.
    @inline(__always)
    private func isText(
        _ text: ShardRange,
        _ bytes: Span<UInt8>,
        at offset: Int,
        in number: Int
    ) -> Bool {
        let count = Int(text.count)
        var index = 0
        while index < count,
            self[number].tables.text[Int(text.start) &+ index] == bytes[offset &+ index]
        {
            index &+= 1
        }
        return index == count
    }

    /// Whether a text of a shard is these bytes.
    func isText(_ text: ShardRange, _ bytes: Span<UInt8>, in number: Int) -> Bool {
        Int(text.count) == bytes.count && isText(text, bytes, at: 0, in: number)
    }

    /// Writes the name of a node up to its namespace; see `Cluster`.
    func write(
        nameOf place: Int,
        in number: Int,
        into buffer: inout MutableSpan<UInt8>
    ) -> Int {
        var next = place
        var offset = 0
        while true {
            let node = self[number].tables.nodes[next]
            let label = node.wireLabel
            let end = offset &+ Int(label.count)
            guard end <= buffer.count else { return buffer.count &+ 1 }
            for index in 0..<Int(label.count) {
                buffer[offset &+ index] = self[number].tables.text[Int(label.start) &+ index]
            }
            offset = end
            guard node.parent != ShardNode.noParent else { return offset }
            next = Int(node.parent)
        }
    }
}

// MARK: Building

/// An address and a node of a shard that it leads back to.
struct ShardPointer: Hashable, Sendable {
    let address: IPAddress
    let node: UInt32
    /// Whether it is the address of a Service itself, which goes before endpoints.
    let isOwn: Bool
}

extension ShardTables {
    /// The addresses that lead back to a node, in the order of the nodes.
    var pointers: [ShardPointer] {
        var found: [ShardPointer] = []
        found.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            guard let isOwn = node.isPointedToAsOwn else { continue }
            let number = UInt32(truncatingIfNeeded: index)
            for place in node.v4.indices {
                found.append(
                    ShardPointer(address: v4Address(place), node: number, isOwn: isOwn)
                )
            }
            for place in node.v6.indices {
                found.append(
                    ShardPointer(address: v6Address(place), node: number, isOwn: isOwn)
                )
            }
        }
        return found
    }

    /// Whether a node has the same name in both; names decide the order of pointers.
    func hasSameName(_ node: UInt32, as other: ShardTables) -> Bool {
        var next = node
        while next != ShardNode.noParent {
            let (own, others) = (nodes[Int(next)], other.nodes[Int(next)])
            guard own.parent == others.parent,
                text[own.wireLabel.indices] == other.text[others.wireLabel.indices]
            else { return false }
            next = own.parent
        }
        return true
    }

    /// The labels of a node's name in front of `svc`, the namespace first.
    func path(_ node: Int) -> [ArraySlice<UInt8>] {
        var path: [ArraySlice<UInt8>] = []
        var next = UInt32(truncatingIfNeeded: node)
        while next != ShardNode.noParent {
            path.insert(text[nodes[Int(next)].wireLabel.indices].dropFirst(), at: 0)
            next = nodes[Int(next)].parent
        }
        return path
    }

    /// The name of a node up to its namespace, in wire form without a last zero.
    func wireName(_ node: Int) -> [UInt8] {
        path(node).reversed().flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 }
    }
}

extension ShardNode {
    /// Whether addresses that lead back to the node are its own; nil when none do.
    var isPointedToAsOwn: Bool? {
        switch kind {
        case .clusterIP, .hidden: true
        case .endpoint: false
        case .namespace, .headless, .alias: nil
        }
    }
}
