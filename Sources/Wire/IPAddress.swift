// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address, as two machine words.
///
/// An IPv4 address lies in the lowest 32 bits. There is no third case: an IPv4-mapped IPv6
/// address stays an IPv6 address until `unmapped` is asked.
package struct IPAddress: Hashable, Sendable {
    /// The two address families (RFC 791, RFC 4291).
    package enum Family: UInt8, Sendable {
        case v4 = 4
        case v6 = 6

        /// By number: the one that is made for every RawRepresentable is not seen through from
        /// elsewhere.
        package static func == (left: Family, right: Family) -> Bool {
            left.rawValue == right.rawValue
        }
    }

    package let family: Family
    /// The upper 64 bits of an IPv6 address; 0 for IPv4.
    package let high: UInt64
    /// The lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 one.
    package let low: UInt64

    package init(v4 bits: UInt32) {
        family = .v4
        high = 0
        low = UInt64(bits)
    }

    package init(v6High high: UInt64, low: UInt64) {
        family = .v6
        self.high = high
        self.low = low
    }

    /// The number of bytes on the wire: 4 or 16.
    package var byteCount: Int { family == .v4 ? 4 : 16 }

    /// The number of bits: 32 or 128.
    package var bitCount: Int { family == .v4 ? 32 : 128 }

    /// The byte at `index`, counted from the left; 0 when there is none.
    package func byte(at index: Int) -> UInt8 {
        if family == .v4 {
            guard index >= 0, index < 4 else { return 0 }
            return UInt8(truncatingIfNeeded: low >> UInt64(24 &- index &* 8))
        }
        guard index >= 0, index < 16 else { return 0 }
        let word = index < 8 ? high : low
        return UInt8(truncatingIfNeeded: word >> UInt64(56 &- (index & 7) &* 8))
    }

    /// The address that 4 or 16 bytes in network order hold; nil for any other count.
    package init?(bytes: Span<UInt8>) {
        switch bytes.count {
        case 4:
            self.init(v4: bytes.uint32(at: 0))
        case 16:
            self.init(v6High: bytes.uint64(at: 0), low: bytes.uint64(at: 8))
        default:
            return nil
        }
    }

    /// The IPv4 address inside an IPv4-mapped IPv6 one (RFC 4291 §2.5.5.2), else the address itself.
    package var unmapped: IPAddress {
        guard family == .v6, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(v4: UInt32(truncatingIfNeeded: low))
    }

    /// Whether the address only means this host (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    package var isLoopback: Bool {
        family == .v4 ? low >> 24 == 127 : high == 0 && low == 1
    }

    /// Whether the address stands for every local address (0.0.0.0 or ::).
    package var isUnspecified: Bool { high == 0 && low == 0 }

    /// Whether the address is only valid on one link (RFC 3927, RFC 4291 §2.5.6).
    package var isLinkLocal: Bool {
        family == .v4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA
    }

    /// Whether the address lies in the network of `length` bits that begins like `network`.
    package func isInside(_ network: IPAddress, length: Int) -> Bool {
        guard family == network.family, length >= 0, length <= bitCount else { return false }
        return masked(to: length) == network.masked(to: length)
    }

    /// The address with all bits after the first `length` cleared.
    package func masked(to length: Int) -> IPAddress {
        if family == .v4 {
            guard length < 32 else { return self }
            guard length > 0 else { return IPAddress(v4: 0) }
            return IPAddress(v4: UInt32(truncatingIfNeeded: low) & ~(UInt32.max >> UInt32(length)))
        }
        guard length < 128 else { return self }
        guard length > 0 else { return IPAddress(v6High: 0, low: 0) }
        if length <= 64 {
            let mask = length == 64 ? UInt64.max : ~(UInt64.max >> UInt64(length))
            return IPAddress(v6High: high & mask, low: 0)
        }
        return IPAddress(v6High: high, low: low & ~(UInt64.max >> UInt64(length - 64)))
    }
}
