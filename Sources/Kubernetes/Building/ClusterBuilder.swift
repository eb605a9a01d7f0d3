// SPDX-License-Identifier: Apache-2.0

import Wire

/// Makes clusters of objects that come and go, at a cost that depends on how many did.
///
/// What changes touches Services; the shards that these lie in are built anew from all of their
/// Services, and so are the parts of the table of addresses whose claims differ after that.
/// Everything else is shared with the cluster before.
struct ClusterBuilder: Sendable {
    /// A shard of names that is another now.
    private struct ReplacedShard {
        let number: Int
        let before: ClusterShard
    }

    /// Of how many changed shards of names the claims on addresses are worked in at once; of more,
    /// those on one part of the addresses after the other, which needs less memory for a moment.
    private static let maximumBatchCount = 1_536

    private(set) var census: ClusterCensus
    /// The Services that are seen, sorted, by the numbers of their shards.
    private var services = [[ServiceKey]](repeating: [], count: ShardTable<ClusterShard>.count)
    /// The namespaces that are seen, sorted, by the numbers of their shards.
    private var namespaces = [[String]](repeating: [], count: ShardTable<ClusterShard>.count)

    private(set) var shards = ShardTable<ClusterShard>(repeating: .empty)
    private(set) var reverse = ReverseTable(repeating: .empty)
    private(set) var v4Prefixes = SortedCounts<UInt32>()
    private(set) var v6Prefixes = SortedCounts<UInt128>()
    private(set) var pods = ShardTable<PodShard>(repeating: .empty)
    private(set) var nameCount = 0
    /// The Services that have more endpoints than can be told.
    private(set) var cutServices: Set<ServiceKey> = []

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
        var isChanged = updateShards(touched.sorted())
        if updatePods() { isChanged = true }
        for namespace in gone { census.forget(namespace) }
        census.settle()
        return isChanged
    }

    /// Builds some shards of names anew, and the shards of addresses that these change.
    private mutating func updateShards(_ numbers: [Int]) -> Bool {
        var replaced: [ReplacedShard] = []
        for number in numbers {
            let before = shards[number]
            let shard = shard(number)
            guard shard != before else { continue }
            nameCount += shard.nameCount - before.nameCount
            shards[number] = shard
            replaced.append(ReplacedShard(number: number, before: before))
        }
        updateReverse(replaced)
        return !replaced.isEmpty
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
            cutServices.remove(key)
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
                if block.isCut { cutServices.insert(key) }
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

    /// Brings the shards of addresses up to date after those of names.
    private mutating func updateReverse(_ replaced: [ReplacedShard]) {
        // Each part of the addresses is worked in at once, so that no shard is made anew twice.
        let partCount = (replaced.count + Self.maximumBatchCount - 1) / Self.maximumBatchCount
        let size = ReverseTable.shardCount / max(1, partCount) + 1
        for first in stride(from: 0, to: ReverseTable.shardCount, by: size) {
            var edits = ReverseEdits(of: first..<(first + size))
            for shard in replaced {
                edits.note(shard.before, shards[shard.number], number: shard.number)
            }
            updateReverse(edits)
        }
    }

    private mutating func updateReverse(_ edits: ReverseEdits) {
        var prefixes = PrefixChanges()
        edits.forEach { number, edit in
            reverse[shard: number] = edit.applied(
                to: reverse[shard: number],
                over: shards,
                &prefixes
            )
        }
        v4Prefixes.apply(removing: prefixes.v4.gone, adding: prefixes.v4.come)
        v6Prefixes.apply(removing: prefixes.v6.gone, adding: prefixes.v6.come)
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
        var replaced: [ReplacedShard] = []
        for number in 0..<ShardTable<ClusterShard>.count {
            let words = try blocks()
            guard !words.isEmpty else { continue }
            guard let ranges = BlockCheck(words).blocks else { throw .damaged }
            var builder = ShardBuilder()
            for range in ranges { builder.add(words[range]) }
            let shard = builder.finish()
            nameCount += shard.nameCount
            shards[number] = shard
            replaced.append(ReplacedShard(number: number, before: .empty))
        }
        updateReverse(replaced)
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
            v4Prefixes: builder.v4Prefixes,
            v6Prefixes: builder.v6Prefixes,
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
