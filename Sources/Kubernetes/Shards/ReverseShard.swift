// SPDX-License-Identifier: Apache-2.0

import Wire

/// A node of the cluster that an address leads back to, in four bytes.
struct ReverseClaim: Hashable, Sendable {
    private static let nodeBitCount: UInt32 = 20

    private let bits: UInt32

    /// LIMIT: nodes are below `ClusterShard.maximumNodeCount`, which is 2 to the 20.
    init(shard: Int, node: UInt32) {
        bits = UInt32(truncatingIfNeeded: shard) << Self.nodeBitCount | node
    }

    var shard: Int { Int(bits >> Self.nodeBitCount) }
    var node: Int { Int(bits & (1 << Self.nodeBitCount &- 1)) }
}

/// The flat arrays behind the addresses of one shard.
struct ReverseTables: Hashable, Sendable {
    /// The addresses, sorted within their family.
    var v4: [UInt32] = []
    /// Two words an address, the upper one first.
    var v6: [UInt64] = []
    /// Where the claims of each address begin, IPv4 first; one more at the end.
    var starts: [UInt32] = [0]
    /// Where those of them end that are told.
    var ends: [UInt32] = []
    var claims: [ReverseClaim] = []
    /// The addresses, by their hashes.
    var index = ClusterIndex(capacity: 0)

    var count: Int { ends.count }

    /// The address at a place, IPv4 first.
    func address(_ place: Int) -> IPAddress {
        guard place >= v4.count else { return IPAddress(v4: v4[place]) }
        let word = (place &- v4.count) &* 2
        return IPAddress(v6High: v6[word], low: v6[word &+ 1])
    }

