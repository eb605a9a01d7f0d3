// SPDX-License-Identifier: Apache-2.0

import Wire

/// Collects the records of a zone, and makes the zone when they go together.
struct ZoneBuilder {
    /// A record that has found its name.
    struct Entry {
        let node: Int
        let record: MasterRecord
    }

    /// A mistake, its place not yet a position.
    struct Mistake {
        let place: MasterPlace
        let text: String
        /// Whether the zone can be served all the same.
        var isWarning = false
    }

    let origin: Name
    /// The names that exist, in lower-case wire form; the origin first.
    private(set) var names: [[UInt8]]
    private var numbers: [[UInt8]: Int]
    private(set) var entries: [Entry] = []
    private(set) var mistakes: [Mistake] = []
    /// Where the SOA stands.
    private var soa: MasterPlace?
    private var dataByteCount = 0

    init(origin: Name) {
        self.origin = origin.lowercased
        names = [self.origin.bytes]
        numbers = [self.origin.bytes: 0]
    }

    /// Adds a mistake to the list, while that is short enough to be read.
    mutating func note(_ place: MasterPlace, _ text: String, isWarning: Bool = false) {
        var count = 0
        for mistake in mistakes where mistake.isWarning == isWarning { count += 1 }
        guard count < ZoneFile.maximumMistakeCount else { return }
        mistakes.append(Mistake(place: place, text: text, isWarning: isWarning))
    }

    /// Takes a record in.
    mutating func add(_ record: MasterRecord) {
        guard let owner = try? Name(wire: record.owner.span), owner.isInside(origin) else {
            note(
                record.place,
                "\(nameText(record.owner)) is not in the zone \(origin); move it to its own zone"
            )
            return
        }
        if record.type == .soa {
            guard record.owner == origin.bytes else {
                note(
                    record.place,
                    "SOA of \(owner) inside the zone \(origin); only \(origin) itself has one"
                )
                return
            }
            guard soa == nil else {
                note(record.place, "a second SOA; a zone has exactly one")
                return
            }
            soa = record.place
        }
        dataByteCount += record.data.count
        guard dataByteCount <= Zone.maximumDataByteCount else {
            note(record.place, "the zone has more than \(Zone.maximumDataByteCount) bytes of data")
            return
        }
        var record = record
        lowerNames(of: &record)
        entries.append(Entry(node: number(of: record.owner), record: record))
    }

    /// A name in wire form as text.
    private func nameText(_ wire: [UInt8]) -> String {
        (try? Name(wire: wire.span))?.description ?? "the owner"
    }

    /// The number of a name in the zone, made when it is new, as are the names above it.
    private mutating func number(of name: [UInt8]) -> Int {
        if let number = numbers[name] { return number }
        let number = names.count
        names.append(name)
        numbers[name] = number
        var rest = name[...]
        while let length = rest.first, length != 0 {
            rest = rest.dropFirst(Int(length) + 1)
            let parent = Array(rest)
            if numbers[parent] != nil { break }
            numbers[parent] = names.count
            names.append(parent)
        }
        return number
    }

    /// Writes the names in data small, as CoreDNS does: not in SRV.
    private func lowerNames(of record: inout MasterRecord) {
        switch record.type {
        case .ns, .cname, .mx, .soa, .svcb, .https: break
        default: return
        }
        // The fixed bytes of SOA stand behind its names, those of MX and SVCB before theirs.
        let layout = RecordLayout(of: record.type)
        var offset = record.type == .svcb || record.type == .https ? 2 : layout.leadingByteCount
        for _ in 0..<max(1, layout.nameCount) {
            guard let end = try? record.data.span.nameEnd(at: offset), end <= record.data.count
            else { return }
            for index in offset..<end { record.data[index] = record.data[index].asciiLowercased }
            offset = end
        }
    }

    /// The zone; nil when a mistake was found, then or before.
    mutating func finish() -> Zone? {
        if soa == nil {
            note(
                MasterPlace(file: 0, offset: 0),
                "the zone \(origin) has no SOA; '@ SOA ns.example. admin.example. 1 2h 30m 2w 5m' "
                    + "is wanted"
            )
        }
        // By name and type, otherwise in the order of the file.
        let order = entries.indices.sorted { left, right in
            let (first, second) = (entries[left], entries[right])
            if first.node != second.node { return first.node < second.node }
            if first.record.type != second.record.type {
                return first.record.type.rawValue < second.record.type.rawValue
            }
            return left < right
        }
        entries = order.map { entries[$0] }
        var assembly = ZoneAssembly(names: names)
        for run in runs(of: entries) { add(run, to: &assembly) }
        checkNames(assembly)
        if !mistakes.contains(where: { !$0.isWarning }) { return assembly.zone(origin: origin) }
        return nil
    }

