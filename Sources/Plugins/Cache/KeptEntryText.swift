// SPDX-License-Identifier: Apache-2.0

import Commands
import LDNS
import Plugin
import Wire

/// An entry of a cache in lines: what it is and how long it is good for, and its records as a client
/// would be given them now.
struct KeptEntryText {
    private let entry: KeptEntry
    private let page: CacheBook.Page
    private let now: Moment

    init(_ entry: KeptEntry, _ page: CacheBook.Page, at now: Moment) {
        self.entry = entry
        self.page = page
        self.now = now
    }

    /// The lines; the first begins with `;`, as comments of master files do.
    var text: String {
        var text = "; \(entry.name) \(typeText): \(entry.code), \(timeText) (\(page.place))\n"
        guard let shown = try? InspectedMessage(entry.message) else {
            return text + "; its records cannot be shown\n"
        }
        for record in shown.answers + shown.authorities + shown.additionals {
            text += "\(record.owner) \(ttl(record.ttl)) \(record.recordClass) \(record.type) "
            text += "\(record.data)\n"
        }
        return text
    }

    /// The type, and what else the answer was asked with.
    private var typeText: String {
        var text =
            entry.keyBits & CacheKey.missingName == 0 ? entry.type.description : "any type"
        if entry.keyBits & 1 != 0 { text += " DO" }
        if entry.keyBits & 2 != 0 { text += " CD" }
        return text
    }

    private var timeText: String {
        if now < entry.expires {
            // As times to live are, which count whole seconds that went by.
            let left = Self.text(entry.expires.nanoseconds(since: now) &+ 999_999_999)
            let whole = Self.text(entry.expires.nanoseconds(since: entry.stored))
            let failures = entry.kind == .failure ? ", failure \(entry.failureCount) in a row" : ""
            return "\(left) left of \(whole)\(failures)"
        }
        let past = now.nanoseconds(since: entry.expires)
        let text = "ran out \(Self.text(past)) ago"
        guard entry.kind != .failure, let stale = page.kept.settings.stale,
            past <= stale.durationNanoseconds
        else { return "\(text), of no use" }
        return "\(text), may be given for \(Self.text(stale.durationNanoseconds - past))"
    }

    /// A time in whole seconds.
    private static func text(_ nanoseconds: UInt64) -> String {
        Ages.text(Int64(clamping: nanoseconds / 1_000_000_000))
    }

    /// The time to live that a client would be told.
    private func ttl(_ first: UInt32) -> UInt32 {
        let settings = page.kept.settings
        if now >= entry.expires { return settings.stale?.ttl ?? 0 }
        if settings.keepsTTL { return first }
        let age = now.nanoseconds(since: entry.stored) / 1_000_000_000
        return first - UInt32(min(UInt64(first), age))
    }
}
