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
        /// What the last cluster was made of.
        var files = ManifestFiles()
        var losers: [String: Set<Int>] = [:]
        var cluster: Cluster
    }

    package let options: ClusterOptions
    private let state: Mutex<State>

    /// A registry without any object.
    package init(_ options: ClusterOptions = ClusterOptions()) {
        self.options = options
        var builder = ClusterBuilder(options)
        builder.build()
        state = Mutex(State(builder: builder, cluster: Cluster(builder)))
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
            state.change(removing: gone, adding: come)
            return state.cluster
        }
    }
}

extension ClusterRegistry.State {
    fileprivate mutating func change(
        removing gone: [ClusterObject],
        adding come: [ClusterObject]
    ) {
        guard !gone.isEmpty || !come.isEmpty else { return }
        for object in gone { builder.remove(object) }
        for object in come { builder.add(object) }
        if builder.build() { cluster = Cluster(builder) }
    }

    fileprivate mutating func take(_ set: ManifestSet) {
        var gone: [ClusterObject] = []
        var come: [ClusterObject] = []
        var seen: Set<String> = []
        for change in ManifestChange.all(from: files, to: set.files) {
            seen.insert(change.path)
            Self.compare(
                Self.forms(change.before, without: losers[change.path]),
                Self.forms(change.after, without: set.losers[change.path]),
                &gone,
                &come
            )
        }
        if losers != set.losers {
            // Files that are as they were, but not in what of them counts.
            for file in set.files
            where losers[file.path] != set.losers[file.path] && !seen.contains(file.path) {
                Self.compare(
                    Self.forms(file, without: losers[file.path]),
                    Self.forms(file, without: set.losers[file.path]),
                    &gone,
                    &come
                )
            }
        }
        files = set.files
        losers = set.losers
        change(removing: gone, adding: come)
    }

    /// What of a file counts.
    private static func forms(
        _ file: ManifestFile?,
        without losers: Set<Int>?
    ) -> [ManifestForm] {
        guard let claims = file?.content.claims else { return [] }
        guard let losers else { return claims.map(\.form) }
        return claims.indices.compactMap { losers.contains($0) ? nil : claims[$0].form }
    }

    /// Tells what went and what came, without what only stands elsewhere in the file.
    private static func compare(
        _ old: [ManifestForm],
        _ new: [ManifestForm],
        _ gone: inout [ClusterObject],
        _ come: inout [ClusterObject]
    ) {
        var start = 0
        while start < min(old.count, new.count), old[start].objects == new[start].objects {
            start += 1
        }
        guard start < old.count, start < new.count else {
            gone += old[start...].flatMap(\.objects)
            come += new[start...].flatMap(\.objects)
            return
        }
        var known: [ObjectKey: [ClusterObject]] = [:]
        for form in old[start...] {
            if let key = form.key, known[key] == nil {
                known[key] = form.objects
            } else {
                gone += form.objects
            }
        }
        for form in new[start...] {
            if let key = form.key, known[key] == form.objects {
                known[key] = nil
            } else {
                come += form.objects
            }
        }
        for objects in known.values { gone += objects }
    }
}
