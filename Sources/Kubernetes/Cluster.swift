// SPDX-License-Identifier: Apache-2.0

import Wire

/// Part of a flat array: where it begins and how long it is.
package struct ClusterRange: Hashable, Sendable {
    let shard: UInt32
    let range: ShardRange

    init(_ shard: Int, _ range: ShardRange) {
        self.shard = UInt32(truncatingIfNeeded: shard)
        self.range = range
    }

    /// The indices of the array that it covers.
    package var indices: Range<Int> {
        let start = ShardPlace.index(Int(shard), Int(range.start))
        return start..<start &+ Int(range.count)
    }
    package var isEmpty: Bool { range.count == 0 }

    /// Whether `other` is part of this range.
    package func holds(_ other: ClusterRange) -> Bool {
        let (own, others) = (range.indices, other.range.indices)
        return shard == other.shard && own.lowerBound <= others.lowerBound
            && others.upperBound <= own.upperBound
    }
}

/// A namespace, a Service or an endpoint: one node of the tree of names.
///
/// A node knows the label that it adds in front of its parent's name, so that the names of a
/// million endpoints cost a label each.
package struct ClusterNode: Hashable, Sendable {
    /// What a node stands for.
    package enum Kind: UInt8, Sendable {
        case namespace
        /// A Service with addresses of its own.
        case clusterIP
        /// A Service that stands for its endpoints.
        case headless
        /// A Service that is another name for something elsewhere.
        case alias
        case endpoint
        /// It has no records of its own, and is there for the names of pointers only.
        case hidden
    }

    package let kind: Kind
    let shard: Int
    let node: ShardNode

    init(_ shard: Int, _ node: ShardNode) {
        kind = node.kind
        self.shard = shard
        self.node = node
    }

    /// The node that its name goes on with; nil for a namespace.
    var parent: Int? {
        node.parent == ShardNode.noParent ? nil : ShardPlace.index(shard, Int(node.parent))
    }

    /// Its IPv4 addresses, those of a headless Service being those of its endpoints.
    package var v4: ClusterRange { ClusterRange(shard, node.v4) }
    /// Its IPv6 addresses, by index of pairs of words.
    package var v6: ClusterRange { ClusterRange(shard, node.v6) }
    /// The ports of a Service with addresses of its own, or of an endpoint.
    package var ports: ClusterRange {
        ClusterRange(shard, kind == .clusterIP || kind == .endpoint ? node.detail : .empty)
    }
    /// The groups of a headless Service's endpoints.
    package var groups: ClusterRange {
        ClusterRange(shard, kind == .headless ? node.detail : .empty)
    }
    /// Where an alias leads, in wire form, among the texts of the shard.
    var target: ShardRange { kind == .alias ? node.detail : .empty }
}

/// The endpoints of one headless Service that have the same ports.
package struct ClusterGroup: Hashable, Sendable {
    package let ports: ClusterRange
    /// The endpoints, as nodes.
    package let endpoints: ClusterRange
    /// The addresses of all endpoints, each once.
    package let v4: ClusterRange
    package let v6: ClusterRange
    /// The addresses of all endpoints, each as often as there are endpoints that have it.
    package let addressCount: UInt32

    init(_ shard: Int, _ group: ShardGroup) {
        ports = ClusterRange(shard, group.ports)
        endpoints = ClusterRange(shard, group.endpoints)
        v4 = ClusterRange(shard, group.v4)
        v6 = ClusterRange(shard, group.v6)
        addressCount = group.addressCount
    }
}

/// One port of a Service or of an endpoint.
package struct ClusterPort: Hashable, Sendable {
    /// The name, in lower case, among the texts; empty when there is none.
    let name: ClusterRange
    /// The transport's place among all, from 1; 0 where no port is declared at all.
    let transport: UInt8
    /// The number; 0 where none is declared.
    package let number: UInt16

    init(_ shard: Int, _ port: ShardPort) {
        name = ClusterRange(shard, port.name)
        transport = port.transport
        number = port.number
    }
}

