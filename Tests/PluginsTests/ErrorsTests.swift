// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct ErrorsTests {
    private let surroundings = Surroundings()

    /// Lets the plugin see failures, each at its second, and gives what was logged.
    private func log(_ text: String, _ failures: [(second: UInt64, text: String)]) throws
        -> [String]
    {
        let (plugin, _) = try surroundings.make(Errors.self, text)
        var answer = Answer(counting: Registry().cells(forWorker: 0))
        for failure in failures {
            answer.removeAll()
            answer.code = failure.text.isEmpty ? .noError : .serverFailure
            answer.failure = failure.text
            let asked = try query("WWW.example", .aaaa) {
                $0.received = Moment(nanoseconds: failure.second * 1_000_000_000)
            }
            plugin.finish(asked, &answer)
        }
        return surroundings.log.lines
    }

    @Test func logsCodeNameTypeAndReason() throws {
        let lines = try log("errors", [(1, "no route"), (2, "")])

        #expect(lines == ["[ERROR] plugin/errors: 2 www.example. AAAA: no route"])
    }

    @Test func countsErrorsThatLookAlikeAndTellsTheirNumber() throws {
        let text = "errors {\n  consolidate 30s \"time.*out$\" warning\n}"

        let lines = try log(
            text,
            [(1, "a timeout"), (2, "b timeout"), (3, "refused"), (30, "timed out"), (31, "")]
        )

        #expect(
            lines == [
                "[ERROR] plugin/errors: 2 www.example. AAAA: refused",
                "[WARNING] plugin/errors: 3 errors like 'time.*out$' occurred in last 30s",
            ]
        )
    }

    @Test func showsTheFirstOfThemWhenTold() throws {
        let text = "errors {\n  consolidate 1m timeout info show_first\n}"

        let lines = try log(
            text,
            [(1, "timeout 1"), (2, "timeout 2"), (61, ""), (62, "timeout 3")]
        )

        #expect(
            lines == [
                "[INFO] plugin/errors: 2 www.example. AAAA: timeout 1",
                "[INFO] plugin/errors: 1 errors like 'timeout' occurred in last 1m",
                "[INFO] plugin/errors: 2 www.example. AAAA: timeout 3",
            ]
        )
    }

    @Test func takesTheFirstPatternThatMatches() throws {
        let text =
            "errors {\n  consolidate 1s a show_first\n  consolidate 1s ab debug show_first\n}"

        let lines = try log(text, [(1, "abc"), (1, "abd")])

        #expect(lines == ["[ERROR] plugin/errors: 2 www.example. AAAA: abc"])
    }

    @Test(arguments: [
        (
            "errors file.log",
            "Corefile:1:8: errors cannot be written to 'file.log'; only 'stdout' is known"
        ),
        (
            "errors {\n  consolidate 1s\n}",
            "Corefile:2:3: 'consolidate' wants a duration, a pattern, and at most a level and "
                + "'show_first'"
        ),
        (
            "errors {\n  consolidate 1s [\n}",
            "Corefile:2:18: '[' is no regular expression"
        ),
        (
            "errors {\n  consolidate 0s a\n}",
            "Corefile:2:15: '0s' must be 1ns to 9223372036854775807ns"
        ),
        (
            "errors {\n  consolidate 1s a loud\n}",
            "Corefile:2:20: 'loud' is no level; error, warning, info or debug is wanted, then "
                + "perhaps 'show_first'"
        ),
        ("errors {\n  stacktrace on\n}", "Corefile:2:14: 'stacktrace' takes no argument"),
    ])
    func refusesWhatItDoesNotKnow(text: String, expected: String) throws {
        #expect(try refusal(of: Errors.self, text) == expected)
    }
}
