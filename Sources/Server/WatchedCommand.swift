// SPDX-License-Identifier: Apache-2.0

import Plugin

/// A command that is given again and again, so that what changes is seen.
///
/// The server is asked once a second, or less often where its answers take long, so that looking
/// takes at most a tenth of its time.
struct WatchedCommand {
    /// How long nobody is asked between two answers, in milliseconds.
    static let pauseMilliseconds = 1_000
    private static let pausePerAnswer = 9

    private var lines = WatchedLines()
    private var errors = ""

    /// What is to be shown of an answer.
    mutating func news(in output: CommandOutput) -> CommandOutput {
        var news = output
        news.text = output.errand == .watch ? lines.news(in: output.text) : output.text
        if output.errors == errors { news.errors = "" }
        errors = output.errors
        return news
    }

    /// How long to wait after an answer that took so long, in milliseconds.
    static func pause(afterMilliseconds milliseconds: Int) -> Int {
        let long = milliseconds.multipliedReportingOverflow(by: pausePerAnswer)
        return long.overflow ? .max : max(pauseMilliseconds, long.partialValue)
    }
}
