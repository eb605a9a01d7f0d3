// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// Names and their addresses, flat: a look-up is a hash, a few comparisons, and no allocation.
struct HostsTable: Sendable {
    /// The most names of one table; the rest is told and left out.
    static let maximumNameCount = 262_144
    /// The most names that one address is answered with; lists of names to block have thousands.
    static let maximumTargetCount = 256

    /// One name, and where what it has lies in the flat arrays.
    private struct Entry {
        let hash: UInt64
        let name: Range<Int>
        /// IPv4 addresses, then IPv6 ones.
        let addresses: Range<Int>
        let v4Count: Int
        let targets: Range<Int>
        let isNamed: Bool
    }

    private let entries: [Entry]
    /// The places of entries plus one, by hash; 0 where nothing is.
    private let slots: [UInt32]
    /// The wire forms of all names.
    private let memory: [UInt8]
    private let addresses: [IPAddress]
    /// Where the names that addresses have lie in `memory`.
    private let targets: [Range<Int>]
    /// The number of names with addresses.
    let nameCount: Int

    /// Builds the table; names outside `zones` are left out.
    init(
        _ lines: [HostsLine],
        zones: [Name],
        hasReverse: Bool,
        path: String,
        maximumNameCount: Int = Self.maximumNameCount,
        reports: inout [Report]
    ) {
        var draft = Draft(zones: zones, maximumNameCount: maximumNameCount)
        for line in lines { draft.add(line, hasReverse: hasReverse) }
        if draft.droppedCount > 0 {
            reports.append(
                Report(
                    "\(path): holds more than \(maximumNameCount) names; the last "
                        + "\(draft.droppedCount) are left out"
                )
            )
        }
        nameCount = draft.nameCount
        var flat = Flat()
        for (name, content) in draft.contents { flat.add(name, content) }
        entries = flat.entries
        memory = flat.memory
        addresses = flat.addresses
        targets = flat.targets
        slots = flat.slots()
    }

    // MARK: Asking

    /// The place of the entry of `name`, its case ignored.
    func place(of name: borrowing QueryName) -> Int? {
        place(of: name, fromLabel: 0, isWild: false)
    }

    /// The place of the entry `*.PARENT` of the name's parent.
    func wildcard(of name: borrowing QueryName) -> Int? {
        name.labelCount == 0 ? nil : place(of: name, fromLabel: 1, isWild: true)
    }

