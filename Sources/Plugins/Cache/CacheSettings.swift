// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// What a `cache` stanza says.
struct CacheSettings: Sendable {
    /// How many answers of a kind are kept, and for how long.
    struct Bounds: Hashable, Sendable {
        /// The most entries; nil where only their bytes count.
        var maximumCount: Int?
        /// Seconds.
        var maximumTTL: UInt32
        /// Seconds; what lives shorter, but not 0, is kept as long as this.
        var minimumTTL: UInt32 = 5
    }

    /// When an answer that is asked for often is fetched again before it has run out.
    struct Prefetch: Hashable, Sendable {
        /// How often it must have been asked for without a gap.
        var amount: UInt16
        /// The longest gap, in nanoseconds.
        var gapNanoseconds: UInt64 = 60_000_000_000
        /// How much of its time is left then, in percent.
        var percentage: UInt64 = 10
    }

    /// What is done with answers that have run out (RFC 8767).
    struct Stale: Hashable, Sendable {
        /// How long after their time they may still be given, in nanoseconds.
        var durationNanoseconds: UInt64 = 24 * 3_600_000_000_000
        /// Whether they are given at once; otherwise an upstream is asked first.
        var isImmediate = false
        /// How long a client waits for that, in milliseconds; 0 for until the upstreams failed.
        var clientMilliseconds: UInt64 = 1_800
        /// The time to live of what is given, in seconds.
        var ttl: UInt32 = 30
        /// How long nobody is asked again after a failure, in milliseconds.
        var recheckMilliseconds: UInt64 = 1_000
    }

    /// The sizes of the cache that may be asked for, in bytes: 1 MiB to 1 TiB.
    static let byteCounts = 1 << 20...1 << 40
    /// The longest time that a failure is kept, in seconds (RFC 9520 §3.2).
    static let maximumFailureSeconds: UInt64 = 300

    /// Where answers are kept over a restart.
    struct File: Hashable, Sendable {
        var path: String
        /// Where the Corefile names it.
        var position: Position
        /// How often it is written, in milliseconds.
        var intervalMilliseconds: UInt64 = 600_000
    }

    /// The names that are kept.
    var zones: ZoneList
    var byteCount = 64 << 20
    var success = Bounds(maximumTTL: 3_600)
    var denial = Bounds(maximumTTL: 1_800)
    var prefetch: Prefetch?
    /// nil: what has run out is not given.
    var stale: Stale? = Stale()
    /// Whether an old answer is better than the news that there is none.
    var prefersPositive = false
    /// The longest time that failures are kept, in milliseconds; 0 for not at all.
    var failureMilliseconds: UInt64 = 5_000
    /// The names whose answers, or denials, are not kept.
    var withoutSuccess = ZoneList([])
    var withoutDenial = ZoneList([])
    /// Whether times to live are not counted down.
    var keepsTTL = false
    /// nil: nothing outlasts the process.
    var file: File?
    /// The number of the rules in them, which their cache gives them (`CacheRules`).
    var rulesNumber: UInt8 = 0

    /// Reads a stanza; `zones`: those of the server block.
    init(_ stanza: Stanza, zones: [Name]) throws(CorefileError) {
        var words = stanza.arguments[...]
        if let first = words.first, Int(first.text) != nil {
            let ttl = UInt32(try first.integer(in: 1...Int(UInt32.max)))
            success.maximumTTL = ttl
            denial.maximumTTL = ttl
            words = words.dropFirst()
        }
        let named = try Array(words).zones()
        self.zones = ZoneList(named.isEmpty ? zones : named)
        var staleOption: Option?
        var policyOption: Option?
        for option in stanza.options {
            if option.name.text == "serve_stale" { staleOption = option }
            if option.name.text == "serve_stale_policy" { policyOption = option }
            try read(option)
        }
        if let policyOption, staleOption == nil {
            throw CorefileError(
                at: policyOption.name.position,
                "'serve_stale_policy' means nothing without 'serve_stale'"
            )
        }
    }

    /// Reads one option.
    private mutating func read(_ option: Option) throws(CorefileError) {
        switch option.name.text {
        case "capacity":
            byteCount = try Self.byteCount(option.oneArgument("a size like '64MB'"))
        case "success": success = try Self.bounds(option, success)
        case "denial": denial = try Self.bounds(option, denial)
        case "prefetch": prefetch = try Self.prefetch(option)
        case "serve_stale": stale = try Self.stale(option)
        case "serve_stale_policy":
            let word = try option.oneArgument("'prefer_positive'")
            guard word.text == "prefer_positive" else {
                throw CorefileError(
                    at: word.position,
                    "unknown policy '\(word.text)'; 'prefer_positive' is known"
                )
            }
            prefersPositive = true
        case "servfail":
            failureMilliseconds = try option.oneArgument("a duration")
                .milliseconds(in: 0...Self.maximumFailureSeconds * 1_000)
        case "disable": try readDisabled(option)
        case "file": file = try Self.file(option)
        case "keepttl":
            try option.noArguments()
            keepsTTL = true
        default: throw option.unknown(Cache.manual.optionNames)
        }
    }

