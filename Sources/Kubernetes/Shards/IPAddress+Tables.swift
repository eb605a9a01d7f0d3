// SPDX-License-Identifier: Apache-2.0

import Wire

/// Addresses as the tables of a cluster keep them.
extension IPAddress {
    /// The hash under which a table keeps this address.
    var tableHash: UInt64 {
        let salt: UInt64 = family == .v4 ? 0xD6E8_FEB8_6659_FD93 : 0xA076_1D64_78BD_642F
        let first = (high ^ salt).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        let mixed = first.high ^ first.low ^ low
        let second = (mixed ^ salt).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return second.high ^ second.low
    }

    /// Whether it comes first where IPv4 comes before IPv6, and then the bits decide.
    func isOrdered(before other: IPAddress) -> Bool {
        family == other.family ? isBefore(other) : family == .v4
    }

    /// All bits as one number.
    var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// All but the last octet of an IPv4 address: the most that a reverse name tells which is not
    /// whole.
    var v4Prefix: UInt32 { UInt32(truncatingIfNeeded: low >> 8) }

    /// All but the last four bits of an IPv6 address, the same.
    var v6Prefix: UInt128 { bits >> 4 }

    /// The first address that begins so.
    init(v4Prefix prefix: UInt32) { self.init(v4: prefix << 8) }

    /// The same of IPv6.
    init(v6Prefix prefix: UInt128) {
        let bits = prefix << 4
        self.init(
            v6High: UInt64(truncatingIfNeeded: bits >> 64),
            low: UInt64(truncatingIfNeeded: bits)
        )
    }

    /// Its bits, upper ones first: one word for IPv4, four for IPv6.
    var words: [UInt32] {
        var words: [UInt32] = []
        words.append(self)
        return words
    }

    /// The IPv6 address of four words, upper ones first.
    init(_ first: UInt32, _ second: UInt32, _ third: UInt32, _ fourth: UInt32) {
        self.init(
            v6High: UInt64(first) << 32 | UInt64(second),
            low: UInt64(third) << 32 | UInt64(fourth)
        )
    }

    /// The address of one word or four; nil for any other number.
    init?(words: some Collection<UInt32>) {
        var words = words.makeIterator()
        guard let first = words.next() else { return nil }
        guard let second = words.next() else {
            self.init(v4: first)
            return
        }
        guard let third = words.next(), let fourth = words.next(), words.next() == nil else {
            return nil
        }
        self.init(first, second, third, fourth)
    }
}

extension [UInt32] {
    /// Appends the bits of an address as `words` has them.
    mutating func append(_ address: IPAddress) {
        if address.family == .v6 {
            append(UInt32(truncatingIfNeeded: address.high >> 32))
            append(UInt32(truncatingIfNeeded: address.high))
            append(UInt32(truncatingIfNeeded: address.low >> 32))
        }
        append(UInt32(truncatingIfNeeded: address.low))
    }
}

extension Collection where Element == UInt32, Index == Int {
    /// The IPv6 address that begins with this word of the row.
    func v6Address(at place: Int) -> IPAddress {
        IPAddress(self[place], self[place + 1], self[place + 2], self[place + 3])
    }
}
