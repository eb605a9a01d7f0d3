// SPDX-License-Identifier: Apache-2.0

import YAML

/// The objects of a cluster as people look at them, each with the place where it is written.
///
/// It shares the memory of the manifests. Objects are made when they are asked for; looking through
/// all of them makes only those of the kind and namespace that are meant.
package struct ClusterContents: Sendable {
    /// The kinds that are kept as objects, without Pods: see `pods(in:)`.
    package enum Kind: Sendable {
        case namespace, service, endpointSlice, workload, node

        fileprivate var code: StoredCode.Kind {
            switch self {
            case .namespace: .namespace
            case .service: .service
            case .endpointSlice: .endpointSlice
            case .workload: .workload
            case .node: .node
            }
        }
    }

    private let files: ManifestFiles
    private let losers: [String: Set<Int>]
    private let registry: ClusterRegistry

    /// The contents of a set of manifests; `registry`: who made the cluster of it, and knows what
    /// Services were given.
    package init(_ set: ManifestSet, _ registry: ClusterRegistry) {
        files = set.files
        losers = set.losers
        self.registry = registry
    }

    /// The Services that are in use, what they leave open filled in, sorted by namespace and name;
    /// in one namespace, or in all when it is nil.
    ///
    /// One that no manifest has is written nowhere.
    package func services(in namespace: String?) -> [Item] {
        let written = items(.service, in: namespace)
        let (uses, made) = registry.uses(of: written)
        var found: [Item] = []
        found.reserveCapacity(written.count + 1)
        for (item, use) in zip(written, uses) {
            if let use { found.append(Item(item, as: use)) }
        }
        if let item = made.flatMap({ Item(writtenNowhere: $0) }),
            namespace == nil || namespace == item.namespace
        {
            found.insert(item, at: found.firstIndex { item.isOrdered(before: $0) } ?? found.count)
        }
        return found
    }

    /// The Pods, sorted by namespace and name, each with the addresses that it was given; in one
    /// namespace, or in all when it is nil.
    ///
    /// Those that were made of a workload have its place.
    package func pods(in namespace: String?) -> [Item] {
        var made: [StoredObject: StoredObject] = [:]
        for (object, pods) in registry.madePods { made[object] = pods }
        var found: [Item] = []
        visit { object, places, file in
            guard var reader = ObjectReader(objectsOf: object) else { return }
            let isPod = reader.nextKind == .pod
            guard isPod || reader.nextKind == .workload else { return }
            let head = reader.head()
            guard namespace == nil || head.namespace == namespace else { return }
            guard let stored = made[object] ?? (isPod ? object : nil) else { return }
            // Each Pod of a run has a place of its own; those of a workload have its place.
            for (index, pod) in stored.pods.enumerated() {
                let place = places[min(index, places.count - 1) + places.startIndex]
                found.append(Item(.pod(pod), at: Place(file: file, position: place.position)))
            }
        }
        found.sort { $0.isOrdered(before: $1) }
        return found
    }

    /// The Nodes, sorted by name; where no manifest has any, those that made Pods run on, which are
    /// written nowhere.
    package func nodes() -> [Item] {
        let written = items(.node, in: nil)
        guard written.isEmpty else { return written }
        return registry.madeNodes.map { Item(.node($0), at: .nowhere) }
    }

    /// The objects of a kind as they are written, sorted by namespace and name; in one namespace,
    /// or in all when it is nil.
    package func items(_ kind: Kind, in namespace: String?) -> [Item] {
        var found: [Item] = []
        visit { object, places, file in
            guard var reader = ObjectReader(objectsOf: object) else { return }
            guard reader.nextKind == kind.code else { return }
            let head = reader.head()
            guard namespace == nil || head.namespace == namespace else { return }
            for (document, place) in zip(object.documents, places) {
                let place = Place(file: file, position: place.position)
                guard document.objectCount != 1 else {
                    found.append(Item(document, head, at: place))
                    continue
                }
                // All at once: each one on its own would be looked for behind those before it.
                found += document.objects.map { Item($0, at: place) }
            }
        }
        found.sort { $0.isOrdered(before: $1) }
        return found
    }

    /// The namespaces that exist, sorted: those of Namespace objects and those that others live in.
    package func namespaceNames() -> [String] {
        var names: Set<String> = []
        visit { object, _, _ in
            guard var reader = ObjectReader(objectsOf: object) else { return }
            let head = reader.head()
            names.insert(head.kind == .namespace ? head.name : head.namespace)
        }
        names.remove("")
        return names.sorted()
    }

    /// The files that were read, in their order, whatever is in them.
    package var paths: [String] { files.map(\.path) }

    /// Calls `body` with each object that counts, the places of its documents, and its file.
    private func visit(_ body: (StoredObject, ArraySlice<ManifestPlace>, String) -> Void) {
        for file in files {
            file.content.visit(without: losers[file.path] ?? []) { object, places in
                body(object, places, file.path)
            }
        }
    }
}