    /// The place of an address, found by their order; off the packet path.
    func place(of address: IPAddress) -> Int? {
        var lower = 0
        var upper = count
        while lower < upper {
            let middle = lower + (upper - lower) / 2
            if self.address(middle).isOrdered(before: address) {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower < count && self.address(lower) == address ? lower : nil
    }

    /// All claims on the address at a place, also those that are not told.
    func allClaims(_ place: Int) -> Range<Int> {
        Int(starts[place])..<Int(starts[place &+ 1])
    }
}

/// Some addresses, and the nodes that they lead back to; never changed.
final class ReverseShard: Sendable {
    static let empty = ReverseShard(ReverseTables())

    let tables: ReverseTables

    init(_ tables: ReverseTables) { self.tables = tables }
}

/// Each step begins at the table, as in `ClusterShard`.
extension ShardTable where Shard == ReverseShard {
    /// The place of an address in a shard; -1 for none.
    func place(of address: IPAddress, hash: UInt64, in number: Int) -> Int {
        var slot = self[number].tables.index.firstSlot(hash)
        var place = self[number].tables.index.entry(at: slot)
        while place >= 0, !isAddress(place, address, in: number) {
            slot = self[number].tables.index.slot(after: slot)
            place = self[number].tables.index.entry(at: slot)
        }
        return place
    }

    @inline(__always)
    private func isAddress(_ place: Int, _ address: IPAddress, in number: Int) -> Bool {
        let count = self[number].tables.v4.count
        guard place >= count else {
            return address.family == .v4
                && UInt64(self[number].tables.v4[place]) == address.low
        }
        let word = (place &- count) &* 2
        return address.family == .v6 && self[number].tables.v6[word] == address.high
            && self[number].tables.v6[word &+ 1] == address.low
    }
}

// MARK: Building

/// Claims on addresses that go and come in one shard.
struct ReverseEdit {
    var gone: [(address: IPAddress, claim: ReverseClaim)] = []
    var come: [(address: IPAddress, claim: ReverseClaim)] = []

    /// The shard after the edit.
    ///
    /// `shards` are all nodes that are claimed afterwards; `appeared` gains the addresses that were
    /// not there before, `vanished` those that are not there any more.
    func applied(
        to tables: ReverseTables,
        over shards: ShardTable<ClusterShard>,
        appeared: inout [IPAddress],
        vanished: inout [IPAddress]
    ) -> ReverseTables {
        var edited: [IPAddress: [ReverseClaim]] = [:]
        for (address, claim) in gone {
            var claims = edited[address] ?? Self.claims(on: address, in: tables)
            claims.removeAll { $0 == claim }
            edited[address] = claims
        }
        for (address, claim) in come {
            if tables.count == 0, edited[address] == nil {
                edited[address] = [claim]
            } else {
                edited[address, default: Self.claims(on: address, in: tables)].append(claim)
            }
        }
        var entries: [(address: IPAddress, claims: [ReverseClaim], told: Int)] = []
        for (address, claims) in edited {
            let (ordered, told) = Self.order(claims, over: shards)
            entries.append((address, ordered, told))
        }
        if let patched = Self.patch(tables, entries) { return patched }
        entries.sort { $0.address.isOrdered(before: $1.address) }
        for entry in entries {
            let wasThere = tables.place(of: entry.address) != nil
            if entry.claims.isEmpty {
                if wasThere { vanished.append(entry.address) }
            } else if !wasThere {
                appeared.append(entry.address)
            }
        }
        return Self.merge(tables, entries)
    }

    private static func claims(
        on address: IPAddress,
        in tables: ReverseTables
    ) -> [ReverseClaim] {
        guard let place = tables.place(of: address) else { return [] }
        return Array(tables.claims[tables.allClaims(place)])
    }

    /// Puts claims in the order in which they are told, and counts those that are.
    ///
    /// The address of a Service leads back to it alone, and to one only.
    private static func order(
        _ claims: [ReverseClaim],
        over shards: ShardTable<ClusterShard>
    ) -> (ordered: [ReverseClaim], told: Int) {
        guard claims.count > 1 else { return (claims, claims.count) }
        let keyed = claims.map { claim in
            let tables = shards[claim.shard].tables
            let isOwn = tables.nodes[claim.node].isPointedToAsOwn ?? false
            return (claim: claim, isOwn: isOwn, path: tables.path(claim.node))
        }
        let sorted = keyed.sorted { left, right in
            if left.isOwn != right.isOwn { return left.isOwn }
            for (first, second) in zip(left.path, right.path) where first != second {
                return first.lexicographicallyPrecedes(second)
            }
            return left.path.count < right.path.count
        }
        return (sorted.map(\.claim), sorted.first?.isOwn == true ? 1 : sorted.count)
    }

    /// The tables with other claims in the same places; nil when more than that changed.
    private static func patch(
        _ tables: ReverseTables,
        _ entries: [(address: IPAddress, claims: [ReverseClaim], told: Int)]
    ) -> ReverseTables? {
        var places: [Int] = []
        for entry in entries {
            guard let place = tables.place(of: entry.address),
                tables.allClaims(place).count == entry.claims.count,
                Int(tables.ends[place] - tables.starts[place]) == entry.told
            else { return nil }
            places.append(place)
        }
        var patched = tables
        for (entry, place) in zip(entries, places) {
            patched.claims.replaceSubrange(tables.allClaims(place), with: entry.claims)
        }
        return patched
    }

    /// The tables with the claims of `entries`, which are sorted, in place of those they had.
    private static func merge(
        _ tables: ReverseTables,
        _ entries: [(address: IPAddress, claims: [ReverseClaim], told: Int)]
    ) -> ReverseTables {
        var merged = ReverseTables()
        merged.v4.reserveCapacity(tables.v4.count + entries.count)
        merged.claims.reserveCapacity(tables.claims.count + entries.count)
        var place = 0
        for entry in entries {
            while place < tables.count,
                tables.address(place).isOrdered(before: entry.address)
            {
                merged.append(tables, place)
                place += 1
            }
            if place < tables.count, tables.address(place) == entry.address { place += 1 }
            guard !entry.claims.isEmpty else { continue }
            merged.append(entry.address, entry.claims[...], told: entry.told)
        }
        while place < tables.count {
            merged.append(tables, place)
            place += 1
        }
        merged.index = ClusterIndex(capacity: merged.count)
        for place in 0..<merged.count {
            merged.index.insert(place, hash: merged.address(place).tableHash)
        }
        return merged
    }
}

extension ReverseTables {
    fileprivate mutating func append(_ other: ReverseTables, _ place: Int) {
        append(
            other.address(place),
            other.claims[other.allClaims(place)],
            told: Int(other.ends[place] - other.starts[place])
        )
    }

    fileprivate mutating func append(
        _ address: IPAddress,
        _ added: ArraySlice<ReverseClaim>,
        told: Int
    ) {
        if address.family == .v4 {
            v4.append(UInt32(truncatingIfNeeded: address.low))
        } else {
            v6.append(address.high)
            v6.append(address.low)
        }
        ends.append(UInt32(truncatingIfNeeded: claims.count + told))
        claims += added
        starts.append(UInt32(truncatingIfNeeded: claims.count))
    }
}

extension IPAddress {
    /// Whether it comes first where IPv4 comes before IPv6, and then the bits decide.
    func isOrdered(before other: IPAddress) -> Bool {
        family == other.family ? isBefore(other) : family == .v4
    }
}
