// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What an answer of upstreams depends on besides the name: it is never given for anything else.
struct CacheKey: Equatable, Sendable {
    /// The keyed hash of the name in lower case.
    let nameHash: UInt64
    let type: RecordType
    let recordClass: RecordClass
    /// 1 for DO, that signatures are wanted (RFC 4035 §3.2.1), 2 for CD, that the client checks by
    /// itself (§3.2.2), and 4 for `missingName`.
    let bits: UInt8

    /// The bit of a name that does not exist, whatever type is asked for (RFC 2308 §5).
    static let missingName: UInt8 = 4

    /// The key of a query; `secret` keeps strangers from choosing names with one hash.
    init(_ query: borrowing Query, secret: UInt64) {
        nameHash = hashBytes(query.name.lowercasedBytes, key: secret)
        type = query.type
        recordClass = query.recordClass
        bits =
            (query.options?.wantsSignatures == true ? 1 : 0)
            | (query.header.flags.contains(.checkingDisabled) ? 2 : 0)
    }

    private init(ofMissingNameOf key: CacheKey) {
        nameHash = key.nameHash
        // A client may ask for type 0 as well: it is the bit that tells.
        type = RecordType(rawValue: 0)
        recordClass = key.recordClass
        bits = key.bits | Self.missingName
    }

    /// The key of the news that the name of this one does not exist.
    var ofMissingName: CacheKey { CacheKey(ofMissingNameOf: self) }

    /// The hash of the name mixed with the rest.
    var hash: UInt64 {
        let rest =
            UInt64(type.rawValue) << 32 | UInt64(recordClass.rawValue) << 16 | UInt64(bits)
        return mixedHash(nameHash, with: rest)
    }
}
