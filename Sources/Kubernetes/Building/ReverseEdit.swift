// SPDX-License-Identifier: Apache-2.0

import Wire

/// A claim on an address, of a shard of names.
struct AddressClaim: Equatable, Sendable {
    let address: IPAddress
    let claim: ReverseClaim

    static func isOrdered(_ left: AddressClaim, _ right: AddressClaim) -> Bool {
        left.address.isOrdered(before: right.address)
    }
}

/// How addresses begin that come to be there, or are not there any more, each as often as one does.
struct PrefixChanges {
    private(set) var v4: (gone: [UInt32], come: [UInt32]) = ([], [])
    private(set) var v6: (gone: [UInt128], come: [UInt128]) = ([], [])

    mutating func add(_ address: IPAddress) {
        if address.family == .v4 {
            v4.come.append(address.v4Prefix)
        } else {
            v6.come.append(address.v6Prefix)
        }
    }

    mutating func remove(_ address: IPAddress) {
        if address.family == .v4 {
            v4.gone.append(address.v4Prefix)
        } else {
            v6.gone.append(address.v6Prefix)
        }
    }
}

/// Claims on addresses that go and come in one shard.
struct ReverseEdit: Sendable {
    /// How many claims on one address are put in their places one by one, where they are few among
    /// those that are there (one in `insertionShare`); more are sorted with all of them.
    static let maximumInsertionCount = 64
    static let insertionShare = 16

    var gone: [AddressClaim] = []
    var come: [AddressClaim] = []

    /// The shard after the edit.
    ///
    /// `shards` are all nodes that are claimed afterwards; `prefixes` gains those of the addresses
    /// that were not there before, or are not there any more.
    func applied(
        to shard: ReverseShard,
        over shards: ShardTable<ClusterShard>,
        _ prefixes: inout PrefixChanges
    ) -> ReverseShard {
        let gone = gone.sorted(by: AddressClaim.isOrdered)
        let come = come.sorted(by: AddressClaim.isOrdered)
        var (nextGone, nextCome) = (0, 0)
        var place = 0
        let count = shard.v4Count + shard.v6Count
        var rows = ReverseRows(like: shard, adding: come.count)
        while nextGone < gone.count || nextCome < come.count {
            let address = Self.first(
                nextGone < gone.count ? gone[nextGone].address : nil,
                nextCome < come.count ? come[nextCome].address : nil
            )
            while place < count, shard.address(place).isOrdered(before: address) {
                rows.append(shard, place)
                place += 1
            }
            let wasThere = place < count && shard.address(place) == address
            if !wasThere, let claim = Self.only(come, nextCome, on: address, gone, nextGone) {
                rows.append(address, claim)
                prefixes.add(address)
                nextCome += 1
                continue
            }
            var claims: [ReverseClaim] = []
            if wasThere {
                claims = shard.claims(place).all
                place += 1
            }
            Self.remove(Self.claims(in: gone, at: &nextGone, on: address), from: &claims)
            Self.add(Self.claims(in: come, at: &nextCome, on: address), to: &claims, over: shards)
            if claims.isEmpty {
                if wasThere { prefixes.remove(address) }
                continue
            }
            if !wasThere { prefixes.add(address) }
            // The address of a Service leads back to it alone, and to one only.
            rows.append(address, claims, told: claims[0].endpoint < 0 ? 1 : claims.count)
        }
        while place < count {
            rows.append(shard, place)
            place += 1
        }
        return rows.shard
    }

    /// The claim that comes to a new address, if there is one only.
    private static func only(
        _ come: [AddressClaim],
        _ next: Int,
        on address: IPAddress,
        _ gone: [AddressClaim],
        _ nextGone: Int
    ) -> ReverseClaim? {
        guard next < come.count, come[next].address == address,
            next + 1 == come.count || come[next + 1].address != address,
            nextGone == gone.count || gone[nextGone].address != address
        else { return nil }
        return come[next].claim
    }

    /// The one of two addresses that comes first; at least one is there.
    private static func first(_ left: IPAddress?, _ right: IPAddress?) -> IPAddress {
        guard let left else { return right ?? IPAddress(v4: 0) }
        guard let right else { return left }
        return right.isOrdered(before: left) ? right : left
    }

    /// The claims on an address, the next of a sorted list.
    private static func claims(
        in sorted: [AddressClaim],
        at next: inout Int,
        on address: IPAddress
    ) -> [ReverseClaim] {
        var found: [ReverseClaim] = []
        while next < sorted.count, sorted[next].address == address {
            found.append(sorted[next].claim)
            next += 1
        }
        return found
    }

    /// Takes each of some claims out once.
    private static func remove(_ gone: [ReverseClaim], from claims: inout [ReverseClaim]) {
        guard gone.count > 1 else {
            if let claim = gone.first, let index = claims.firstIndex(of: claim) {
                claims.remove(at: index)
            }
            return
        }
        var counts: [ReverseClaim: Int] = [:]
        for claim in gone { counts[claim, default: 0] += 1 }
        claims.removeAll { claim in
            guard let count = counts[claim], count > 0 else { return false }
            counts[claim] = count - 1
            return true
        }
    }

