// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// Logs queries and what was answered, one line each.
///
/// The first rule whose name the query lies under decides, also when its classes leave the query
/// out. What is logged was sent: a dropped query has `-` for its code.
package struct Log: Observer {
    package static let manual = Manual(
        name: "log",
        summary: "logs queries and their answers",
        usage: "[NAMES...] [FORMAT]",
        options: [
            Manual.Option(
                "class CLASS...",
                "which answers are logged: success, denial (no such name or no data), error, or "
                    + "all, the default"
            )
        ],
        example: """
            log example.org "{remote} {type} {name} {rcode} {duration}" {
                class denial error
            }
            """,
        isRepeatable: true
    )

    /// The kinds of answers that a rule logs.
    struct Classes: OptionSet {
        let rawValue: UInt8

        static let success = Classes(rawValue: 1)
        static let denial = Classes(rawValue: 2)
        static let error = Classes(rawValue: 4)
        static let all: Classes = [.success, .denial, .error]

        /// The class of an answer.
        init(_ report: borrowing SentReport) {
            if report.byteCount == 0 {
                self = .error
            } else if report.code == .noError {
                self = report.hasAnswers ? .success : .denial
            } else {
                self = report.code == .nameError ? .denial : .error
            }
        }

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The class that a word of the Corefile names.
        init(_ word: Word) throws(CorefileError) {
            switch word.text {
            case "success": self = .success
            case "denial": self = .denial
            case "error": self = .error
            case "all": self = .all
            default:
                throw CorefileError(
                    at: word.position,
                    "unknown class '\(word.text)'; success, denial, error or all is wanted"
                )
            }
        }
    }

    /// The names of the rules, in the order of the file.
    private let names: ZoneList
    /// The answers that each rule logs.
    private let classes: [Classes]
    /// How each rule logs them.
    private let formats: [LogFormat]
    private let log: any LogSink

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        log = setup.log
        var allNames: [Name] = []
        var allClasses: [Classes] = []
        var allFormats: [LogFormat] = []
        for stanza in stanzas {
            var words = stanza.arguments
            var format = LogFormat(LogFormat.common)
            if let last = words.last, last.text.contains("{") {
                format = LogFormat(last.text)
                words.removeLast()
            }
            let names = words.isEmpty ? [Name.root] : try words.zones()
            var classes: Classes = []
            for option in stanza.options {
                switch option.name.text {
                case "class":
                    try option.arguments(1...Int.max, "success, denial, error or all")
                    for word in option.arguments { classes.insert(try Classes(word)) }
                default: throw option.unknown(Self.manual.optionNames)
                }
            }
            if classes.isEmpty { classes = .all }
            allNames += names
            allClasses += names.map { _ in classes }
            allFormats += names.map { _ in format }
        }
        names = ZoneList(allNames)
        classes = allClasses
        formats = allFormats
    }

    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {
        guard let rule = names.first(holding: query.name),
            !classes[rule].isDisjoint(with: Classes(report))
        else { return }
        log.write(.info, formats[rule].line(query, report))
    }
}
