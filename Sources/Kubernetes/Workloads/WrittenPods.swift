// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Pods in manifests have and no made Pod may have too: their names, and the addresses of
/// those that are not finished.
///
/// A name or an address costs some eight bytes, and copies share all but what differs.
struct WrittenPods: Sendable {
    /// Nothing but that something is there.
    private struct Mark: Hashable, Sendable {}
    /// Where something stands in a table.
    private typealias Place = (hash: UInt64, rank: UInt32)

    /// Each as often as Pods have it.
    private var addresses = SharedTable<Mark>()
    /// The same, by hashes of the namespace and the name.
    private var names = SharedTable<Mark>()

    /// Those of the Pods that there are.
    init(_ census: ClusterCensus) {
        for pod in census.allPods { insert(pod) }
    }

    mutating func insert(_ pod: Pod) {
        let place = Self.place(of: pod.metadata.name, pod.metadata.namespace)
        names.insert(Mark(), at: place.hash, rank: place.rank)
        guard !pod.isFinished else { return }
        for place in pod.addresses.map(\.tablePlace) {
            addresses.insert(Mark(), at: place.hash, rank: place.rank)
        }
    }

    /// Takes a Pod out once.
    mutating func remove(_ pod: Pod) {
        let place = Self.place(of: pod.metadata.name, pod.metadata.namespace)
        names.remove(Mark(), at: place.hash, rank: place.rank)
        guard !pod.isFinished else { return }
        for place in pod.addresses.map(\.tablePlace) {
            addresses.remove(Mark(), at: place.hash, rank: place.rank)
        }
    }

    func contains(_ address: IPAddress) -> Bool {
        let place = address.tablePlace
        return addresses[place.hash].contains { $0.rank == place.rank }
    }

    /// Whether a Pod has this name.
    func contains(_ name: String, in namespace: String) -> Bool {
        let place = Self.place(of: name, namespace)
        return names[place.hash].contains { $0.rank == place.rank }
    }

    private static func place(of name: String, _ namespace: String) -> Place {
        let hash = hashTexts(namespace, name)
        // The table leaves out bits at the end of the hash.
        return (hash, UInt32(truncatingIfNeeded: hash))
    }
}
