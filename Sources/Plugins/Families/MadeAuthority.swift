// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// An SOA record for a denial that no zone made (RFC 2308 §2.2).
///
/// It stands at the zone of the server block. Where that is the root, of which we know nothing, or
/// where an alias led elsewhere, it stands at the name itself, as if that were a zone.
struct MadeAuthority: Sendable {
    /// The longest time that a denial may be kept, in seconds.
    static let maximumTTL: UInt32 = 60
    /// Refresh, retry and expiry, in seconds, as CoreDNS writes them where it makes a record up.
    private static let timers: (UInt32, UInt32, UInt32) = (7_200, 1_800, 86_400)
    /// The label in front of the zone in the name of the mailbox, with its length.
    private static let mailboxByteCount = 11

    let serial: UInt32

    /// Puts the record into the authority section.
    ///
    /// `ttl`: how long what is missing may be kept at most, in seconds.
    func put(_ query: borrowing Query, atMost ttl: UInt32, into answer: inout Answer) {
        let ttl = min(ttl, Self.maximumTTL)
        if let target = answer.lastTarget {
            answer.put(target)
            // A name of full length has no room for one more label.
            if Int(target.byteCount) + Self.mailboxByteCount <= Name.maximumByteCount {
                putMailboxLabel(into: &answer)
            }
            answer.put(target)
            putNumbers(ttl, into: &answer)
            answer.append(.authority, .placed(target), .soa, ttl: ttl)
            return
        }
        let label = query.zoneLabel < query.name.labelCount ? query.zoneLabel : 0
        let byteCount = query.name.byteCount - query.name.start(ofLabel: label)
        answer.putPointer(to: label, of: query.name)
        if byteCount + Self.mailboxByteCount <= Name.maximumByteCount {
            putMailboxLabel(into: &answer)
        }
        answer.putPointer(to: label, of: query.name)
        putNumbers(ttl, into: &answer)
        let owner = Owner.questionSuffix(label: label)
        answer.append(.authority, owner, .soa, ttl: ttl, isCompressed: true)
    }

    private func putMailboxLabel(into answer: inout Answer) {
        let label: InlineArray<11, UInt8> = [
            10, 0x68, 0x6F, 0x73, 0x74, 0x6D, 0x61, 0x73, 0x74, 0x65, 0x72,
        ]
        answer.put(label.span)
    }

    private func putNumbers(_ ttl: UInt32, into answer: inout Answer) {
        answer.put32(serial)
        answer.put32(Self.timers.0)
        answer.put32(Self.timers.1)
        answer.put32(Self.timers.2)
        answer.put32(ttl)
    }
}
