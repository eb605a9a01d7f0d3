// SPDX-License-Identifier: Apache-2.0

import Wire

/// An address of a Pod in its namespace.
struct PodName: Hashable, Sendable {
    /// The namespace as a label, in lower case.
    let namespace: [UInt8]
    let address: IPAddress

    /// The hash under which a table keeps it.
    var hash: UInt64 { Self.hash(address, namespace: namespace.span) }

    static func hash(_ address: IPAddress, namespace: Span<UInt8>) -> UInt64 {
        address.tableHash ^ hashBytes(namespace)
    }

    static func isOrdered(_ left: PodName, _ right: PodName) -> Bool {
        if left.address != right.address { return left.address.isOrdered(before: right.address) }
        return left.namespace.lexicographicallyPrecedes(right.namespace)
    }
}

/// Some Pods that have names of their own; never changed.
final class PodShard: Sendable {
    static let empty = PodShard([])

    /// The addresses, sorted; of one address the namespaces.
    let addresses: [IPAddress]
    /// Where the namespace of each address stands among the texts.
    let namespaces: [ShardRange]
    let text: [UInt8]
    let index: ClusterIndex

    /// The shard of these Pods, which need no order.
    init(_ names: some Collection<PodName>) {
        let sorted = names.sorted(by: PodName.isOrdered)
        var text: [UInt8] = []
        var places: [[UInt8]: ShardRange] = [:]
        var index = ClusterIndex(capacity: sorted.count)
        var namespaces: [ShardRange] = []
        for (number, name) in sorted.enumerated() {
            if places[name.namespace] == nil {
                places[name.namespace] = ShardRange(text.count, name.namespace.count)
                text += name.namespace
            }
            namespaces.append(places[name.namespace] ?? .empty)
            index.insert(number, hash: name.hash)
        }
        addresses = sorted.map(\.address)
        self.namespaces = namespaces
        self.text = text
        self.index = index
    }

    /// All of its Pods.
    var names: [PodName] {
        zip(addresses, namespaces).map { address, namespace in
            PodName(namespace: Array(text[namespace.indices]), address: address)
        }
    }

    func isSame(as other: PodShard) -> Bool {
        addresses == other.addresses && namespaces == other.namespaces && text == other.text
    }
}

/// Each step begins at the table, as in `ClusterShard`.
extension ShardTable where Shard == PodShard {
    /// Whether a Pod of the namespace has the address; the hash is that of both.
    func holds(_ address: IPAddress, namespace: Span<UInt8>, hash: UInt64) -> Bool {
        let number = Self.number(of: hash)
        var slot = self[number].index.firstSlot(hash)
        var place = self[number].index.entry(at: slot)
        while place >= 0, !isPod(place, address, namespace, in: number) {
            slot = self[number].index.slot(after: slot)
            place = self[number].index.entry(at: slot)
        }
        return place >= 0
    }

    @inline(__always)
    private func isPod(
        _ place: Int,
        _ address: IPAddress,
        _ label: Span<UInt8>,
        in number: Int
    ) -> Bool {
        let range = self[number].namespaces[place]
        let count = Int(range.count)
        guard self[number].addresses[place].low == address.low,
            self[number].addresses[place].high == address.high,
            self[number].addresses[place].family == address.family,
            count == label.count
        else { return false }
        var offset = 0
        while offset < count, self[number].text[Int(range.start) &+ offset] == label[offset] {
            offset &+= 1
        }
        return offset == count
    }
}
