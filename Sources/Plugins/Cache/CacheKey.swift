// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What an answer of upstreams depends on besides the name: it is never given for anything else.
struct CacheKey: Equatable, Sendable {
    /// The keyed hash of the name in lower case, mixed with the rest.
    let hash: UInt64
    let type: RecordType
    let recordClass: RecordClass
    /// 1 for DO, that signatures are wanted (RFC 4035 §3.2.1), and 2 for CD, that the client checks
    /// by itself (§3.2.2).
    let bits: UInt8

    /// The key of a query; `secret` keeps strangers from choosing names with one hash.
    init(_ query: borrowing Query, secret: UInt64) {
        type = query.type
        recordClass = query.recordClass
        bits =
            (query.options?.wantsSignatures == true ? 1 : 0)
            | (query.header.flags.contains(.checkingDisabled) ? 2 : 0)
        let rest =
            UInt64(type.rawValue) << 32 | UInt64(recordClass.rawValue) << 16 | UInt64(bits)
        hash = hashBytes(query.name.lowercasedBytes, key: secret ^ rest)
    }
}
