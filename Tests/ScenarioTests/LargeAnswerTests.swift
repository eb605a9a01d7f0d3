// SPDX-License-Identifier: Apache-2.0

import Testing

/// Answers of upstreams that are as large as answers can be, or nearly.
@Suite struct LargeAnswerTests {
    /// A server in front of one upstream whose whole answer comes over TCP only.
    private static func start(_ name: String, _ type: String, _ records: [String]) -> String {
        """
        # A large answer.

        === Corefile
        . {
            forward . 192.0.2.53
            cache {
                serve_stale off
            }
        }

        === upstream 192.0.2.53 +udp \(name) \(type)
        NOERROR ra tc

        === upstream 192.0.2.53 +tcp \(name) \(type)
        NOERROR ra
        \(records.joined(separator: "\n"))


        """
    }

    /// 255 records, which make a message of 65,535 bytes with a question for `big.example.net`.
    ///
    /// Header and question take 33 bytes; each record has 12 besides its data, and a text has one
    /// besides its letters.
    static let texts = (0..<255).map { number in
        let letters = String(repeating: "x", count: number < 222 ? 244 : 243)
        return "answer big.example.net. 60 IN TXT \"\(letters)\""
    }

    /// Goes through a scenario; what goes wrong is told without the large records.
    private func run(_ text: String) throws {
        let scenario = try ScenarioParser.parse(text, file: "large")
        for failure in ScenarioRun.failures(of: scenario).prefix(5) {
            Issue.record("\(failure.prefix(200))")
        }
    }

    @Test func comeWholeOverTCPAndCutInADatagram() throws {
        let whole = "NOERROR ra\n" + Self.texts.joined(separator: "\n")
        let text =
            Self.start("big.example.net", "TXT", Self.texts) + """
                === ask big.example.net TXT
                NOERROR ra tc
                answers 1

                === ask big.example.net TXT +tcp
                \(whole)

                === ask big.example.net TXT +edns
                NOERROR ra tc
                answers 4

                """

        try run(text)
    }

    /// OPT takes eleven bytes.
    @Test func areCutWhereOurOwnOptionsDoNotFitBeside() throws {
        let text =
            Self.start("big.example.net", "TXT", Self.texts) + """
                === ask big.example.net TXT +tcp +edns
                NOERROR ra tc
                answers 254

                """

        try run(text)
    }

    @Test func mayBeTwoThousandAliases() throws {
        let aliases = (0..<2_000).map {
            "answer n\($0).example.net. 60 IN CNAME n\($0 + 1).example.net."
        }
        let text =
            Self.start("n0.example.net", "A", aliases) + """
                === ask n0.example.net A +tcp
                NOERROR ra
                answers 2000

                === exchanges
                192.0.2.53 tcp n0.example.net. A

                """

        try run(text)
    }
}
