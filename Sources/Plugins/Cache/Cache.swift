// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Reads what is to be cached; nothing is stored yet, and the log says so once.
package struct Cache: Plugin {
    package static let manual = Manual(
        name: "cache",
        summary: "will keep answers; for now its options are read and nothing is stored",
        usage: "[TTL] [ZONES...]",
        options: [
            Manual.Option(
                "success CAPACITY [TTL] [MINTTL]",
                "how many answers are kept, and for how many seconds: 9984, 3600 and 5"
            ),
            Manual.Option(
                "denial CAPACITY [TTL] [MINTTL]",
                "the same for missing names and types: 9984, 1800 and 5"
            ),
            Manual.Option(
                "prefetch AMOUNT [DURATION] [PERCENTAGE%]",
                "ask again early for what was asked AMOUNT times without a gap of DURATION (1m), "
                    + "when PERCENTAGE (10%, 10 to 90) of its time is left; off by default"
            ),
            Manual.Option(
                "serve_stale [DURATION] [immediate|verify ...]",
                "answer with what has run out when upstreams fail, for 1h by default; off by "
                    + "default. immediate [TTL [RECHECK]], verify [TIMEOUT [TTL [RECHECK]]]"
            ),
            Manual.Option(
                "serve_stale_policy prefer_positive",
                "prefer old answers over missing names; wants serve_stale"
            ),
            Manual.Option("servfail DURATION", "how long failures are kept: 5s, at most 5m"),
            Manual.Option("disable success|denial [ZONES...]", "keep no such answers"),
            Manual.Option("keepttl", "answer with the first time to live, not with what is left"),
        ],
        example: """
            cache 30 {
                disable denial cluster.local
            }
            """
    )

    /// The key under which it is kept that the log was told.
    private static let toldKey = "cache: said that nothing is stored"

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        var zones = stanza.arguments[...]
        if let first = zones.first, Int(first.text) != nil {
            _ = try first.integer(in: 1...Int(UInt32.max))
            zones = zones.dropFirst()
        }
        _ = try Array(zones).zones()
        var stale: Option?
        var policy: Option?
        for option in stanza.options {
            if option.name.text == "serve_stale" { stale = option }
            if option.name.text == "serve_stale_policy" { policy = option }
            try Self.read(option)
        }
        if let policy, stale == nil {
            throw CorefileError(
                at: policy.name.position,
                "'serve_stale_policy' means nothing without 'serve_stale'"
            )
        }
        let wasTold = setup.kept[Self.toldKey] != nil || setup.previous[Self.toldKey] != nil
        setup.kept[Self.toldKey] = true
        if !wasTold {
            setup.log.write(
                .warning,
                "plugin/cache: \(stanza.name.position): answers are not stored yet; every query "
                    + "is answered anew"
            )
        }
    }

    /// Reads one option.
    private static func read(_ option: Option) throws(CorefileError) {
        switch option.name.text {
        case "success", "denial":
            try option.arguments(1...3, "a capacity, and at most a TTL and a smallest TTL")
            for (index, word) in option.arguments.enumerated() {
                _ = try word.integer(in: (index == 2 ? 0 : 1)...Int(UInt32.max))
            }
        case "prefetch": try readPrefetch(option)
        case "serve_stale": try readStale(option)
        case "serve_stale_policy":
            let word = try option.oneArgument("'prefer_positive'")
            guard word.text == "prefer_positive" else {
                throw CorefileError(
                    at: word.position,
                    "unknown policy '\(word.text)'; 'prefer_positive' is known"
                )
            }
        case "servfail":
            _ = try option.oneArgument("a duration").nanoseconds(in: 0...300_000_000_000)
        case "disable":
            try option.arguments(1...Int.max, "'success' or 'denial', and zones")
            let word = option.arguments[0]
            guard word.text == "success" || word.text == "denial" else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is neither 'success' nor 'denial'"
                )
            }
            _ = try Array(option.arguments.dropFirst()).zones()
        case "keepttl": try option.noArguments()
        default: throw option.unknown(manual.optionNames)
        }
    }

    /// Reads `prefetch AMOUNT [DURATION] [PERCENTAGE%]`.
    private static func readPrefetch(_ option: Option) throws(CorefileError) {
        try option.arguments(1...3, "an amount, and at most a duration and a percentage")
        _ = try option.arguments[0].integer(in: 0...Int(Int32.max))
        if option.arguments.count > 1 { _ = try option.arguments[1].nanoseconds() }
        guard option.arguments.count > 2 else { return }
        let word = option.arguments[2]
        guard word.text.hasSuffix("%"), let percentage = Int(word.text.dropLast()),
            (10...90).contains(percentage)
        else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is no percentage from 10% to 90%"
            )
        }
    }

    /// Reads `serve_stale [DURATION] [immediate [TTL [RECHECK]] | verify [TIMEOUT [TTL [RECHECK]]]]`.
    private static func readStale(_ option: Option) throws(CorefileError) {
        var words = option.arguments[...]
        if let first = words.first, first.text != "immediate", first.text != "verify" {
            _ = try first.nanoseconds()
            words = words.dropFirst()
        }
        guard let mode = words.popFirst() else { return }
        switch mode.text {
        case "immediate": break
        case "verify": if let timeout = words.popFirst() { _ = try timeout.nanoseconds() }
        default:
            throw CorefileError(
                at: mode.position,
                "'\(mode.text)' is neither 'immediate' nor 'verify'"
            )
        }
        if let ttl = words.popFirst() {
            let second: UInt64 = 1_000_000_000
            guard try ttl.nanoseconds() % second == 0 else {
                throw CorefileError(at: ttl.position, "'\(ttl.text)' must be whole seconds")
            }
        }
        if let recheck = words.popFirst() {
            _ = try recheck.nanoseconds(in: 0...300_000_000_000)
        }
        if let extra = words.first {
            throw CorefileError(
                at: extra.position,
                "'\(extra.text)' is one argument too many for 'serve_stale'"
            )
        }
    }
}
