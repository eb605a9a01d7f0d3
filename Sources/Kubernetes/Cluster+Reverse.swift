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
        var slot = tables.addresses.firstSlot(name.address.tableHash)
        while let index = tables.addresses.index(at: slot) {
            if reverseAddress(at: index) == name.address { return .pointers(index) }
            slot = tables.addresses.slot(after: slot)
        }
        return .missing
    }

    /// The nodes that the address at a place points to, by the indices for `pointer`.
    package func pointers(at index: Int) -> Range<Int> {
        Int(tables.pointerStarts[index])..<Int(tables.pointerStarts[index &+ 1])
    }

    /// The node that a pointer leads to.
    package func pointer(at index: Int) -> Int { Int(tables.pointers[index]) }

    /// The address at a place, IPv4 first.
    func reverseAddress(at index: Int) -> IPAddress {
        let count = tables.reverseV4.count
        guard index >= count else { return IPAddress(v4: tables.reverseV4[index]) }
        let place = (index &- count) &* 2
        return IPAddress(v6High: tables.reverseV6[place], low: tables.reverseV6[place &+ 1])
    }

    /// Whether any address with a pointer begins with the first `length` bits of `network`.
    private func hasAddress(inside network: IPAddress, length: Int) -> Bool {
        let split = tables.reverseV4.count
        let isV4 = network.family == .v4
        let end = isV4 ? split : split &+ tables.reverseV6.count / 2
        var lower = isV4 ? 0 : split
        var upper = end
        while lower < upper {
            let middle = lower &+ (upper &- lower) / 2
            if reverseAddress(at: middle).isBefore(network) {
                lower = middle &+ 1
            } else {
                upper = middle
            }
        }
        return lower < end && reverseAddress(at: lower).isInside(network, length: length)
    }

    /// The addresses of the Services of which one of `locals` is an endpoint.
    ///
    /// Of a headless one the endpoints' addresses; each once, in the order of the Services' names.
    package func addresses(ofServicesBehind locals: [IPAddress]) -> [IPAddress] {
        var services: Set<Int> = []
        for local in locals {
            guard case .pointers(let place) = find(ReverseName(local)) else { continue }
            for index in pointers(at: place) {
                let node = node(at: pointer(at: index))
                guard node.kind == .endpoint, let parent = node.parent else { continue }
                services.insert(Int(parent))
            }
        }
        var found: [IPAddress] = []
        for index in services.sorted() {
            let node = node(at: index)
            let own = node.v4.indices.map { v4(at: $0) } + node.v6.indices.map { v6(at: $0) }
            for address in own where !found.contains(address) { found.append(address) }
        }
        return found
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