    /// Reads a size: a number of bytes, or one with KB, MB or GB behind it, counted in 1,024s.
    private static func byteCount(_ word: Word) throws(CorefileError) -> Int {
        var digits = Substring(word.text)
        var shift = 0
        for (suffix, bits) in [("KB", 10), ("MB", 20), ("GB", 30)] where digits.hasSuffix(suffix) {
            digits = digits.dropLast(2)
            shift = bits
            break
        }
        guard let number = Int(digits), number > 0, digits.utf8.first != UInt8(ascii: "+"),
            number <= byteCounts.upperBound >> shift, byteCounts.contains(number << shift)
        else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is no size from 1MB to 1024GB, like '64MB'"
            )
        }
        return number << shift
    }

    /// Reads `file PATH [DURATION]`.
    private static func file(_ option: Option) throws(CorefileError) -> File {
        try option.arguments(1...2, "a path, and at most a duration")
        let word = option.arguments[0]
        var file = File(path: word.text, position: word.position)
        if option.arguments.count > 1 {
            file.intervalMilliseconds = try option.arguments[1].milliseconds(
                in: 10_000...86_400_000
            )
        }
        return file
    }

    /// Reads `success|denial CAPACITY [TTL] [MINTTL]`.
    private static func bounds(_ option: Option, _ before: Bounds) throws(CorefileError) -> Bounds {
        try option.arguments(1...3, "a capacity, and at most a TTL and a smallest TTL")
        var bounds = before
        bounds.maximumCount = try option.arguments[0].integer(in: 1...Int(UInt32.max))
        if option.arguments.count > 1 {
            bounds.maximumTTL = UInt32(try option.arguments[1].integer(in: 1...Int(UInt32.max)))
        }
        if option.arguments.count > 2 {
            bounds.minimumTTL = UInt32(try option.arguments[2].integer(in: 0...Int(UInt32.max)))
        }
        return bounds
    }

    /// Reads `prefetch AMOUNT [DURATION] [PERCENTAGE%]`.
    private static func prefetch(_ option: Option) throws(CorefileError) -> Prefetch? {
        try option.arguments(1...3, "an amount, and at most a duration and a percentage")
        let amount = try option.arguments[0].integer(in: 0...Int(Int32.max))
        var prefetch = Prefetch(amount: UInt16(clamping: amount))
        if option.arguments.count > 1 {
            prefetch.gapNanoseconds = try option.arguments[1].nanoseconds()
        }
        if option.arguments.count > 2 {
            let word = option.arguments[2]
            guard word.text.hasSuffix("%"), let percentage = UInt64(word.text.dropLast()),
                (10...90).contains(percentage)
            else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is no percentage from 10% to 90%"
                )
            }
            prefetch.percentage = percentage
        }
        // CoreDNS takes 0 for never.
        return amount == 0 ? nil : prefetch
    }

    /// Reads `serve_stale [DURATION] [immediate [TTL [RECHECK]] | verify [TIMEOUT [TTL [RECHECK]]]]`,
    /// or `serve_stale off`.
    private static func stale(_ option: Option) throws(CorefileError) -> Stale? {
        var words = option.arguments[...]
        if words.first?.text == "off" {
            try option.arguments(1...1, "nothing behind 'off'")
            return nil
        }
        var stale = Stale(durationNanoseconds: 3_600_000_000_000, isImmediate: true)
        if let first = words.first, first.text != "immediate", first.text != "verify" {
            stale.durationNanoseconds = try first.nanoseconds()
            words = words.dropFirst()
        }
        guard let mode = words.popFirst() else { return stale }
        switch mode.text {
        case "immediate": break
        case "verify":
            stale.isImmediate = false
            if let timeout = words.popFirst() {
                stale.clientMilliseconds = try timeout.milliseconds()
            }
        default:
            throw CorefileError(
                at: mode.position,
                "'\(mode.text)' is neither 'immediate' nor 'verify'"
            )
        }
        if let word = words.popFirst() {
            let second: UInt64 = 1_000_000_000
            let nanoseconds = try word.nanoseconds()
            guard nanoseconds % second == 0 else {
                throw CorefileError(at: word.position, "'\(word.text)' must be whole seconds")
            }
            stale.ttl = UInt32(clamping: nanoseconds / second)
        }
        if let word = words.popFirst() {
            stale.recheckMilliseconds = try word.milliseconds(in: 0...maximumFailureSeconds * 1_000)
        }
        if let extra = words.first {
            throw CorefileError(
                at: extra.position,
                "'\(extra.text)' is one argument too many for 'serve_stale'"
            )
        }
        return stale
    }

    /// Reads `disable success|denial [ZONES...]`.
    private mutating func readDisabled(_ option: Option) throws(CorefileError) {
        try option.arguments(1...Int.max, "'success' or 'denial', and zones")
        let word = option.arguments[0]
        let named = try Array(option.arguments.dropFirst()).zones()
        let zones = ZoneList(named.isEmpty ? [.root] : named)
        switch word.text {
        case "success": withoutSuccess = zones
        case "denial": withoutDenial = zones
        default:
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is neither 'success' nor 'denial'"
            )
        }
    }
}
