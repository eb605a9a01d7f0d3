// SPDX-License-Identifier: Apache-2.0

import LDNS
import Metrics
import Plugin
import Plugins
import Testing
import Wire

/// Where the answers of these tests are counted; making it is dear.
private let cells = Registry().cells(forWorker: 0)

/// A `file` plugin over one zone in memory.
func filePlugin(
    _ zone: String,
    origin: String = "example.org",
    options: [String] = []
) throws -> File {
    var surroundings = Surroundings()
    surroundings.files.contents["db"] = zone
    let lines = ["file db \(origin) {"] + options + ["}"]
    let (plugin, setup) = try surroundings.make(File.self, lines.joined(separator: "\n"))
    let mistakes = setup.reports.filter { !$0.isWarning }
    try #require(mistakes.isEmpty, "\(mistakes)")
    return plugin
}

/// What a plugin answers, a line for the code and one for each record, sections marked.
func answered(
    _ plugin: some Answerer,
    _ question: String,
    _ change: (inout Query) -> Void = { _ in }
) throws -> [String] {
    let words = question.split(separator: " ")
    let type = try #require(RecordType(String(words[1])))
    let query = try query(String(words[0]), type, change)
    var answer = Answer(counting: cells)
    let outcome = plugin.answer(query, into: &answer)
    return lines(outcome, query, answer)
}

/// An answer as lines: its code with AA, then each record behind a mark of its section.
func lines(_ outcome: Outcome, _ query: borrowing Query, _ answer: borrowing Answer) -> [String] {
    guard outcome == .done else { return ["\(outcome)"] }
    let flags = (answer.isAuthoritative ? " aa" : "") + (answer.isTruncated ? " tc" : "")
    var lines = ["\(answer.code)\(flags)"]
    for (section, mark) in [(Section.answer, ""), (.authority, "- "), (.additional, "+ ")] {
        for record in answer.records(in: section, question: query.name) {
            lines.append(mark + line(record))
        }
    }
    return lines
}

/// A record as `NAME TTL TYPE DATA`, its data as libldns writes it.
func line(_ record: Record) -> String {
    let data =
        (try? ParsedRecord.decoding(type: record.type.rawValue, data: record.data).text) ?? "?"
    return "\(record.owner) \(record.ttl) \(record.type) \(data)"
}
