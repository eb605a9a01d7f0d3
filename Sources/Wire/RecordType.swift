// SPDX-License-Identifier: Apache-2.0

/// The type of a record or question (RFC 6895 §3.1).
package struct RecordType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// By number: the one that is made for every RawRepresentable is not seen through from elsewhere.
    @inlinable package static func == (left: RecordType, right: RecordType) -> Bool {
        left.rawValue == right.rawValue
    }

    /// For `switch`, by number too.
    package static func ~= (pattern: RecordType, value: RecordType) -> Bool {
        pattern.rawValue == value.rawValue
    }

    package static let a = RecordType(rawValue: 1)
    package static let ns = RecordType(rawValue: 2)
    package static let cname = RecordType(rawValue: 5)
    package static let soa = RecordType(rawValue: 6)
    package static let ptr = RecordType(rawValue: 12)
    package static let hinfo = RecordType(rawValue: 13)
    package static let mx = RecordType(rawValue: 15)
    package static let txt = RecordType(rawValue: 16)
    package static let aaaa = RecordType(rawValue: 28)
    package static let srv = RecordType(rawValue: 33)
    package static let naptr = RecordType(rawValue: 35)
    package static let dname = RecordType(rawValue: 39)
    package static let opt = RecordType(rawValue: 41)
    package static let ds = RecordType(rawValue: 43)
    package static let rrsig = RecordType(rawValue: 46)
    package static let nsec = RecordType(rawValue: 47)
    package static let dnskey = RecordType(rawValue: 48)
    package static let nsec3 = RecordType(rawValue: 50)
    package static let nsec3param = RecordType(rawValue: 51)
    package static let svcb = RecordType(rawValue: 64)
    package static let https = RecordType(rawValue: 65)
    package static let tsig = RecordType(rawValue: 250)
    package static let ixfr = RecordType(rawValue: 251)
    package static let axfr = RecordType(rawValue: 252)
    package static let any = RecordType(rawValue: 255)

    /// The mnemonics that are printed; the rest print as `TYPE` and the number (RFC 3597 §5).
    private static let mnemonics: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 15: "MX", 16: "TXT",
        17: "RP", 18: "AFSDB", 24: "SIG", 25: "KEY", 28: "AAAA", 29: "LOC", 33: "SRV",
        35: "NAPTR", 36: "KX", 37: "CERT", 39: "DNAME", 41: "OPT", 42: "APL", 43: "DS",
        44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID",
        50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 59: "CDS",
        60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS",
        99: "SPF", 108: "EUI48", 109: "EUI64", 249: "TKEY", 250: "TSIG", 251: "IXFR",
        252: "AXFR", 255: "ANY", 256: "URI", 257: "CAA",
    ]

    private static let numbers: [String: UInt16] = Dictionary(
        mnemonics.map { ($0.value, $0.key) },
        uniquingKeysWith: { first, _ in first }
    )

    package var description: String { Self.mnemonics[rawValue] ?? "TYPE\(rawValue)" }

    /// The type that `text` names: a mnemonic in any case, or `TYPE` and a number.
    package init?(_ text: String) {
        let wanted = text.uppercased()
        if let number = Self.numbers[wanted] {
            self.init(rawValue: number)
        } else if wanted.hasPrefix("TYPE"),
            wanted.utf8.dropFirst(4).allSatisfy({ (48...57).contains($0) }),
            let number = UInt16(wanted.dropFirst(4))
        {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

/// The class of a record or question (RFC 6895 §3.2).
package struct RecordClass: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// By number: the one that is made for every RawRepresentable is not seen through from elsewhere.
    @inlinable package static func == (left: RecordClass, right: RecordClass) -> Bool {
        left.rawValue == right.rawValue
    }

    package static let internet = RecordClass(rawValue: 1)
    package static let chaos = RecordClass(rawValue: 3)
    package static let none = RecordClass(rawValue: 254)
    package static let any = RecordClass(rawValue: 255)

    package var description: String {
        switch self {
        case .internet: "IN"
        case .chaos: "CH"
        case RecordClass(rawValue: 4): "HS"
        case .none: "NONE"
        case .any: "ANY"
        default: "CLASS\(rawValue)"
        }
    }
}
