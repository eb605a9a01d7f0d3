// SPDX-License-Identifier: Apache-2.0

import Wire

/// Part of a flat array: where it begins and how long it is.
package struct ClusterRange: Hashable, Sendable {
    static let empty = ClusterRange(start: 0, count: 0)

    let start: UInt32
    let count: UInt32

    init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    init(_ start: Int, _ count: Int) {
        self.init(
            start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: count)
        )
    }

    /// The indices of the array that it covers.
    package var indices: Range<Int> { Int(start)..<Int(start) &+ Int(count) }
    package var isEmpty: Bool { count == 0 }
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
    /// Where its label stands among the texts, without a length byte.
    let label: ClusterRange
    /// The node that its name goes on with; nil for a namespace.
    let parent: UInt32?
    /// Its IPv4 addresses, those of a headless Service being those of its endpoints.
    package var v4 = ClusterRange.empty
    /// Its IPv6 addresses, by index of pairs of words.
    package var v6 = ClusterRange.empty
    /// The ports of a Service with addresses of its own, or of an endpoint.
    package var ports = ClusterRange.empty
    /// The groups of a headless Service's endpoints.
    package var groups = ClusterRange.empty
    /// Where an alias leads, in wire form, among the texts.
    var target = ClusterRange.empty
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
}

/// One port of a Service or of an endpoint.
package struct ClusterPort: Hashable, Sendable {
    /// The name, in lower case, among the texts; empty when there is none.
    let name: ClusterRange
    /// The transport's place among all, from 1; 0 where no port is declared at all.
    let transport: UInt8
    /// The number; 0 where none is declared.
    package let number: UInt16
}

/// All names that a cluster's objects give rise to, as they were at one moment.
///
/// It is never changed. A name is found with one look-up in a table keyed by the lower-case wire
/// bytes in front of `svc`; everything else lies in flat arrays, so that a query allocates nothing
/// and touches no reference count.
package final class Cluster: Sendable {
    /// The most objects that are taken; the rest would not fit the tables.
    package static let maximumObjectCount = 16_000_000
    /// The most nodes of one cluster.
    static let maximumNodeCount = 1 << 30

    let tables: ClusterTables

    /// Makes the cluster that `objects` describe; their order has no bearing on it.
    package init(_ objects: [ClusterObject], options: ClusterOptions = ClusterOptions()) {
        let selection = ClusterSelection(objects.prefix(Self.maximumObjectCount), options)
        var builder = ClusterBuilder(options)
        builder.add(selection)
        tables = builder.finish()
    }

    /// The cluster without anything in it.
    package static let empty = Cluster([])

    /// Whether both clusters give the same answers.
    package func isSame(as other: Cluster) -> Bool { tables == other.tables }

    /// The number of names, namespaces among them.
    package var nameCount: Int { tables.names.count }

    // MARK: Reading

    package func node(at index: Int) -> ClusterNode { tables.nodes[index] }

    package func group(at index: Int) -> ClusterGroup { tables.groups[index] }

    package func port(at index: Int) -> ClusterPort { tables.ports[index] }

    /// The IPv4 address at `index`.
    package func v4(at index: Int) -> IPAddress { IPAddress(v4: tables.v4[index]) }

    /// The IPv6 address at `index`.
    package func v6(at index: Int) -> IPAddress {
        IPAddress(v6High: tables.v6[index &* 2], low: tables.v6[index &* 2 &+ 1])
    }

    /// Writes where an alias leads, in wire form and in the case it was written in.
    ///
    /// - Returns: How many bytes it has; more than `buffer` holds when it does not fit.
    package func write(targetOf node: ClusterNode, into buffer: inout MutableSpan<UInt8>) -> Int {
        let count = Int(node.target.count)
        guard count <= buffer.count else { return buffer.count &+ 1 }
        for index in 0..<count { buffer[index] = tables.text[Int(node.target.start) &+ index] }
        return count
    }

    /// Where an alias leads, as a value; off the packet path.
    package func target(of node: ClusterNode) -> Name? {
        try? Name(wire: Array(tables.text[node.target.indices]).span)
    }

    /// Writes the name of a node up to its namespace, in wire form without a last zero.
    ///
    /// - Returns: How many bytes it has; more than `buffer` holds when it does not fit.
    package func write(nameOf index: Int, into buffer: inout MutableSpan<UInt8>) -> Int {
        var next = UInt32(truncatingIfNeeded: index)
        var offset = 0
        while true {
            let node = tables.nodes[Int(next)]
            let end = offset &+ 1 &+ Int(node.label.count)
            guard end <= buffer.count else { return buffer.count &+ 1 }
            buffer[offset] = UInt8(truncatingIfNeeded: node.label.count)
            for index in 0..<Int(node.label.count) {
                buffer[offset &+ 1 &+ index] = tables.text[Int(node.label.start) &+ index]
            }
            offset = end
            guard let parent = node.parent else { return offset }
            next = parent
        }
    }
}
