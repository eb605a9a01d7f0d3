// SPDX-License-Identifier: Apache-2.0

import Wire

/// Makes clusters of objects that come and go, at a cost that depends on how many did.
///
/// What changes touches Services; the shards that these lie in are built anew from all of their
/// Services, and so are the parts of the table of addresses whose claims differ after that.
/// Everything else is shared with the cluster before.
struct ClusterBuilder: Sendable {
    /// How many shards of names are built before their claims on addresses are worked in: fewer
    /// need less memory for a moment, more need less time.
    private static let maximumBatchCount = 1_024

    private(set) var census: ClusterCensus
    /// The Services that are seen, sorted, by the numbers of their shards.
    private var services = [[ServiceKey]](repeating: [], count: ShardTable<ClusterShard>.count)
    /// The namespaces that are seen, sorted, by the numbers of their shards.
    private var namespaces = [[String]](repeating: [], count: ShardTable<ClusterShard>.count)

    private(set) var shards = ShardTable<ClusterShard>(repeating: .empty)
    private(set) var reverse = ShardTable<ReverseShard>(repeating: .empty)
    private(set) var v4Addresses = SortedPages<UInt32>()
    private(set) var v6Addresses = SortedPages<UInt128>()
    private(set) var pods = ShardTable<PodShard>(repeating: .empty)
    private(set) var nameCount = 0

    init(_ options: ClusterOptions) { census = ClusterCensus(options) }

    /// Adds an object; it counts from the next `build` on.
    mutating func add(_ object: StoredObject) { census.add(object) }

    /// Takes out an object that was added.
    mutating func remove(_ object: StoredObject) { census.remove(object) }

    /// Brings the tables up to date.
    ///
    /// - Returns: Whether any answer may differ from those before.
    @discardableResult
    mutating func build() -> Bool {
        let gone = census.touchedNamespaces.filter { census.namespaces[$0]?.objectCount == 0 }
        var touched = updateNamespaces()
        updateServices(&touched)
        var isChanged = false
        var numbers = touched.sorted()[...]
        while !numbers.isEmpty {
            if updateShards(numbers.prefix(Self.maximumBatchCount)) { isChanged = true }
            numbers = numbers.dropFirst(Self.maximumBatchCount)
        }
        if updatePods() { isChanged = true }
        for namespace in gone { census.forget(namespace) }
        census.settle()
        return isChanged
    }

    /// Builds some shards of names anew, and the shards of addresses that these change.
    private mutating func updateShards(_ numbers: ArraySlice<Int>) -> Bool {
        var isChanged = false
        var edits = ReverseEdit.none
        for number in numbers {
            let before = shards[number]
            let shard = shard(number)
            guard shard != before else { continue }
            isChanged = true
            nameCount += shard.nameCount - before.nameCount
            shards[number] = shard
            Self.compare(before, shard, number: number, into: &edits)
        }
        updateReverse(edits)
        return isChanged
    }

    // MARK: Names

    /// Looks at the touched namespaces; the shards in which one came or went.
    private mutating func updateNamespaces() -> Set<Int> {
        var touched: Set<Int> = []
        for name in census.updateExposure() {
            guard let label = ServiceLabels.label(name) else { continue }
            let number = ServiceLabels.shard(ofNamespace: label)
            touched.insert(number)
            namespaces[number].set(
                name,
                isIn: census.namespaces[name]?.isExposed ?? false
            )
        }
        return touched
    }

    /// Looks at the touched Services, and adds the shards that these lie in.
    private mutating func updateServices(_ touched: inout Set<Int>) {
        for key in census.touchedServices {
            guard let labels = ServiceLabels(key) else { continue }
            let number = labels.shard
            let isSeen = census.namespaces[key.namespace]?.isExposed ?? false
            services[number].set(key, isIn: isSeen && census.knows(key))
            touched.insert(number)
        }
    }

    /// What a shard holds now.
    ///
    /// Of a Service that was not touched the block is taken as it is.
    private mutating func shard(_ number: Int) -> ClusterShard {
        var builder = ShardBuilder()
        var before = BlockFinder(shards[number])
        var taken: Set<ServiceLabels> = []
        for key in services[number] {
            // Of two keys that differ in their case only, the first has the name.
            guard let labels = ServiceLabels(key), taken.insert(labels).inserted else { continue }
            if !census.touchedServices.contains(key), labels.isAsWritten(in: key),
                let block = before.block(labels)
            {
                builder.add(block)
                continue
            }
            guard let entry = census.entry(of: key) else { continue }
            let service = entry.service.flatMap {
                census.options.shows($0.metadata.labels) ? $0 : nil
            }
            let endpoints = EndpointList(key, entry, service, &census)
            if let block = ServiceBlock(labels, service, endpoints, census.options) {
                builder.add(block.words)
            }
        }
        var takenNamespaces: Set<[UInt8]> = []
        for name in namespaces[number] {
            guard let label = ServiceLabels.label(name), takenNamespaces.insert(label).inserted
            else { continue }
            builder.add(ServiceBlock(namespace: label).words)
        }
        return builder.finish()
    }

    // MARK: Addresses

