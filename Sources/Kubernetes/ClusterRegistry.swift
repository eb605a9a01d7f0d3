// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps a cluster in step with manifests: each change costs what it changes.
///
/// It remembers of which files it made the last cluster, and looks only at those that are others
/// now. So it does not matter whether a cluster was ever served: the next one is always that of
/// the set that is handed in. It belongs to the control plane; workers only ever see clusters.
package final class ClusterRegistry: Sendable {
    /// What the lock guards.
    fileprivate struct State {
        var builder: ClusterBuilder
        /// What gives Services what they leave open; nil where objects are taken as they are.
        var provision: Provision?
        /// What makes the Pods that workloads ask for; nil where there is no provision.
        var workloads: Workloads?
        /// What the last cluster was made of.
        var files = ManifestFiles()
        var losers: [String: Set<Int>] = [:]
        var cluster: Cluster
        var savingCount = 0
    }

    package let options: ClusterOptions
    /// From where Services get what they leave open; nil where objects are taken as they are.
    package let allocation: AllocationOptions?
    private let state: Mutex<State>

    /// A registry without any object.
    ///
    /// `memory`: what Services are known to have held, for those that leave something open.
    package init(
        _ options: ClusterOptions = ClusterOptions(),
        allocation: AllocationOptions? = nil,
        remembering memory: AllocationMemory = AllocationMemory()
    ) {
        self.options = options
        self.allocation = allocation
        var builder = ClusterBuilder(options)
        builder.build()
        let provision = allocation.map { Provision($0, remembering: memory.holdings) }
        let workloads = allocation.map { Workloads($0, remembering: memory.pods) }
        state = Mutex(
            State(
                builder: builder,
                provision: provision,
                workloads: workloads,
                cluster: Cluster(builder)
            )
        )
    }

    /// The cluster of the objects in a set; the same one again while its answers are the same.
    package func cluster(of set: ManifestSet) -> Cluster {
        state.withLock { state in
            state.take(set)
            return state.cluster
        }
    }

    /// The cluster after some objects went and others came.
    package func cluster(
        removing gone: [ClusterObject],
        adding come: [ClusterObject]
    ) -> Cluster {
        state.withLock { state in
            state.change(
                removing: gone.map(StoredObject.init),
                adding: come.map(StoredObject.init)
            )
            return state.cluster
        }
    }

    /// What Services hold or held that is not written in their manifests.
    package var memory: AllocationMemory {
        state.withLock { state in
            guard let provision = state.provision, let workloads = state.workloads else {
                return AllocationMemory()
            }
            return AllocationMemory(provision, workloads)
        }
    }

    /// The Pods that were made of workloads, or of Pods that have no address, each with the object
    /// that they were made of.
    var madePods: [(object: StoredObject, pods: StoredObject)] {
        state.withLock { $0.workloads?.made ?? [] }
    }

    /// The Nodes that no manifest has.
    var madeNodes: [Node] { state.withLock { $0.workloads?.madeNodes ?? [] } }

    /// How Services that are written are used, nil for each that is refused; and the one that was
    /// made because no manifest has it.
    func uses(
        of written: [ClusterContents.Item]
    ) -> (uses: [Provision.Use?], made: Provision.Use?) {
        state.withLock { state in
            let uses = written.map { item -> Provision.Use? in
                guard let object = item.stored else { return nil }
                guard let provision = state.provision else {
                    return Provision.Use(object: object, holding: nil)
                }
                return provision.use(
                    of: object,
                    ServiceKey(namespace: item.namespace, name: item.name)
                )
            }
            return (uses, state.provision?.madeUse)
        }
    }

    /// What a file that is otherwise up to date must be told of it.
    package var unsavedRecords: AllocationRecords {
        state.withLock { state in
            var records = state.provision?.unsavedRecords ?? AllocationRecords(isWhole: false)
            if let pods = state.workloads?.unsavedRecords { records.append(pods) }
            return records
        }
    }

    /// What a whole file of it holds.
    package var allRecords: AllocationRecords { allRecords(withGone: true) }

    /// The same without what those had that are gone.
    package var recordsInUse: AllocationRecords { allRecords(withGone: false) }

    private func allRecords(withGone: Bool) -> AllocationRecords {
        state.withLock { state in
            var records =
                state.provision?.allRecords(withGone: withGone) ?? AllocationRecords(isWhole: true)
            if let pods = state.workloads?.allRecords(withGone: withGone) { records.append(pods) }
            return records
        }
    }

    /// How many records a file needs that has nothing out of date.
    package var recordCount: Int {
        state.withLock { state in
            (state.provision?.recordCount ?? 0) + (state.workloads?.recordCount ?? 0)
        }
    }

    /// Notes that a file has everything, or is to get everything the next time, or that there is
    /// none; what is unsaved is forgotten, so that it never grows.
    ///
    /// - Returns: How often that was noted: a file is up to date where nobody has noted it since.
    @discardableResult
    package func hasSavedRecords() -> Int {
        state.withLock { state in
            state.provision?.hasSaved()
            state.workloads?.hasSaved()
            state.savingCount += 1
            return state.savingCount
        }
    }

    /// How often it was noted that everything is saved.
    package var savingCount: Int { state.withLock { $0.savingCount } }

    /// What is wrong with the objects of the last set only beside others, in the order of their
    /// names.
    var complaints: (services: [Provision.Complaint], pods: [Workloads.Complaint]) {
        let (services, pods, nodes) = state.withLock { state in
            (
                state.provision?.complaints ?? [:], state.workloads?.complaints ?? [:],
                state.workloads?.nodeComplaints ?? []
            )
        }
        return (
            services.values.sorted { $0.key < $1.key },
            pods.sorted { $0.key < $1.key }.flatMap(\.value) + nodes
        )
    }

    /// The same, at the places of the objects in the set.
    package func allocationMistakes(in set: ManifestSet) -> [ManifestMistake] {
        let (services, pods) = complaints
        let cut = state.withLock { $0.builder.cutServices }
        guard !services.isEmpty || !pods.isEmpty || !cut.isEmpty else { return [] }
        return set.mistakes(of: services) + set.mistakes(of: pods)
            + set.mistakes(ofCut: cut.sorted(), maximumCount: options.maximumEndpointCount)
    }

    /// How many Services are used in an older form, as what they are now cannot be.
    package var keptServiceCount: Int {
        state.withLock { $0.provision?.keptCount ?? 0 }
    }
}

