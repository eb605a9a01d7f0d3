// SPDX-License-Identifier: Apache-2.0

import Wire

/// How the claims on some of the addresses differ between shards of names and those before.
struct ReverseEdits {
    /// A claim that goes or comes, in 16 bytes: a large reload has some million.
    private struct Entry {
        /// The address of IPv4, or which of `v6Addresses` it is.
        let address: UInt32
        let claim: ReverseClaim
        /// The number of the shard of addresses, and the two bits below.
        let tag: UInt32

        static var isV6: UInt32 { 2 }
        static var comes: UInt32 { 1 }
        var shard: Int { Int(tag >> 2) }
    }

    private var entries: [Entry] = []
    private var v6Addresses: [IPAddress] = []
    /// The shards of addresses that are looked at.
    private let numbers: Range<Int>
    /// The claims of one block before and after; memory to use.
    private var gone: [AddressClaim] = []
    private var come: [AddressClaim] = []

    init(of numbers: Range<Int>) { self.numbers = numbers }

    /// Notes how claims differ between two forms of a shard of names.
    mutating func note(_ before: ClusterShard, _ after: ClusterShard, number: Int) {
        for block in 0..<max(before.blockCount, after.blockCount) {
            let old = block < before.blockCount ? before.block(block) : []
            let new = block < after.blockCount ? after.block(block) : []
            guard old != new else { continue }
            gone.removeAll(keepingCapacity: true)
            come.removeAll(keepingCapacity: true)
            old.forEachClaim(ofShard: number, block: block) { gone.append($0) }
            new.forEachClaim(ofShard: number, block: block) { come.append($0) }
            let (start, end) = same(old, new)
            for index in start..<(gone.count - end) { note(gone[index], 0) }
            for index in start..<(come.count - end) { note(come[index], Entry.comes) }
        }
    }

    private mutating func note(_ claim: AddressClaim, _ mark: UInt32) {
        let shard = ReverseTable.shard(of: claim.address)
        guard numbers.contains(shard) else { return }
        let isV6 = claim.address.family == .v6
        let index = v6Addresses.count
        if isV6 { v6Addresses.append(claim.address) }
        entries.append(
            Entry(
                address: UInt32(truncatingIfNeeded: isV6 ? UInt64(index) : claim.address.low),
                claim: claim.claim,
                tag: UInt32(truncatingIfNeeded: shard) << 2 | mark | (isV6 ? Entry.isV6 : 0)
            )
        )
    }

    /// How many of the first and of the last claims of two forms of a block are the same.
    private func same(
        _ old: ArraySlice<UInt32>,
        _ new: ArraySlice<UInt32>
    ) -> (start: Int, end: Int) {
        let count = min(gone.count, come.count)
        // A name decides the order of claims, so that it has to be the same as well.
        guard count > 0, old.nameWords == new.nameWords else { return (0, 0) }
        func isSame(_ first: AddressClaim, _ second: AddressClaim) -> Bool {
            first == second && old.label(of: first) == new.label(of: second)
        }
        var start = 0
        while start < count, isSame(gone[start], come[start]) { start += 1 }
        var end = 0
        while end < count - start,
            isSame(gone[gone.count - 1 - end], come[come.count - 1 - end])
        {
            end += 1
        }
        return (start, end)
    }

    /// Calls `body` with each shard of addresses that changes, and what goes and comes there.
    consuming func forEach(_ body: (Int, ReverseEdit) -> Void) {
        entries.sort { $0.tag < $1.tag }
        var edit = ReverseEdit()
        for (index, entry) in entries.enumerated() {
            let isV6 = entry.tag & Entry.isV6 != 0
            let claim = AddressClaim(
                address: isV6 ? v6Addresses[Int(entry.address)] : IPAddress(v4: entry.address),
                claim: entry.claim
            )
            if entry.tag & Entry.comes != 0 {
                edit.come.append(claim)
            } else {
                edit.gone.append(claim)
            }
            let isLast = index + 1 == entries.count || entries[index + 1].shard != entry.shard
            guard isLast else { continue }
            body(entry.shard, edit)
            edit.gone.removeAll(keepingCapacity: true)
            edit.come.removeAll(keepingCapacity: true)
        }
    }
}

extension ArraySlice<UInt32> {
    /// The words of a block's name.
    fileprivate var nameWords: ArraySlice<UInt32> {
        let start = startIndex + BlockWord.count
        return self[start..<(start + self[startIndex].nameWordCount)]
    }

    /// The words of the label of the endpoint that makes a claim; none for the Service itself.
    fileprivate func label(of claim: AddressClaim) -> ArraySlice<UInt32> {
        let number = claim.claim.endpoint
        return number < 0 ? [] : label(number)
    }

    /// The words of an endpoint's label.
    private func label(_ number: Int) -> ArraySlice<UInt32> {
        let endpoint = endpoint(number, ofBlock: startIndex)
        let start = endpoint + Int(self[endpoint + EndpointWord.label])
        return self[start...(start + Int(self[start] >> 24) >> 2)]
    }
}