    /// Notes how the claims on addresses differ between two forms of a shard.
    private static func compare(
        _ before: ClusterShard,
        _ after: ClusterShard,
        number: Int,
        into edits: inout [ReverseEdit]
    ) {
        for block in 0..<max(before.blockCount, after.blockCount) {
            let old = block < before.blockCount ? before.block(block) : []
            let new = block < after.blockCount ? after.block(block) : []
            guard old != new else { continue }
            guard !old.isEmpty, !new.isEmpty else {
                old.forEachClaim(ofShard: number, block: block) { edits[$0.shard].gone.append($0) }
                new.forEachClaim(ofShard: number, block: block) { edits[$0.shard].come.append($0) }
                continue
            }
            var gone = old.claims(ofShard: number, block: block)[...]
            var come = new.claims(ofShard: number, block: block)[...]
            // A name decides the order of claims, so that it has to be the same as well.
            if let first = gone.first, let other = come.first, first.name == other.name {
                while let old = gone.first, let new = come.first, old == new {
                    gone.removeFirst()
                    come.removeFirst()
                }
                while let old = gone.last, let new = come.last, old == new {
                    gone.removeLast()
                    come.removeLast()
                }
            }
            for claim in gone { edits[claim.claim.shard].gone.append(claim.claim) }
            for claim in come { edits[claim.claim.shard].come.append(claim.claim) }
        }
    }

    /// `edits`: one for each shard of addresses.
    private mutating func updateReverse(_ edits: [ReverseEdit]) {
        var appeared: [IPAddress] = []
        var vanished: [IPAddress] = []
        for (number, edit) in edits.enumerated() where !edit.isEmpty {
            reverse[number] = edit.applied(
                to: reverse[number],
                over: shards,
                appeared: &appeared,
                vanished: &vanished
            )
        }
        v4Addresses.apply(
            removing: vanished.compactMap(\.v4Key),
            adding: appeared.compactMap(\.v4Key)
        )
        v6Addresses.apply(
            removing: vanished.compactMap(\.v6Key),
            adding: appeared.compactMap(\.v6Key)
        )
    }

    // MARK: Pods

    /// Looks at the touched Pods; whether any came or went.
    private mutating func updatePods() -> Bool {
        var edits: [Int: [PodName: Bool]] = [:]
        for (namespace, addresses) in census.touchedPods {
            guard let label = ServiceLabels.label(namespace) else { continue }
            let entry = census.namespaces[namespace]
            let isSeen = entry?.isExposed ?? false
            for address in addresses {
                let name = PodName(namespace: label, address: address)
                let isIn = isSeen && entry?.podAddresses[address] != nil
                edits[ShardTable<PodShard>.number(of: name.hash), default: [:]][name] = isIn
            }
        }
        var isChanged = false
        for (number, edit) in edits {
            var names = Set(pods[number].names)
            let before = names
            for (name, isIn) in edit {
                if isIn { names.insert(name) } else { names.remove(name) }
            }
            guard names != before else { continue }
            isChanged = true
            pods[number] = names.isEmpty ? .empty : PodShard(names)
        }
        return isChanged
    }
}

extension ClusterBuilder {
    /// Makes the tables of blocks and Pods that were kept, shard by shard; of no use for going on.
    mutating func restore(
        blocks: () throws(SnapshotError) -> [UInt32],
        pods: () throws(SnapshotError) -> [PodName]
    ) throws(SnapshotError) {
        var edits = ReverseEdit.none
        for number in 0..<ShardTable<ClusterShard>.count {
            if number > 0, number % Self.maximumBatchCount == 0 {
                updateReverse(edits)
                edits = ReverseEdit.none
            }
            let words = try blocks()
            guard !words.isEmpty else { continue }
            guard let ranges = BlockCheck(words).blocks else { throw .damaged }
            var builder = ShardBuilder()
            for range in ranges { builder.add(words[range]) }
            let shard = builder.finish()
            nameCount += shard.nameCount
            shards[number] = shard
            Self.compare(.empty, shard, number: number, into: &edits)
        }
        updateReverse(edits)
        for number in 0..<ShardTable<PodShard>.count {
            let names = try pods()
            if !names.isEmpty { self.pods[number] = PodShard(names) }
        }
    }
}

extension Cluster {
    /// The cluster that was built last.
    convenience init(_ builder: ClusterBuilder) {
        self.init(
            shards: builder.shards,
            reverse: builder.reverse,
            v4Addresses: builder.v4Addresses,
            v6Addresses: builder.v6Addresses,
            pods: builder.pods,
            nameCount: builder.nameCount
        )
    }
}

extension Array where Element: Comparable {
    /// Puts an element into the sorted list, or takes it out.
    fileprivate mutating func set(_ element: Element, isIn: Bool) {
        let place = partitioningIndex { $0 >= element }
        let isThere = place < count && self[place] == element
        if isIn, !isThere { insert(element, at: place) }
        if !isIn, isThere { remove(at: place) }
    }
}

extension IPAddress {
    /// The address as it is sorted among those of IPv4; nil for others.
    fileprivate var v4Key: UInt32? { family == .v4 ? UInt32(truncatingIfNeeded: low) : nil }

    /// The address as it is sorted among those of IPv6; nil for others.
    fileprivate var v6Key: UInt128? { family == .v6 ? bits : nil }
}
