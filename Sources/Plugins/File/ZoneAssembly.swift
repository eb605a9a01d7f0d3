// SPDX-License-Identifier: Apache-2.0

import Wire

/// The flat arrays of a zone while they grow.
struct ZoneAssembly {
    private let names: [[UInt8]]
    private let index: NameIndex
    private var nodes: [Zone.Node]
    private var sets: [Zone.RecordSet] = []
    private var records: [Zone.Data] = []
    private var data: [UInt8] = []

    /// Nodes without records, one a name; the first is the origin.
    init(names: [[UInt8]]) {
        self.names = names
        index = NameIndex(names)
        nodes = names.map {
            var node = Zone.Node()
            node.labelCount = UInt8(truncatingIfNeeded: NameIndex.labelCount($0))
            return node
        }
    }

    /// Adds one set; all sets of a node come one after the other.
    mutating func add(_ data: [[UInt8]], type: RecordType, ttl: UInt32, at node: Int) {
        if nodes[node].setCount == 0 { nodes[node].firstSet = UInt32(sets.count) }
        guard nodes[node].setCount < .max else { return }
        nodes[node].setCount += 1
        if type == .dname { nodes[node].hasDNAME = true }
        sets.append(
            Zone.RecordSet(
                type: type,
                ttl: ttl,
                firstRecord: UInt32(truncatingIfNeeded: records.count),
                recordCount: UInt32(truncatingIfNeeded: data.count)
            )
        )
        for bytes in data {
            records.append(
                Zone.Data(
                    offset: UInt32(truncatingIfNeeded: self.data.count),
                    byteCount: UInt16(truncatingIfNeeded: bytes.count)
                )
            )
            self.data += bytes
        }
    }

    /// The types of the records at a node.
    func types(at node: Int) -> [RecordType] {
        let first = Int(nodes[node].firstSet)
        return sets[first..<(first + Int(nodes[node].setCount))].map(\.type)
    }

    /// Whether a node has a DNAME.
    func hasDNAME(at node: Int) -> Bool { nodes[node].hasDNAME }

    /// The finished zone.
    mutating func zone(origin: Name) -> Zone {
        linkNodes()
        for node in nodes.indices { linkTargets(of: node) }
        return Zone(
            origin: origin,
            names: index,
            nodes: nodes,
            sets: sets,
            records: records,
            data: data,
            negativeTTL: negativeTTL
        )
    }

    /// The lower of the SOA's TTL and its minimum field (RFC 2308 §5).
    private var negativeTTL: UInt32 {
        let first = Int(nodes[0].firstSet)
        for set in sets[first..<(first + Int(nodes[0].setCount))] where set.type == .soa {
            let record = records[Int(set.firstRecord)]
            let end = Int(record.offset) + Int(record.byteCount)
            return end >= 4 ? min(set.ttl, data.span.uint32(at: end - 4)) : set.ttl
        }
        return 0
    }

    /// Finds the wildcard below each node, and the delegation above it.
    private mutating func linkNodes() {
        for node in nodes.indices {
            guard let name = queryName(names[node]) else { continue }
            if names[node].starts(with: [1, UInt8(ascii: "*")]) {
                let parent = index.number(of: name, fromLabel: 1)
                if parent >= 0 { nodes[parent].wildcard = Int32(truncatingIfNeeded: node) }
            }
            nodes[node].cut = Int32(truncatingIfNeeded: highestCut(above: name))
        }
    }

    /// The highest delegation at or above `name`, the origin left out; -1 when there is none.
    private func highestCut(above name: borrowing QueryName) -> Int {
        let apex = name.labelCount - Int(nodes[0].labelCount)
        for label in (0..<max(0, apex)).reversed() {
            let node = index.number(of: name, fromLabel: label)
            if node >= 0, types(at: node).contains(.ns) { return node }
        }
        return -1
    }

    /// The name in the form that is looked up.
    private func queryName(_ name: [UInt8]) -> QueryName? {
        try? QueryName(parsing: name.span, at: 0)
    }

    /// Finds the names in the data of a node's records that have addresses in this zone.
    private mutating func linkTargets(of node: Int) {
        let first = Int(nodes[node].firstSet)
        for set in sets[first..<(first + Int(nodes[node].setCount))] {
            guard let targetOffset = Self.targetOffset(in: set.type) else { continue }
            var seen: Set<[UInt8]> = []
            for record in Int(set.firstRecord)..<Int(set.firstRecord + set.recordCount) {
                link(record, targetOffset, set.type, owner: node, &seen)
            }
        }
    }

    /// Where the name begins in data of a type; nil when it has none that is followed.
    private static func targetOffset(in type: RecordType) -> Int? {
        switch type {
        case .ns, .cname, .dname: 0
        case .mx, .svcb, .https: 2
        case .srv: 6
        default: nil
        }
    }

    /// Finds the node that has the addresses of the name in one record.
    private mutating func link(
        _ record: Int,
        _ targetOffset: Int,
        _ type: RecordType,
        owner: Int,
        _ seen: inout Set<[UInt8]>
    ) {
        let start = Int(records[record].offset)
        let end = start + Int(records[record].byteCount)
        guard start + targetOffset < end,
            let nameEnd = try? data.span.nameEnd(at: start + targetOffset), nameEnd <= end
        else { return }
        let wire = data[(start + targetOffset)..<nameEnd].map(\.asciiLowercased)
        records[record].targetOffset = UInt8(truncatingIfNeeded: targetOffset)
        records[record].targetByteCount = UInt8(truncatingIfNeeded: wire.count)
        records[record].isRepeated = !seen.insert(wire).inserted
        guard let target = queryName(wire) else { return }
        let ownerName = names[owner]
        let suffix = target.labelCount - Int(nodes[owner].labelCount)
        records[record].isBelowOwner =
            suffix >= 0 && target.suffix(fromLabel: suffix, equals: ownerName.span)
        records[record].target = Int32(truncatingIfNeeded: addresses(of: target, for: type))
        // The root as the target of a service stands for the owner (RFC 9460 §2.5.2).
        if type == .svcb || type == .https, wire == [0], data[start..<(start + 2)] != [0, 0] {
            records[record].target = Int32(truncatingIfNeeded: owner)
        }
    }

    /// The node that has the addresses of a name: its own, or a wildcard's; -1 when there is none.
    private func addresses(of name: borrowing QueryName, for type: RecordType) -> Int {
        let apex = name.labelCount - Int(nodes[0].labelCount)
        guard apex >= 0, name.suffix(fromLabel: apex, equals: index.name(0)) else { return -1 }
        for label in 0...apex {
            let node = index.number(of: name, fromLabel: label)
            guard node >= 0 else { continue }
            // Addresses below a delegation are glue: good for its referral, for nothing else.
            if nodes[node].cut >= 0 { return label == 0 && type == .ns ? node : -1 }
            return label == 0 ? node : Int(nodes[node].wildcard)
        }
        return -1
    }
}
