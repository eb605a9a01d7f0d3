// SPDX-License-Identifier: Apache-2.0

import Wire

/// The addresses that begin alike: `10.96.0.0/12`.
package struct AddressNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The first address, in which all other bits are zero.
    package let base: IPAddress
    /// How many bits all addresses begin with.
    package let length: Int

    /// Cuts what stands behind the first `length` bits; nil when there are not so many.
    package init?(_ address: IPAddress, length: Int) {
        guard (0...address.bitCount).contains(length) else { return nil }
        base = address.masked(to: length)
        self.length = length
    }

    /// Reads an address, a slash and a length; nil when it is anything else.
    ///
    /// Bits behind the length are cut.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]) else { return nil }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count),
            digits.first != UInt8(ascii: "0") || digits.count == 1,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    package var family: IPAddress.Family { base.family }

    package func contains(_ address: IPAddress) -> Bool { address.isInside(base, length: length) }

    package func overlaps(_ other: AddressNetwork) -> Bool {
        contains(other.base) || other.contains(base)
    }

    package var description: String { "\(base)/\(length)" }
}