    /// Puts claims among others, in the order in which they are told.
    ///
    /// Those that are there are in that order: a claim of which the name changes goes and comes.
    private static func add(
        _ come: [ReverseClaim],
        to claims: inout [ReverseClaim],
        over shards: ShardTable<ClusterShard>
    ) {
        guard come.count + claims.count > 1 else {
            claims += come
            return
        }
        guard come.count > min(maximumInsertionCount, claims.count / insertionShare) else {
            for claim in come {
                let key = ClaimKey(claim, over: shards)
                let place = claims.partitioningIndex { key.precedes(ClaimKey($0, over: shards)) }
                claims.insert(claim, at: place)
            }
            return
        }
        let keys = (claims + come).map { ClaimKey($0, over: shards) }
        claims = keys.sorted { $0.precedes($1) }.map(\.claim)
    }
}

/// What decides where a claim stands among those on one address: a Service's own before those of
/// endpoints, then the names, the namespace first.
private struct ClaimKey {
    let claim: ReverseClaim
    private let path: [ArraySlice<UInt8>]

    init(_ claim: ReverseClaim, over shards: ShardTable<ClusterShard>) {
        self.claim = claim
        path = shards[claim.shard].path(of: claim)
    }

    func precedes(_ other: ClaimKey) -> Bool {
        let isOwn = claim.endpoint < 0
        if isOwn != (other.claim.endpoint < 0) { return isOwn }
        for (first, second) in zip(path, other.path) where first != second {
            return first.lexicographicallyPrecedes(second)
        }
        return path.count < other.path.count
    }
}

/// The entries of a shard of addresses, as they are written.
private struct ReverseRows {
    private var v4: [UInt32] = []
    private var v6: [UInt32] = []
    private var lists: [UInt32] = []

    init(like shard: ReverseShard, adding count: Int) {
        v4.reserveCapacity((shard.v4Count + count) * ReverseShard.v4EntryCount)
    }

    /// Appends an entry of another shard as it is.
    mutating func append(_ shard: ReverseShard, _ place: Int) {
        if let claim = shard.soleClaim(place) {
            append(shard.address(place), claim)
        } else {
            let (all, told) = shard.claims(place)
            append(shard.address(place), all, told: told)
        }
    }

    mutating func append(_ address: IPAddress, _ claims: [ReverseClaim], told: Int) {
        guard claims.count > 1 else { return append(address, claims[0]) }
        let list = UInt32(truncatingIfNeeded: lists.count)
        append(address, ReverseClaim(place: list, node: ReverseClaim.listMark))
        lists.append(UInt32(truncatingIfNeeded: claims.count))
        lists.append(UInt32(truncatingIfNeeded: told))
        for claim in claims {
            lists.append(claim.place)
            lists.append(claim.node)
        }
    }

    /// Appends an entry with a single claim.
    mutating func append(_ address: IPAddress, _ claim: ReverseClaim) {
        if address.family == .v4 {
            v4.append(UInt32(truncatingIfNeeded: address.low))
            v4.append(claim.place)
            v4.append(claim.node)
        } else {
            v6.append(address)
            v6.append(claim.place)
            v6.append(claim.node)
        }
    }

    /// The shard of these entries.
    var shard: ReverseShard {
        guard !v4.isEmpty || !v6.isEmpty else { return .empty }
        var words: [UInt32] = []
        words.reserveCapacity(ReverseShard.Head.count + v4.count + v6.count + lists.count)
        words.append(UInt32(truncatingIfNeeded: v4.count / ReverseShard.v4EntryCount))
        words.append(UInt32(truncatingIfNeeded: v6.count / ReverseShard.v6EntryCount))
        words += v4
        words += v6
        words += lists
        return ReverseShard(words)
    }
}

extension ClusterShard {
    /// The labels of the name that a claim leads to, the namespace first.
    fileprivate func path(of claim: ReverseClaim) -> [ArraySlice<UInt8>] {
        let start = start(ofBlock: claim.block)
        var path = words.path(ofBlock: start)
        if claim.endpoint >= 0 {
            let endpoint = words.endpoint(claim.endpoint, ofBlock: start)
            path.append(words.label(at: endpoint + Int(words[endpoint + EndpointWord.label])))
        }
        return path
    }
}

extension Collection where Element == UInt32, Index == Int {
    /// Where an endpoint of a block begins.
    func endpoint(_ number: Int, ofBlock start: Int) -> Int {
        let rest = rest(ofBlock: start)
        return start + Int(self[rest + RestWord.groups])
            + Int(self[rest + RestWord.groupCount]) * GroupWord.count
            + number * EndpointWord.count
    }
}
