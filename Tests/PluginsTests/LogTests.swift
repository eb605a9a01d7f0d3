// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct LogTests {
    private func report(
        _ code: ResponseCode = .noError,
        hasAnswers: Bool = true,
        bytes: Int = 82
    ) -> SentReport {
        SentReport(
            code: code,
            flags: [.response, .authoritative, .recursionDesired],
            hasAnswers: hasAnswers,
            byteCount: bytes,
            answeringPlugin: 0,
            durationNanoseconds: 211_666
        )
    }

    /// What the stanzas log for one query.
    private func lines(_ text: String, _ query: borrowing Query, _ report: SentReport) throws
        -> [String]
    {
        let surroundings = Surroundings()
        let (plugin, _) = try surroundings.make(Log.self, text)
        plugin.sent(query, report, counting: surroundings.metrics.cells(forWorker: 0))
        return surroundings.log.lines
    }

    @Test func logsTheLineThatCoreDNSLogs() throws {
        let asked = try query("Foo.Test") { $0.options = ClientOptions(udpByteCount: 1_232) }

        let lines = try lines("log", asked, report())

        #expect(
            lines == [
                "[INFO] 192.0.2.7:5353 - 4660 \"A IN foo.test. udp 26 false 1232\" NOERROR "
                    + "qr,aa,rd 82 0.000211666s"
            ]
        )
    }

    @Test func showsThatNothingWasSent() throws {
        let lines = try lines("log", try query("a"), report(bytes: 0))

        #expect(lines.first?.hasSuffix("\" - - 0 0.000211666s") == true)
    }

    @Test(arguments: [
        ("log", "www.example.org", 1),
        ("log example.org", "www.Example.org", 1),
        ("log example.org", "example.org", 1),
        ("log example.org", "badexample.org", 0),
        ("log example.org", "org", 0),
        ("log a.example b.example", "x.b.example", 1),
        ("log a.example\nlog", "x", 1),
    ])
    func logsTheNamesOfItsRules(text: String, name: String, count: Int) throws {
        #expect(try lines(text, try query(name), report()).count == count)
    }

    @Test func takesASingleArgumentWithABraceAsAFormat() throws {
        #expect(try lines("log {name}", try query("a.b"), report()) == ["[INFO] a.b."])
        #expect(
            try lines("log b \"{name} {rcode}\"", try query("a.b"), report())
                == ["[INFO] a.b. NOERROR"]
        )
    }

    @Test(arguments: [
        ("success", [true, false, false, false]),
        ("denial", [false, true, true, false]),
        ("error", [false, false, false, true]),
        ("denial error", [false, true, true, true]),
        ("all", [true, true, true, true]),
    ])
    func logsTheClassesOfItsRule(classes: String, expected: [Bool]) throws {
        let reports = [
            report(), report(hasAnswers: false), report(.nameError), report(.serverFailure),
        ]

        let logged = try reports.map {
            try !lines("log . {\n  class \(classes)\n}", try query("a"), $0).isEmpty
        }

        #expect(logged == expected)
    }

    @Test func letsTheFirstRuleDecideAlsoWhenItLeavesOut() throws {
        let text = "log example {\n  class error\n}\nlog"

        #expect(try lines(text, try query("a.example"), report()).isEmpty)
        #expect(try lines(text, try query("a"), report()).count == 1)
    }

    @Test(arguments: [
        (
            "log {\n  class none\n}",
            "Corefile:2:9: unknown class 'none'; success, denial, error or all is wanted"
        ),
        ("log {\n  class\n}", "Corefile:2:3: 'class' wants success, denial, error or all"),
    ])
    func refusesUnknownClasses(text: String, expected: String) throws {
        #expect(try refusal(of: Log.self, text) == expected)
    }
}
