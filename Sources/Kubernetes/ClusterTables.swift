// SPDX-License-Identifier: Apache-2.0

import Wire

/// The flat arrays behind a cluster.
struct ClusterTables: Hashable, Sendable {
    var nodes: [ClusterNode] = []
    var groups: [ClusterGroup] = []
    var ports: [ClusterPort] = []
    var v4: [UInt32] = []
    /// Two words an address, the upper one first.
    var v6: [UInt64] = []
    /// Labels, names of ports and targets of aliases, one behind the other.
    var text: [UInt8] = []
    /// The nodes by their names.
    var names = ClusterIndex(capacity: 0)

    /// Every address with a pointer, sorted within its family.
    var reverseV4: [UInt32] = []
    var reverseV6: [UInt64] = []
    /// Where the pointers of each address begin, IPv4 first; one more at the end.
    var pointerStarts: [UInt32] = []
    /// The nodes that addresses point to.
    var pointers: [UInt32] = []
    /// The addresses with pointers, IPv4 first.
    var addresses = ClusterIndex(capacity: 0)

    /// The addresses of Pods, each with its namespace's node.
    var pods: [ClusterPod] = []
    var podAddresses = ClusterIndex(capacity: 0)
}

/// One address of a Pod.
struct ClusterPod: Hashable, Sendable {
    let namespace: UInt32
    let address: IPAddress

    var hash: UInt64 { address.tableHash &+ UInt64(namespace) &* 0x9E37_79B9_7F4A_7C15 }
}

/// A hash table of indices, open-addressed and never more than half full.
///
/// It holds no keys: whoever asks compares what the index leads to.
struct ClusterIndex: Hashable, Sendable {
    /// An index and one more; 0 where there is none.
    private var slots: [UInt32]
    private let mask: UInt64
    private(set) var count = 0

    /// An empty table for up to `capacity` indices.
    init(capacity: Int) {
        var size = 4
        while size < capacity * 2 { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        mask = UInt64(size - 1)
    }

    /// The first place to look for what has this hash.
    func firstSlot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & mask) }

    /// The place to look next.
    func slot(after slot: Int) -> Int { (slot &+ 1) & Int(truncatingIfNeeded: mask) }

    /// The index at a place; nil where the search ends.
    ///
    /// LIMIT: at least half of the places are free, so that every search ends.
    func index(at slot: Int) -> Int? { slots[slot] == 0 ? nil : Int(slots[slot]) &- 1 }

    /// Adds an index that is not in the table; beyond the capacity it is left out.
    mutating func insert(_ index: Int, hash: UInt64) {
        guard count < slots.count / 2 else { return }
        var slot = firstSlot(hash)
        while slots[slot] != 0 { slot = self.slot(after: slot) }
        slots[slot] = UInt32(truncatingIfNeeded: index &+ 1)
        count += 1
    }
}

extension IPAddress {
    /// The hash under which a table keeps this address.
    var tableHash: UInt64 {
        let salt: UInt64 = family == .v4 ? 0xD6E8_FEB8_6659_FD93 : 0xA076_1D64_78BD_642F
        let first = (high ^ salt).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        let mixed = first.high ^ first.low ^ low
        let second = (mixed ^ salt).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return second.high ^ second.low
    }
}