    /// Looks up the labels from `label` on; `isWild`: with `*` before them.
    private func place(
        of name: borrowing QueryName,
        fromLabel label: Int,
        isWild: Bool
    ) -> Int? {
        let hash = name.hash(fromLabel: label) ^ (isWild ? Draft.wildMark : 0)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        // LIMIT: at least half of the slots are empty, so that this ends.
        while slots[slot] != 0 {
            let place = Int(slots[slot]) - 1
            if entries[place].hash == hash {
                let bytes = memory.span.extracting(entries[place].name)
                if name.suffix(fromLabel: label, equals: bytes) { return place }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Whether the entry was given addresses; else it is a reverse name or lies above a name.
    func isNamed(_ place: Int) -> Bool { entries[place].isNamed }

    /// Whether the entry is a reverse name.
    func hasTargets(_ place: Int) -> Bool { !entries[place].targets.isEmpty }

    /// Answers with the addresses of one family.
    func putAddresses(
        of place: Int,
        _ family: IPAddress.Family,
        ttl: UInt32,
        into answer: inout Answer
    ) {
        let entry = entries[place]
        let middle = entry.addresses.lowerBound + entry.v4Count
        let range =
            family == .v4
            ? entry.addresses.lowerBound..<middle : middle..<entry.addresses.upperBound
        for index in range { answer.append(.answer, .question, addresses[index], ttl: ttl) }
    }

    /// Answers with the names of an address.
    func putTargets(of place: Int, ttl: UInt32, into answer: inout Answer) {
        for index in entries[place].targets {
            answer.put(name: memory.span.extracting(targets[index]))
            answer.append(.answer, .question, .ptr, ttl: ttl)
        }
    }
}

// MARK: Building

extension HostsTable {
    /// A name of a table; that of a wildcard without its `*`.
    private struct Key: Hashable {
        let name: Name
        let isWild: Bool
    }

    /// What one name has.
    private struct Content {
        var v4: [IPAddress] = []
        var v6: [IPAddress] = []
        var targets: [Name] = []
        var isNamed = false
    }

    /// What is collected before it is made flat.
    private struct Draft {
        /// Sets the hashes of wildcards apart from those of their parents.
        static let wildMark: UInt64 = 0x5DEE_CE66_D1CE_4E5B

        let zones: [Name]
        let maximumNameCount: Int
        var contents: [Key: Content] = [:]
        var nameCount = 0
        var droppedCount = 0

        init(zones: [Name], maximumNameCount: Int) {
            self.zones = zones
            self.maximumNameCount = maximumNameCount
            // The top of a zone is there, whatever it has.
            for zone in zones { contents[Key(name: zone, isWild: false)] = Content() }
        }

        /// Adds the names of one line, those above them, and the reverse name.
        mutating func add(_ line: HostsLine, hasReverse: Bool) {
            for name in line.names {
                let isWild = name.labels.first == [UInt8(ascii: "*")]
                let base = isWild ? name.parent ?? name : name
                if zones.contains(where: { base.isInside($0) }) {
                    add(line.address, to: Key(name: base, isWild: isWild))
                }
                if hasReverse, !isWild { addTarget(name, of: line.address) }
            }
        }

        private mutating func add(_ address: IPAddress, to key: Key) {
            var content = contents[key] ?? Content()
            if !content.isNamed {
                guard nameCount < maximumNameCount else {
                    droppedCount += 1
                    return
                }
                nameCount += 1
                content.isNamed = true
            }
            if address.family == .v4 {
                content.v4.append(address)
            } else {
                content.v6.append(address)
            }
            contents[key] = content
            addAncestors(of: key)
        }

        /// Adds the names between a name and its zone, which exist without data (RFC 8020).
        private mutating func addAncestors(of key: Key) {
            var next = key.isWild ? key.name : key.name.parent
            // LIMIT: the labels of one name.
            while let name = next, zones.contains(where: { name.isInside($0) }) {
                let ancestor = Key(name: name, isWild: false)
                guard contents[ancestor] == nil else { return }
                contents[ancestor] = Content()
                next = name.parent
            }
        }

        /// Adds a name to the reverse name of an address.
        private mutating func addTarget(_ name: Name, of address: IPAddress) {
            guard let reverse = Name.reverseZones("\(address)/\(address.bitCount)")?.first else {
                return
            }
            let key = Key(name: reverse, isWild: false)
            guard contents[key] != nil || contents.count <= 4 * maximumNameCount else { return }
            let isFull = contents[key]?.targets.count ?? 0 >= maximumTargetCount
            guard !isFull else { return }
            contents[key, default: Content()].targets.append(name)
        }
    }

    /// The flat arrays while they grow.
    private struct Flat {
        var entries: [Entry] = []
        var memory: [UInt8] = []
        var addresses: [IPAddress] = []
        var targets: [Range<Int>] = []

        mutating func add(_ key: Key, _ content: Content) {
            let firstAddress = addresses.count
            // A record set holds no record twice (RFC 2181 §5), though a file may.
            let v4 = Self.distinct(content.v4)
            addresses += v4
            addresses += Self.distinct(content.v6)
            let firstTarget = targets.count
            for target in Self.distinct(content.targets) { targets.append(put(target)) }
            entries.append(
                Entry(
                    hash: key.name.tableHash ^ (key.isWild ? Draft.wildMark : 0),
                    name: put(key.name),
                    addresses: firstAddress..<addresses.count,
                    v4Count: v4.count,
                    targets: firstTarget..<targets.count,
                    isNamed: content.isNamed
                )
            )
        }

        /// Each value once, in the order of their first places.
        private static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
            var seen: Set<Value> = []
            return values.filter { seen.insert($0).inserted }
        }

        private mutating func put(_ name: Name) -> Range<Int> {
            let start = memory.count
            memory += name.bytes
            return start..<memory.count
        }

        /// The table of places by hash, at most half full.
        func slots() -> [UInt32] {
            var count = 2
            while count < 2 * (entries.count + 1) { count *= 2 }
            var slots = [UInt32](repeating: 0, count: count)
            for (place, entry) in entries.enumerated() {
                var slot = Int(truncatingIfNeeded: entry.hash) & (count - 1)
                while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
                slots[slot] = UInt32(place + 1)
            }
            return slots
        }
    }
}