extension ClusterRegistry.State {
    fileprivate mutating func change(
        removing gone: [StoredObject],
        adding come: [StoredObject]
    ) {
        guard let difference = settle(gone, come),
            !difference.gone.isEmpty || !difference.come.isEmpty
        else { return }
        apply(workloads?.take(difference) ?? difference)
        if let made = workloads?.settle(builder.census) { apply(made) }
        if builder.build() { cluster = Cluster(builder) }
    }

    private mutating func apply(_ difference: Provision.Difference) {
        for object in difference.gone { builder.remove(object) }
        for object in difference.come { builder.add(object) }
    }

    /// What goes and comes when these objects do; nil when nothing does.
    private mutating func settle(
        _ gone: [StoredObject],
        _ come: [StoredObject]
    ) -> Provision.Difference? {
        guard provision != nil else { return Provision.Difference(gone: gone, come: come) }
        for object in gone { provision?.remove(object) }
        for object in come { provision?.add(object) }
        return provision?.isSettled == true ? nil : provision?.settle()
    }

    fileprivate mutating func take(_ set: ManifestSet) {
        var gone: [StoredObject] = []
        var come: [StoredObject] = []
        var seen: Set<String> = []
        for change in ManifestChange.all(from: files, to: set.files) {
            seen.insert(change.path)
            Self.compare(
                change.before?.content.objects(without: losers[change.path]) ?? [],
                change.after?.content.objects(without: set.losers[change.path]) ?? [],
                &gone,
                &come
            )
        }
        if losers != set.losers {
            // Files that are as they were, but not in what of them counts.
            for file in set.files
            where losers[file.path] != set.losers[file.path] && !seen.contains(file.path) {
                Self.compare(
                    file.content.objects(without: losers[file.path]),
                    file.content.objects(without: set.losers[file.path]),
                    &gone,
                    &come
                )
            }
        }
        files = set.files
        losers = set.losers
        change(removing: gone, adding: come)
    }

    /// Tells what went and what came, without what only stands elsewhere in the file.
    private static func compare(
        _ old: [StoredObject],
        _ new: [StoredObject],
        _ gone: inout [StoredObject],
        _ come: inout [StoredObject]
    ) {
        var start = 0
        while start < min(old.count, new.count), old[start] == new[start] {
            start += 1
        }
        // What is on both sides is the same as often as it is there.
        var counts: [StoredObject: Int] = [:]
        if start < old.count { for object in new[start...] { counts[object, default: 0] += 1 } }
        for object in old[start...] {
            if let count = counts[object], count > 0 {
                counts[object] = count - 1
            } else {
                gone.append(object)
            }
        }
        guard start < old.count else {
            come += new[start...]
            return
        }
        for (object, count) in counts { come += Array(repeating: object, count: count) }
    }
}
