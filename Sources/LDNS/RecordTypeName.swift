// SPDX-License-Identifier: Apache-2.0

internal import CLDNS

/// The names of record types, as libldns knows them and as it does not yet.
package enum RecordTypeName {
    /// Types that are younger than libldns 1.8.3, or that it has no text form for.
    private static let young: [String: UInt16] = [
        "DSYNC": 66, "AMTRELAY": 260, "RESINFO": 261, "WALLET": 262,
    ]
    /// The longest name of a type, in bytes.
    private static let maximumByteCount = 16

    /// The number of the type called `name`, in any case; nil when nobody knows it.
    ///
    /// `TYPE` and a number is understood too (RFC 3597 §5).
    package static func number(of name: some StringProtocol) -> UInt16? {
        guard name.utf8.count <= maximumByteCount,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let name = name.uppercased()
        if name.hasPrefix("TYPE") { return UInt16(name.dropFirst(4)) }
        if let number = young[name] { return number }
        // SAFETY: the text ends with a zero byte, and libldns only reads it.
        let type = unsafe ldns_get_rr_type_by_name(name)
        return type.rawValue == 0 ? nil : UInt16(exactly: type.rawValue)
    }

    /// The type whose text form data of `number` has; nil when it has only the form of RFC 3597.
    ///
    /// RESINFO (RFC 9606) and WALLET are written like TXT.
    static func textForm(of number: UInt16) -> UInt16? {
        switch number {
        case 261, 262: 16
        case 66, 260: nil
        default: number
        }
    }
}
