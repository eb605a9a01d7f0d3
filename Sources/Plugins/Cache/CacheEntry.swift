// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What kind of answer is kept.
enum CacheKind: UInt8, CaseIterable, Sendable {
    /// Records of the type that was asked for, or what leads to them.
    case success
    /// No such name, or no record of the type (RFC 2308).
    case denial
    /// Nobody could say (RFC 9520).
    case failure

    /// The kind as metrics spell it.
    var name: String { self == .success ? "success" : "denial" }

    /// The queue it is thrown out from: failures share that of denials.
    var queue: Int { self == .success ? 0 : 1 }
}

/// What a reply is kept as, and for how long.
struct CacheSentence: Hashable, Sendable {
    var kind: CacheKind
    /// Seconds; 0 for news that may not be kept, after which nothing from before is good either.
    var lifetime: UInt32
}

/// The fields of an entry: how it lies in the first cell of its chain.
///
/// Behind them come the name in lower case, the records (from an even place on) and, for each
/// record, where its time to live stands.
enum CacheField {
    /// The neighbours in the queue, as cells.
    static let newer = 0
    static let older = 4
    static let hash = 8
    /// When it was stored, in nanoseconds of the server's clock.
    static let stored = 16
    /// When it has run out.
    static let expires = 24
    /// When it may be asked for again at the earliest, before or after it has run out.
    static let refresh = 32
    static let type = 40
    static let recordClass = 42
    static let keyBits = 44
    static let kind = 45
    /// 1 when it was asked for since the hand passed.
    static let isUsed = 46
    static let nameByteCount = 47
    static let code = 48
    static let flags = 50
    static let answerCount = 52
    static let authorityCount = 54
    static let additionalCount = 56
    static let recordCount = 58
    static let byteCount = 60
    /// The addresses that may change places: where they begin, how many, and how long each is.
    static let rowStart = 62
    static let rowCount = 64
    static let rowRecordByteCount = 66
    /// How often it was asked for without a gap, and when last.
    static let hitCount = 68
    /// How many failures came one after the other.
    static let failureCount = 70
    /// The number of the rules that it was kept by (`CacheRules`).
    static let rules = 71
    static let lastHit = 72
    /// Where the name begins.
    static let name = 80

    /// Where the records of an entry begin.
    static func records(nameByteCount: Int) -> Int { (name + nameByteCount + 1) & ~1 }

    /// Where the places of the times to live begin.
    static func places(nameByteCount: Int, byteCount: Int) -> Int {
        (records(nameByteCount: nameByteCount) + byteCount + 1) & ~1
    }
}
