// SPDX-License-Identifier: Apache-2.0

import Wire

/// The records of one zone, never changed: a query needs a few look-ups and no allocation.
///
/// Everything lies in flat arrays that refer to each other by index. A node is a name that exists,
/// with records or (an empty non-terminal, RFC 4592 §2.2.2) only because of names below it.
package struct Zone: Sendable {
    /// The most bytes of one set of records in a message; a larger one could never be answered.
    package static let maximumSetByteCount = 64_000
    /// The most types of records at one name.
    package static let maximumTypeCount = 256
    /// The most bytes of the data of all records.
    package static let maximumDataByteCount = 1 << 30

    /// A name that exists in the zone.
    struct Node {
        var firstSet: UInt32 = 0
        var setCount: UInt16 = 0
        /// The number of labels of its name.
        var labelCount: UInt8 = 0
        /// Whether it has a DNAME, which stands for all names below it.
        var hasDNAME = false
        /// The node of `*` below this name; -1 when there is none.
        var wildcard: Int32 = -1
        /// The highest delegation at or above this name; -1 when the zone owns it.
        var cut: Int32 = -1
    }

    /// The records of one name and type.
    struct RecordSet {
        var type: RecordType
        /// Time to live, in seconds.
        var ttl: UInt32
        var firstRecord: UInt32
        var recordCount: UInt32
    }

    /// The data of one record, and the name in it that the additional section is about.
    struct Data {
        var offset: UInt32
        var byteCount: UInt16
        /// Where the name begins in the data.
        var targetOffset: UInt8 = 0
        /// The bytes of the name; 0 when there is none.
        var targetByteCount: UInt8 = 0
        /// The node that has the addresses of the name; -1 when it is not in this zone.
        var target: Int32 = -1
        /// Whether the name lies below the owner: a referral is useless without its addresses.
        var isBelowOwner = false
        /// Whether a record before it in its set has the same name.
        var isRepeated = false
    }

    /// The zone's own name, in lower case.
    package let origin: Name
    /// The names of the nodes; the origin is node 0.
    let names: NameIndex
    let nodes: [Node]
    let sets: [RecordSet]
    let records: [Data]
    let data: [UInt8]
    /// The TTL of "no such name" and "no such type", in seconds (RFC 2308 §5).
    package let negativeTTL: UInt32

    init(
        origin: Name,
        names: NameIndex,
        nodes: [Node],
        sets: [RecordSet],
        records: [Data],
        data: [UInt8],
        negativeTTL: UInt32
    ) {
        self.origin = origin
        self.names = names
        self.nodes = nodes
        self.sets = sets
        self.records = records
        self.data = data
        self.negativeTTL = negativeTTL
    }

    /// The serial of the SOA.
    package var serial: UInt32 {
        let soa = set(of: .soa, at: 0)
        guard soa >= 0 else { return 0 }
        let record = records[Int(sets[soa].firstRecord)]
        let end = Int(record.offset) + Int(record.byteCount)
        return end >= 20 ? data.span.uint32(at: end - 20) : 0
    }

    /// The number of records.
    package var recordCount: Int { records.count }

    /// The set of `type` at a node; -1 when there is none.
    func set(of type: RecordType, at node: Int) -> Int {
        let first = Int(nodes[node].firstSet)
        for index in first..<(first &+ Int(nodes[node].setCount)) where sets[index].type == type {
            return index
        }
        return -1
    }

    /// The deepest node at or above `name`, which must be in the zone, and the label it begins at.
    func closest(to name: borrowing QueryName) -> (node: Int, label: Int) {
        let apex = name.labelCount &- Int(nodes[0].labelCount)
        var label = max(0, name.labelCount &- names.deepest)
        while label < apex {
            let node = names.number(of: name, fromLabel: label)
            if node >= 0 { return (node, label) }
            label &+= 1
        }
        return (0, apex)
    }

    /// Whether `name` is the origin or lies below it.
    func holds(_ name: borrowing QueryName) -> Bool {
        let apex = name.labelCount &- Int(nodes[0].labelCount)
        guard apex >= 0 else { return false }
        return name.suffix(fromLabel: apex, equals: names.name(0))
    }
}
