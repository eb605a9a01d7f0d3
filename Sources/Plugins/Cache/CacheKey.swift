// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What an answer of upstreams depends on besides the name: it is never given for anything else.
struct CacheKey: Hashable, Sendable {
    /// The keyed hash of the name in lower case, mixed with the rest.
    let hash: UInt64
    let type: RecordType
    let recordClass: RecordClass
    /// DO: whether signatures are wanted (RFC 4035 §3.2.1).
    let wantsSignatures: Bool
    /// CD: whether the client checks by itself (RFC 4035 §3.2.2).
    let disablesChecking: Bool

    /// The key of a query; `secret` keeps strangers from choosing names with one hash.
    init(_ query: borrowing Query, secret: UInt64) {
        type = query.type
        recordClass = query.recordClass
        wantsSignatures = query.options?.wantsSignatures == true
        disablesChecking = query.header.flags.contains(.checkingDisabled)
        let rest =
            UInt64(type.rawValue) << 32 | UInt64(recordClass.rawValue) << 16
            | (wantsSignatures ? 1 : 0) | (disablesChecking ? 2 : 0)
        hash = hashBytes(query.name.lowercasedBytes, key: secret ^ rest)
    }

    /// The two flags in one byte.
    var bits: UInt8 { (wantsSignatures ? 1 : 0) | (disablesChecking ? 2 : 0) }
}
