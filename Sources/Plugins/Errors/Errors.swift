// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Logs why queries failed: `CODE NAME TYPE: REASON`.
///
/// `consolidate` counts errors that look alike and logs their number after a time. The number is
/// written when a query comes after that time; what is pending when the process ends is not.
package struct Errors: Finisher {
    package static let manual = Manual(
        name: "errors",
        summary: "logs why queries failed",
        usage: "[stdout]",
        options: [
            Manual.Option("stacktrace", "taken for CoreDNS's sake; there is nothing to trace"),
            Manual.Option(
                "consolidate DURATION PATTERN [LEVEL] [show_first]",
                "errors that match are only counted for a while, then logged as one line; LEVEL is "
                    + "error (by default), warning, info or debug"
            ),
        ],
        example: """
            errors {
                consolidate 30s "no answer from .*" warning show_first
            }
            """
    )

    private var rules: [ConsolidatedErrors] = []
    private let log: any LogSink

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        log = setup.log
        try stanza.arguments(atMost: 1)
        if let target = stanza.arguments.first, target.text != "stdout" {
            throw CorefileError(
                at: target.position,
                "errors cannot be written to '\(target.text)'; only 'stdout' is known"
            )
        }
        for option in stanza.options {
            switch option.name.text {
            case "stacktrace": try option.noArguments()
            case "consolidate": rules.append(try Self.rule(option))
            default: throw option.unknown(Self.manual.optionNames)
            }
        }
    }

    /// Reads `consolidate DURATION PATTERN [LEVEL] [show_first]`.
    private static func rule(_ option: Option) throws(CorefileError) -> ConsolidatedErrors {
        try option.arguments(2...4, "a duration, a pattern, and at most a level and 'show_first'")
        let interval = try option.arguments[0].nanoseconds(in: 1...UInt64(Int64.max))
        var level = LogLevel.error
        var showsFirst = false
        for (index, word) in option.arguments.enumerated().dropFirst(2) {
            if word.text == "show_first", index == option.arguments.count - 1 {
                showsFirst = true
            } else if index == 2, let found = LogLevel(rawValue: word.text.uppercased()),
                word.text == word.text.lowercased()
            {
                level = found
            } else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is no level; error, warning, info or debug is wanted, then "
                        + "perhaps 'show_first'"
                )
            }
        }
        return try ConsolidatedErrors(
            pattern: option.arguments[1],
            intervalNanoseconds: interval,
            level: level,
            showsFirst: showsFirst
        )
    }

    /// Only failures are logged.
    package var sparesSoleAddresses: Bool { true }

    package func finish(_ query: borrowing Query, _ answer: inout Answer) {
        for index in 0..<rules.count { rules[index].flush(at: query.received, to: log) }
        if !answer.failure.isEmpty { report(query, answer.code, answer.failure) }
    }

    /// Logs one failure, or counts it.
    private func report(_ query: borrowing Query, _ code: ResponseCode, _ failure: String) {
        let name = query.name.name.lowercased
        let line = "plugin/errors: \(code.rawValue) \(name) \(query.type): \(failure)"
        for rule in rules where rule.matches(failure) {
            if rule.count(at: query.received) { log.write(rule.level, line) }
            return
        }
        log.write(.error, line)
    }
}
