// SPDX-License-Identifier: Apache-2.0

import Wire

/// What a name below `in-addr.arpa` or `ip6.arpa` says.
package struct ReverseName: Hashable, Sendable {
    /// The address so far, its missing end zero.
    package let address: IPAddress
    /// How many bits of the address are said.
    package let bitCount: Int

    /// Reads a reverse name (RFC 1035 §3.5, RFC 3596 §2.5); nil for any other name.
    ///
    /// `isMalformed`: set when the name lies below one of the two, but has labels that are no part
    /// of an address.
    package init?(_ name: borrowing QueryName, isMalformed: inout Bool) {
        let count = name.labelCount
        guard count >= 2, name.label(count &- 1).isText(Self.arpa) else { return nil }
        isMalformed = true
        let kind = name.label(count &- 2)
        if kind.isText(Self.v4) {
            guard let bits = Self.octets(name, count: count &- 2) else { return nil }
            address = IPAddress(v4: bits)
            bitCount = (count &- 2) &* 8
        } else if kind.isText(Self.v6) {
            guard let address = Self.nibbles(name, count: count &- 2) else { return nil }
            self.address = address
            bitCount = (count &- 2) &* 4
        } else {
            isMalformed = false
            return nil
        }
        isMalformed = false
    }

    private static var arpa: InlineArray<4, UInt8> { [0x61, 0x72, 0x70, 0x61] }
    private static var v4: InlineArray<7, UInt8> { [0x69, 0x6E, 0x2D, 0x61, 0x64, 0x64, 0x72] }
    private static var v6: InlineArray<3, UInt8> { [0x69, 0x70, 0x36] }

    /// The first octets of an IPv4 address: a label each, the first octet last.
    private static func octets(_ name: borrowing QueryName, count: Int) -> UInt32? {
        guard count <= 4 else { return nil }
        var bits: UInt32 = 0
        for index in 0..<count {
            let label = name.label(index)
            guard label.count <= 3, label[0] != UInt8(ascii: "0") || label.count == 1 else {
                return nil
            }
            var value: UInt32 = 0
            for offset in 0..<label.count {
                let digit = label[offset] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                value = value &* 10 &+ UInt32(digit)
            }
            guard value <= 255 else { return nil }
            bits = bits >> 8 | value << 24
        }
        return bits
    }

    /// The first nibbles of an IPv6 address: a label each, the first nibble last.
    private static func nibbles(_ name: borrowing QueryName, count: Int) -> IPAddress? {
        guard count <= 32 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<count {
            let label = name.label(index)
            guard label.count == 1, let nibble = label[0].hexadecimalValue else { return nil }
            low = low >> 4 | high << 60
            high = high >> 4 | UInt64(nibble) << 60
        }
        return IPAddress(v6High: high, low: low)
    }
}

extension Cluster {
    /// What a reverse name stands for.
    package func find(_ name: ReverseName) -> ClusterFinding {
        guard name.bitCount == name.address.bitCount else {
            return hasAddress(inside: name.address, length: name.bitCount) ? .bare : .missing
        }
        let number = ReverseTable.shard(of: name.address)
        let place = reverse.place(of: name.address, in: number)
        return place == 0 ? .missing : .pointers(ShardPlace.index(number, place))
    }

    /// What an address points to, by the numbers for `pointer`; `index`: where it was found.
    package func pointers(at index: Int) -> ClusterRange {
        reverse.claims(ShardPlace.place(index), in: ShardPlace.reverseShard(index))
    }

    /// The node that a pointer leads to.
    package func pointer(at index: Int) -> Int {
        let claim = reverse.claim(ShardPlace.place(index), in: ShardPlace.reverseShard(index))
        let slots = WordIndex(
            head: word(ShardPlace.index(claim.shard, ClusterShard.Head.index))
        )
        let directory = ClusterShard.Head.count &+ slots.wordCount
        let start = word(ShardPlace.index(claim.shard, directory &+ claim.block))
        let node = ShardPlace.index(claim.shard, Int(start))
        return claim.endpoint < 0 ? node : endpoint(claim.endpoint, of: node)
    }

    /// Whether any address with a pointer begins with the first `length` bits of `network`, which
    /// are not all.
    private func hasAddress(inside network: IPAddress, length: Int) -> Bool {
        if network.family == .v4 {
            guard let found = v4Prefixes.first(atLeast: network.v4Prefix) else { return false }
            return IPAddress(v4Prefix: found).isInside(network, length: length)
        }
        guard let found = v6Prefixes.first(atLeast: network.v6Prefix) else { return false }
        return IPAddress(v6Prefix: found).isInside(network, length: length)
    }

    /// The addresses of the Services of which one of `locals` is an endpoint.
    ///
    /// Of a headless one the endpoints' addresses; each once, in the order of the Services' names.
    package func addresses(ofServicesBehind locals: [IPAddress]) -> [IPAddress] {
        var services: Set<Int> = []
        for local in locals {
            guard case .pointers(let place) = find(ReverseName(local)) else { continue }
            let pointers = pointers(at: place)
            for number in 0..<pointers.count {
                let node = pointer(at: pointers[number])
                if kind(of: node) == .endpoint { services.insert(service(of: node)) }
            }
        }
        let named = services.map { (index: $0, path: path(ofService: $0)) }
        let sorted = named.sorted { left, right in
            for (first, second) in zip(left.path, right.path) where first != second {
                return first.lexicographicallyPrecedes(second)
            }
            return false
        }
        var found: [IPAddress] = []
        for (index, _) in sorted {
            let (own4, own6) = (v4(of: index), v6(of: index))
            let own =
                (0..<own4.count).map { v4(at: own4[$0]) }
                + (0..<own6.count).map { v6(at: own6[$0]) }
            for address in own where !found.contains(address) { found.append(address) }
        }
        return found
    }

    /// The labels of a Service's namespace and of itself.
    private func path(ofService node: Int) -> [ArraySlice<UInt8>] {
        shards[ShardPlace.shard(node)].words.path(ofBlock: ShardPlace.place(node))
    }
}

extension ReverseName {
    /// The whole name of an address.
    fileprivate init(_ address: IPAddress) {
        self.address = address
        bitCount = address.bitCount
    }
}

extension IPAddress {
    /// Whether it comes before `other` in the order of the bits; both of one family.
    func isBefore(_ other: IPAddress) -> Bool {
        high == other.high ? low < other.low : high < other.high
    }
}
