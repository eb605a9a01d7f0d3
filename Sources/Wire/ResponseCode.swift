// SPDX-License-Identifier: Apache-2.0

/// How a query fared: the header's four bits, and eight more in OPT (RFC 6895 §2.3).
package struct ResponseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue & 0x0FFF }

    /// By number: the one that is made for every RawRepresentable is not seen through from elsewhere.
    @inlinable package static func == (left: ResponseCode, right: ResponseCode) -> Bool {
        left.rawValue == right.rawValue
    }

    package static let noError = ResponseCode(rawValue: 0)
    package static let formatError = ResponseCode(rawValue: 1)
    package static let serverFailure = ResponseCode(rawValue: 2)
    package static let nameError = ResponseCode(rawValue: 3)
    package static let notImplemented = ResponseCode(rawValue: 4)
    package static let refused = ResponseCode(rawValue: 5)
    package static let notAuthoritative = ResponseCode(rawValue: 9)
    package static let badVersion = ResponseCode(rawValue: 16)

    /// The mnemonics of RFC 6895, by number; empty where a number has none.
    private static let mnemonics = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
        "NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI", "", "", "", "", "BADVERS", "BADKEY",
        "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC", "BADCOOKIE",
    ]

    /// The mnemonic, or `RCODE` and the number.
    package var description: String {
        let index = Int(rawValue)
        guard index < Self.mnemonics.count, !Self.mnemonics[index].isEmpty else {
            return "RCODE\(rawValue)"
        }
        return Self.mnemonics[index]
    }

    /// The code that `mnemonic` names, in any case.
    package init?(_ mnemonic: String) {
        let wanted = mnemonic.uppercased()
        guard !wanted.isEmpty, let index = Self.mnemonics.firstIndex(of: wanted) else { return nil }
        self.init(rawValue: UInt16(index))
    }
}

/// The reason behind a response code, for people (RFC 8914 §4).
package struct ExtendedErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// By number: the one that is made for every RawRepresentable is not seen through from elsewhere.
    @inlinable package static func == (left: ExtendedErrorCode, right: ExtendedErrorCode) -> Bool {
        left.rawValue == right.rawValue
    }

    package static let other = ExtendedErrorCode(rawValue: 0)
    package static let staleAnswer = ExtendedErrorCode(rawValue: 3)
    package static let staleDenial = ExtendedErrorCode(rawValue: 19)
    package static let cachedError = ExtendedErrorCode(rawValue: 13)
    package static let notReady = ExtendedErrorCode(rawValue: 14)
    package static let blocked = ExtendedErrorCode(rawValue: 15)
    package static let prohibited = ExtendedErrorCode(rawValue: 18)
    package static let notAuthoritative = ExtendedErrorCode(rawValue: 20)
    package static let notSupported = ExtendedErrorCode(rawValue: 21)
    package static let noReachableAuthority = ExtendedErrorCode(rawValue: 22)
    package static let networkError = ExtendedErrorCode(rawValue: 23)
    package static let invalidData = ExtendedErrorCode(rawValue: 24)
}
