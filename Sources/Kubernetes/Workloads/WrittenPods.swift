// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Pods in manifests have and no made Pod may have too: their names, and the addresses of
/// those that are not finished.
///
/// A name or an address costs some eight bytes, and copies share all but what differs.
struct WrittenPods: Sendable {
    /// Where something stands in a table.
    private typealias Place = (hash: UInt64, rank: UInt32)

    /// Places, each as often as Pods have it.
    private struct Places: Sendable {
        /// Nothing but that something is there.
        private struct Mark: Hashable, Sendable {}

        private var marks = SharedTable<Mark>()

        mutating func insert(_ place: Place) {
            marks.insert(Mark(), at: place.hash, rank: place.rank)
        }

        /// Takes a place out once.
        mutating func remove(_ place: Place) {
            marks.remove(Mark(), at: place.hash, rank: place.rank)
        }

        func contains(_ place: Place) -> Bool {
            marks[place.hash].contains { $0.rank == place.rank }
        }
    }

    /// Those of the addresses.
    private var addresses = Places()
    /// Those of hashes of the namespace and the name.
    private var names = Places()

    /// Those of the Pods that there are.
    init(_ census: ClusterCensus) {
        for pod in census.allPods { insert(pod) }
    }

    mutating func insert(_ pod: Pod) {
        names.insert(Self.place(of: pod.metadata.name, pod.metadata.namespace))
        guard !pod.isFinished else { return }
        for address in pod.addresses { addresses.insert(address.tablePlace) }
    }

    /// Takes a Pod out once.
    mutating func remove(_ pod: Pod) {
        names.remove(Self.place(of: pod.metadata.name, pod.metadata.namespace))
        guard !pod.isFinished else { return }
        for address in pod.addresses { addresses.remove(address.tablePlace) }
    }

    func contains(_ address: IPAddress) -> Bool { addresses.contains(address.tablePlace) }

    /// Whether a Pod has this name.
    func contains(_ name: String, in namespace: String) -> Bool {
        names.contains(Self.place(of: name, namespace))
    }

    private static func place(of name: String, _ namespace: String) -> Place {
        let hash = hashTexts(namespace, name)
        // The table leaves out bits at the end of the hash.
        return (hash, UInt32(truncatingIfNeeded: hash))
    }
}
