// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct WatchedCommandTests {
    private func output(_ content: String, errors: String = "") -> CommandOutput {
        let line = WatchedLines.Line(subject: "a", content: content, text: content)
        return CommandOutput(
            text: WatchedLines.text(of: [line]),
            errors: errors,
            errand: .watch
        )
    }

    @Test func showsWhatChangesAndEachMistakeOnce() {
        var command = WatchedCommand()
        let news = [
            output("1", errors: "x"), output("1", errors: "x"), output("2"),
            output("2", errors: "x"),
        ].map { command.news(in: $0) }

        #expect(news.map(\.text) == ["1\n", "", "2\n", ""])
        #expect(news.map(\.errors) == ["x", "", "", "x"])
    }

    @Test("An answer that is not watched is shown as it is")
    func showsAFailure() {
        var command = WatchedCommand()
        _ = command.news(in: output("1"))
        let failure = CommandOutput.failure("gone")

        #expect(command.news(in: failure) == failure)
    }

    @Test(arguments: [(0, 1_000), (111, 1_000), (112, 1_008), (2_000, 18_000), (.max, .max)])
    func takesATenthOfTheTimeAtMost(answer: Int, pause: Int) {
        #expect(WatchedCommand.pause(afterMilliseconds: answer) == pause)
    }
}
