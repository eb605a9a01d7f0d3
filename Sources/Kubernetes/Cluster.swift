// SPDX-License-Identifier: Apache-2.0

import Wire

/// Things of one kind that stand side by side in a shard, each by the number for asking the
/// cluster about it.
package struct ClusterRange: Hashable, Sendable {
    let first: Int
    package let count: Int
    /// How far one is from the next.
    let stride: Int

    init(_ first: Int, count: Int, stride: Int) {
        self.first = first
        self.count = count
        self.stride = stride
    }

    /// One node.
    package init(node: Int) { self.init(node, count: 1, stride: 1) }

    package var isEmpty: Bool { count == 0 }

    /// The number of one of them; `index` is below `count`.
    package subscript(index: Int) -> Int { first &+ index &* stride }

    /// Whether `other` is part of this range.
    package func holds(_ other: ClusterRange) -> Bool {
        first <= other.first
            && other.first &+ other.count &* stride <= first &+ count &* stride
    }
}

/// What a node of the tree of names stands for.
package enum NodeKind: UInt8, Sendable {
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

/// The endpoints of one headless Service that have the same ports.
package struct ClusterGroup: Hashable, Sendable {
    package let ports: ClusterRange
    /// The endpoints, as nodes.
    package let endpoints: ClusterRange
    /// The addresses of all endpoints, each once.
    package let v4: ClusterRange
    package let v6: ClusterRange
    /// The addresses of all endpoints, each as often as there are endpoints that have it.
    package let addressCount: Int
}

/// One port of a Service or of an endpoint.
package struct ClusterPort: Hashable, Sendable {
    /// Where the name stands, in lower case.
    let name: Int
    /// The number of its bytes; 0 when there is none.
    let nameByteCount: Int
    /// The transport's place among all, from 1; 0 where no port is declared at all.
    let transport: UInt8
    /// The number; 0 where none is declared.
    package let number: UInt16
}

/// All names that a cluster's objects give rise to, as they were at one moment.
///
/// It is never changed. The names are parted into shards by the hash of the Service and its
/// namespace, the addresses by their own; a shard is one row of words, so that a query finds a name
/// with one look-up, allocates nothing and touches no reference count. The next cluster shares all
/// shards that a change does not reach (`ClusterRegistry`).
///
/// Nodes, groups, ports and addresses go by one number each, made of the shard and the place in it.
/// Each step of reading begins at the tables, so that no reference to a shard is held and none is
/// counted; the compiler sees that the way to it is always the same.
package final class Cluster: Sendable {
    /// The names, by the hash of Service and namespace, or of a namespace alone.
    let shards: ShardTable<ClusterShard>
    /// The addresses, by their hashes.
    let reverse: ReverseTable
    /// How all addresses with a pointer begin: as much as a reverse name says that is not whole.
    let v4Prefixes: SortedCounts<UInt32>
    let v6Prefixes: SortedCounts<UInt128>
    /// The Pods that have names of their own, by the hash of their names.
    let pods: ShardTable<PodShard>
    /// The number of names, namespaces among them.
    package let nameCount: Int

    init(
        shards: ShardTable<ClusterShard>,
        reverse: ReverseTable,
        v4Prefixes: SortedCounts<UInt32>,
        v6Prefixes: SortedCounts<UInt128>,
        pods: ShardTable<PodShard>,
        nameCount: Int
    ) {
        self.shards = shards
        self.reverse = reverse
        self.v4Prefixes = v4Prefixes
        self.v6Prefixes = v6Prefixes
        self.pods = pods
        self.nameCount = nameCount
    }

    /// Makes the cluster that `objects` describe; their order has no bearing on it.
    package convenience init(
        _ objects: [ClusterObject],
        options: ClusterOptions = ClusterOptions()
    ) {
        var builder = ClusterBuilder(options)
        for object in objects { builder.add(StoredObject(object)) }
        builder.build()
        self.init(builder)
    }

    /// The cluster without anything in it.
    package static let empty = Cluster([])

    /// Whether both clusters give the same answers.
    ///
    /// What they share is not compared, so that this costs no more than what differs.
    package func isSame(as other: Cluster) -> Bool {
        self === other
            || shards == other.shards && reverse == other.reverse && pods == other.pods
    }
}