/// All names that a cluster's objects give rise to, as they were at one moment.
///
/// It is never changed. The names are parted into shards by the hash of the Service and its
/// namespace, the addresses by their own; within a shard everything lies in flat arrays, so that a
/// query finds a name with one look-up, allocates nothing and touches no reference count. The next
/// cluster shares all shards that a change does not reach (`ClusterRegistry`).
///
/// Nodes, groups, ports and addresses go by one number each, made of the shard and the place in it.
package final class Cluster: Sendable {
    /// The most objects that are taken; the rest would not fit the tables.
    package static let maximumObjectCount = 16_000_000

    /// The names, by the hash of Service and namespace, or of a namespace alone.
    let shards: ShardTable<ClusterShard>
    /// The addresses, by their hashes.
    let reverse: ShardTable<ReverseShard>
    /// All addresses with a pointer.
    let v4Addresses: SortedPages<UInt32>
    let v6Addresses: SortedPages<UInt128>
    /// The Pods that have names of their own, by the hash of their names.
    let pods: ShardTable<PodShard>
    /// The number of names, namespaces among them.
    package let nameCount: Int

    init(
        shards: ShardTable<ClusterShard>,
        reverse: ShardTable<ReverseShard>,
        v4Addresses: SortedPages<UInt32>,
        v6Addresses: SortedPages<UInt128>,
        pods: ShardTable<PodShard>,
        nameCount: Int
    ) {
        self.shards = shards
        self.reverse = reverse
        self.v4Addresses = v4Addresses
        self.v6Addresses = v6Addresses
        self.pods = pods
        self.nameCount = nameCount
    }

    /// Makes the cluster that `objects` describe; their order has no bearing on it.
    package convenience init(
        _ objects: [ClusterObject],
        options: ClusterOptions = ClusterOptions()
    ) {
        var builder = ClusterBuilder(options)
        for object in objects.prefix(Self.maximumObjectCount) { builder.add(StoredObject(object)) }
        builder.build()
        self.init(builder)
    }

    /// The cluster without anything in it.
    package static let empty = Cluster([])

    /// Whether both clusters give the same answers.
    ///
    /// What they share is not compared, so that this costs no more than what differs.
    package func isSame(as other: Cluster) -> Bool {
        if self === other { return true }
        return shards.elementsEqual(other.shards) { $0.tables == $1.tables }
            && reverse.elementsEqual(other.reverse) { $0.tables == $1.tables }
            && pods.elementsEqual(other.pods) { $0.isSame(as: $1) }
    }

    // MARK: Reading

    /// The tables in which the node, group, port or address of this number lies.
    func tables(of index: Int) -> ClusterShard { shards[ShardPlace.shard(index)] }

    package func node(at index: Int) -> ClusterNode {
        ClusterNode(
            ShardPlace.shard(index),
            tables(of: index).tables.nodes[ShardPlace.place(index)]
        )
    }

    package func group(at index: Int) -> ClusterGroup {
        ClusterGroup(
            ShardPlace.shard(index),
            tables(of: index).tables.groups[ShardPlace.place(index)]
        )
    }

    package func port(at index: Int) -> ClusterPort {
        ClusterPort(
            ShardPlace.shard(index),
            tables(of: index).tables.ports[ShardPlace.place(index)]
        )
    }

    /// The IPv4 address at `index`.
    package func v4(at index: Int) -> IPAddress {
        IPAddress(v4: tables(of: index).tables.v4[ShardPlace.place(index)])
    }

    /// The IPv6 address at `index`.
    package func v6(at index: Int) -> IPAddress {
        tables(of: index).tables.v6Address(ShardPlace.place(index))
    }

    /// Writes where an alias leads, in wire form and in the case it was written in.
    ///
    /// - Returns: How many bytes it has; more than `buffer` holds when it does not fit.
    package func write(targetOf node: ClusterNode, into buffer: inout MutableSpan<UInt8>) -> Int {
        let target = node.target
        let count = Int(target.count)
        guard count <= buffer.count else { return buffer.count &+ 1 }
        for index in 0..<count {
            buffer[index] = shards[node.shard].tables.text[Int(target.start) &+ index]
        }
        return count
    }

    /// Where an alias leads, as a value; off the packet path.
    package func target(of node: ClusterNode) -> Name? {
        try? Name(wire: Array(shards[node.shard].tables.text[node.target.indices]).span)
    }

    /// Writes the name of a node up to its namespace, in wire form without a last zero.
    ///
    /// - Returns: How many bytes it has; more than `buffer` holds when it does not fit.
    package func write(nameOf index: Int, into buffer: inout MutableSpan<UInt8>) -> Int {
        shards.write(nameOf: ShardPlace.place(index), in: ShardPlace.shard(index), into: &buffer)
    }
}
