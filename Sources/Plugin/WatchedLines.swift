// SPDX-License-Identifier: Apache-2.0

/// The lines of a table that is asked for again and again, and what is new among them.
///
/// A console that is asked to watch answers with such lines as its text, and whoever asks shows
/// those that have changed. So nobody has to remember who watches.
package struct WatchedLines: Sendable {
    /// One line of a table.
    package struct Line: Hashable, Sendable {
        /// What the line is about; empty for the headings.
        package let subject: String
        /// What makes it another line when it changes: all that it says but for the time.
        package let content: String
        package let text: String

        package init(subject: String, content: String, text: String) {
            self.subject = subject
            self.content = content
            self.text = text
        }

        /// A line of a reply; nil when it is none.
        fileprivate init?(_ written: Substring) {
            let parts = written.split(
                separator: "\t",
                maxSplits: 2,
                omittingEmptySubsequences: false
            )
            guard parts.count == 3 else { return nil }
            self.init(
                subject: String(parts[0]),
                content: String(parts[1]),
                text: String(parts[2])
            )
        }

        /// The line as a reply has it.
        fileprivate var written: String {
            let parts = [subject, content, text].map { part in
                String(part.map { $0 == "\t" || $0.isNewline ? " " : $0 })
            }
            return parts.joined(separator: "\t") + "\n"
        }
    }

    private var known: [String: Line] = [:]

    package init() {}

    /// Lines as the text of a reply.
    package static func text(of lines: [Line]) -> String { lines.map(\.written).joined() }

    /// What is to be shown of a reply: the lines that have come or changed since the last, and the
    /// last words of those that have gone.
    package mutating func news(in reply: String) -> String {
        let lines = reply.split(whereSeparator: \.isNewline).compactMap(Line.init)
        let before = known
        known = [:]
        var text = ""
        for line in lines {
            known[line.subject] = line
            if before[line.subject]?.content != line.content { text += line.text + "\n" }
        }
        let gone = before.values.filter { known[$0.subject] == nil }
        for line in gone.sorted(by: { $0.subject < $1.subject }) where !line.subject.isEmpty {
            text += line.text + "\n"
        }
        // The headings are shown once, even if all lines go and come again.
        if known[""] == nil { known[""] = before[""] }
        return text
    }
}
