// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugin

@Suite struct WatchedLinesTests {
    private func line(_ subject: String, _ content: String, age: Int = 0) -> WatchedLines.Line {
        WatchedLines.Line(subject: subject, content: content, text: "\(subject) \(content) \(age)s")
    }

    private let headings = WatchedLines.Line(subject: "", content: "", text: "NAME  AGE")

    @Test func showsEverythingAndThenWhatChanges() {
        var watched = WatchedLines()
        let replies = [
            [headings, line("a", "1"), line("b", "1")],
            [headings, line("a", "1", age: 1), line("b", "1", age: 1)],
            [headings, line("a", "2", age: 2), line("b", "1", age: 2), line("c", "1")],
        ].map(WatchedLines.text)

        #expect(watched.news(in: replies[0]) == "NAME  AGE\na 1 0s\nb 1 0s\n")
        #expect(watched.news(in: replies[1]).isEmpty)
        #expect(watched.news(in: replies[2]) == "a 2 2s\nc 1 0s\n")
    }

    @Test("What goes says its last words, and is new when it comes again")
    func showsWhatGoes() {
        var watched = WatchedLines()
        let both = WatchedLines.text(of: [headings, line("a", "1"), line("b", "1")])
        _ = watched.news(in: both)

        #expect(watched.news(in: "") == "a 1 0s\nb 1 0s\n")
        #expect(watched.news(in: both) == "a 1 0s\nb 1 0s\n")
    }

    @Test("Whatever cells hold, lines stay lines")
    func keepsLinesApart() {
        var watched = WatchedLines()
        let odd = WatchedLines.Line(subject: "a\tb", content: "c\nd", text: "e\tf\r\ng")
        let news = watched.news(in: WatchedLines.text(of: [odd]))

        #expect(news == "e f g\n")
        #expect(watched.news(in: "no line\nnor\tthis\n") == "e f g\n")
    }
}
