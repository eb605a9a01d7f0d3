// SPDX-License-Identifier: Apache-2.0

import Testing

/// What a client is given that asks for something that has run out: in every way that the cache can
/// be told to give it, whatever it was, and whatever the upstream does meanwhile.
///
/// In other servers these met in crashes and in answers that were nobody's.
@Suite struct StaleAnswerTests {
    /// How the Corefile wants it given.
    enum Mode: String, CaseIterable, Sendable {
        case immediate
        case whenFailed = "verify 0s"
        case afterOneMillisecond = "verify 1ms"
        case afterUsualTime = "verify 1800ms"

        /// How long the client waits for better, in milliseconds; nil for until upstreams failed.
        var patience: Int? {
            switch self {
            case .immediate: 0
            case .whenFailed: nil
            case .afterOneMillisecond: 1
            case .afterUsualTime: 1_800
            }
        }
    }

    /// What has run out.
    enum Kept: CaseIterable, Sendable {
        case address, alias, missingName, missingType

        /// As the upstream said it, or with another time to live.
        func text(ttl: Int = 60) -> String {
            let zone =
                "authority example.net. \(ttl) IN SOA ns.example.net. root.example.net. 1 2 3 4 60"
            switch self {
            case .address: return "NOERROR ra\nanswer www.example.net. \(ttl) IN A 203.0.113.1"
            case .alias:
                return """
                    NOERROR ra
                    answer www.example.net. \(ttl) IN CNAME web.example.net.
                    answer web.example.net. \(ttl) IN A 203.0.113.1
                    """
            case .missingName: return "NXDOMAIN ra\n" + zone
            case .missingType: return "NOERROR ra\n" + zone
            }
        }
    }

    /// What the upstream does once it has run out.
    enum News: CaseIterable, Sendable {
        case prompt, slow, gone, failing, refusing, unreachable, silent

        /// As a scenario says it.
        var text: String {
            switch self {
            case .prompt: "NOERROR ra\nanswer www.example.net. 60 IN A 203.0.113.2"
            case .slow: News.prompt.text + "\nafter 500ms"
            case .gone: Kept.missingName.text()
            case .failing: "SERVFAIL ra"
            case .refusing: "REFUSED"
            case .unreachable: "refuses"
            case .silent: "drops"
            }
        }

        /// What a client gets of it; nil when that is no better than what has run out.
        var answer: String? {
            switch self {
            case .prompt, .slow: News.prompt.text
            case .gone: text
            case .failing, .refusing, .unreachable, .silent: nil
            }
        }

        /// When it is known, in milliseconds; nil for later than anybody waits.
        var moment: Int? {
            switch self {
            case .prompt, .gone, .failing, .refusing: 10
            // Three attempts.
            case .unreachable: 30
            case .slow: 500
            case .silent: nil
            }
        }
    }

    /// One of the combinations.
    struct Cell: CustomTestStringConvertible, Sendable {
        let mode: Mode
        let kept: Kept
        let news: News

        var testDescription: String { "\(mode.rawValue), \(kept), \(news)" }

        private var stale: String {
            kept.text(ttl: 30) + "\nedns 1232\nede \(kept == .missingName ? 19 : 3)"
        }

        /// What the first one gets who asks.
        private var first: String {
            let isInTime = news.moment.map { $0 <= mode.patience ?? .max } ?? false
            let time = isInTime ? news.moment : mode.patience
            let answer = isInTime ? news.answer.map { $0 + "\nedns 1232" } : nil
            return (answer ?? stale) + (time.map { "\nafter \($0)ms" } ?? "")
        }

        /// What whoever asks some time later gets, at once.
        private var second: String { (news.answer.map { $0 + "\nedns 1232" } ?? stale) }

        /// The whole of it.
        var scenario: String {
            """
            # What has run out, and what comes of it.

            === Corefile
            . {
                forward . 192.0.2.53
                cache {
                    keepttl
                    serve_stale 1h \(mode.rawValue) 30s 10s
                }
            }

            === upstream 192.0.2.53 www.example.net A
            \(kept.text())

            === ask www.example.net A
            \(kept.text())

            === advance 5m

            === upstream 192.0.2.53 www.example.net A
            \(news.text)

            === ask www.example.net A +edns
            \(first)

            === advance 3s

            === ask www.example.net A +edns
            \(second)
            after 0ms

            """
        }
    }

    static let cells: [Cell] = Mode.allCases.flatMap { mode in
        Kept.allCases.flatMap { kept in
            News.allCases.map { Cell(mode: mode, kept: kept, news: $0) }
        }
    }

    @Test(arguments: cells)
    func isGivenWhenNothingBetterCame(cell: Cell) throws {
        let scenario = try ScenarioParser.parse(cell.scenario, file: "cell")

        for failure in ScenarioRun.failures(of: scenario) {
            Issue.record("\(failure)\n\(cell.scenario)")
        }
    }

    @Test("It is given at once where no more may be asked", arguments: ["verify 1ms", "immediate"])
    func isGivenWhereNoMoreMayBeAsked(mode: String) throws {
        let text = """
            # The one query that may be forwarded at a time takes long.

            === Corefile
            . {
                forward . 192.0.2.53 {
                    max_concurrent 1
                }
                cache {
                    serve_stale 1h \(mode) 30s 10s
                }
            }

            === upstream 192.0.2.53 one.example.net A
            NOERROR ra
            answer one.example.net. 60 IN A 203.0.113.1

            === upstream 192.0.2.53 two.example.net A
            NOERROR ra
            answer two.example.net. 60 IN A 203.0.113.2

            === ask one.example.net A
            NOERROR ra
            answer one.example.net. 60 IN A 203.0.113.1

            === ask two.example.net A
            NOERROR ra
            answer two.example.net. 60 IN A 203.0.113.2

            === advance 5m

            === upstream 192.0.2.53 one.example.net A
            drops

            === ask one.example.net A +edns
            NOERROR ra
            answer one.example.net. 30 IN A 203.0.113.1
            ede 3

            === ask two.example.net A +edns
            NOERROR ra
            answer two.example.net. 30 IN A 203.0.113.2
            ede 3
            after 0ms

            """
        let scenario = try ScenarioParser.parse(text, file: "quota")

        #expect(ScenarioRun.failures(of: scenario) == [])
    }
}