    /// The ranges of entries with the same name and type.
    private func runs(of entries: [Entry]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for index in entries.indices.dropFirst() {
            let (first, next) = (entries[start], entries[index])
            if first.node != next.node || first.record.type != next.record.type {
                runs.append(start..<index)
                start = index
            }
        }
        if !entries.isEmpty { runs.append(start..<entries.count) }
        return runs
    }

    /// Puts one set of records together: each once, all with the lowest of their TTLs.
    private mutating func add(_ run: Range<Int>, to assembly: inout ZoneAssembly) {
        let first = entries[run.lowerBound]
        var ttl = first.record.ttl
        var seen: Set<[UInt8]> = []
        var data: [[UInt8]] = []
        var byteCount = 0
        var hasWarned = false
        for index in run {
            let record = entries[index].record
            if record.ttl != ttl, !hasWarned {
                hasWarned = true
                note(
                    record.place,
                    "the records of \(nameText(record.owner)) \(record.type) have different TTLs; "
                        + "the lowest is used for all (RFC 2181 §5.2)",
                    isWarning: true
                )
            }
            ttl = min(ttl, record.ttl)
            guard run.count == 1 || seen.insert(record.data).inserted else { continue }
            data.append(record.data)
            byteCount += record.data.count + 12
        }
        let type = first.record.type
        if byteCount > Zone.maximumSetByteCount {
            note(
                first.record.place,
                "the records of \(nameText(first.record.owner)) \(type) have more than "
                    + "\(Zone.maximumSetByteCount) bytes; no message can hold them"
            )
        }
        if (type == .cname || type == .dname) && data.count > 1 {
            note(
                entries[run.lowerBound + 1].record.place,
                "a second \(type) of \(nameText(first.record.owner)); a name has one at most"
            )
        }
        assembly.add(data, type: type, ttl: ttl, at: first.node)
    }

    /// Looks for names whose records do not go together.
    private mutating func checkNames(_ assembly: ZoneAssembly) {
        var firstEntries: [Int: Int] = [:]
        for (index, entry) in entries.enumerated() where firstEntries[entry.node] == nil {
            firstEntries[entry.node] = index
        }
        for (node, index) in firstEntries.sorted(by: { $0.value < $1.value }) {
            let types = assembly.types(at: node)
            let place = entries[index].record.place
            if types.count > Zone.maximumTypeCount {
                note(place, "\(nameText(names[node])) has more than \(Zone.maximumTypeCount) types")
            }
            checkAlias(node, types, from: index)
            checkDNAME(node, assembly, place)
        }
        if soa != nil, !assembly.types(at: 0).contains(.ns) {
            note(
                MasterPlace(file: 0, offset: 0),
                "the zone \(origin) has no NS at its own name",
                isWarning: true
            )
        }
        if let signed = entries.first(where: { $0.record.type == .rrsig }) {
            note(
                signed.record.place,
                "the zone is signed; its signatures are given to those who ask for RRSIG only",
                isWarning: true
            )
        }
    }

    /// Refuses other data beside a CNAME (RFC 2181 §10.1, RFC 4034 §2.5).
    private mutating func checkAlias(_ node: Int, _ types: [RecordType], from first: Int) {
        guard types.contains(.cname) else { return }
        let allowed: Set<UInt16> = [5, 25, 46, 47]
        guard let other = types.first(where: { !allowed.contains($0.rawValue) }) else { return }
        var index = first
        while index < entries.count, entries[index].node == node,
            entries[index].record.type != .cname
        {
            index += 1
        }
        guard index < entries.count else { return }
        note(
            entries[index].record.place,
            "CNAME of \(nameText(names[node])), which has \(other) records too; a CNAME stands alone"
        )
    }

    /// Refuses a name below a DNAME (RFC 6672 §2.4).
    private mutating func checkDNAME(
        _ node: Int,
        _ assembly: ZoneAssembly,
        _ place: MasterPlace
    ) {
        var rest = names[node][...]
        // LIMIT: a name has at most 127 labels.
        while let length = rest.first, length != 0 {
            rest = rest.dropFirst(Int(length) + 1)
            guard let parent = numbers[Array(rest)] else { return }
            guard assembly.hasDNAME(at: parent) else { continue }
            note(
                place,
                "\(nameText(names[node])) lies below the DNAME of \(nameText(names[parent])), "
                    + "which stands for every name there"
            )
            return
        }
    }
}
