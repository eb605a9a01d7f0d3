// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Server

@Suite struct ScenarioParserTests {
    /// What stands in front of the steps of a test; 6 lines.
    private static let start = """
        # A server with one name.
        === Corefile
        example.com {
            hosts /hosts
        }
        === file /hosts
        203.0.113.1 www.example.com

        """

    /// What goes wrong in a scenario with these steps.
    private func failures(_ steps: String) throws -> [String] {
        ScenarioRun.failures(of: try ScenarioParser.parse(Self.start + steps, file: "f"))
    }

    private static let right = """
        === ask www.example.com A
        NOERROR aa
        answer www.example.com. 3600 IN A 203.0.113.1
        """

    @Test func readsTitleAndSteps() throws {
        let scenario = try ScenarioParser.parse(Self.start + Self.right, file: "f")

        #expect(scenario.title == "A server with one name.")
        #expect(scenario.steps.map(\.line) == [2, 6, 8])
        guard case .file(let path, let text) = scenario.steps[1].kind else {
            Issue.record("no file")
            return
        }
        #expect(path == "/hosts")
        #expect(text == "203.0.113.1 www.example.com\n")
    }

    @Test func commentsBeforeAHeadingBelongToNoFile() throws {
        let text = "# T.\n=== file f\n# first\na\n\n# last\nb\n\n# next\n\n=== reload\n"
        let scenario = try ScenarioParser.parse(text, file: "f")

        guard case .file(_, let content) = scenario.steps[0].kind else {
            Issue.record("no file")
            return
        }
        #expect(content == "# first\na\n\n# last\nb\n")
    }

    @Test func aRightExpectationGoesThrough() throws {
        #expect(try failures(Self.right) == [])
    }

    @Test(
        "A wrong expectation fails at its line",
        arguments: [
            ("NOERROR aa", "NOERROR", 9, "expected NOERROR, got NOERROR aa"),
            ("NOERROR aa", "NXDOMAIN aa", 9, "expected NXDOMAIN aa, got NOERROR aa"),
            ("NOERROR aa", "NOERROR aa tc", 9, "expected NOERROR aa tc, got NOERROR aa"),
            ("NOERROR aa", "NOERROR aa -rd", 9, "expected no RD, got RD"),
            ("NOERROR aa", "NOERROR aa header", 9, "expected a bare header, got "),
            ("3600", "3601", 10, "expected answer www.example.com. 3601 IN A 203.0.113.1, got"),
            ("3600", "3601", 10, "expected no other record, got answer www.example.com. 3600 "),
            (
                "113.1", "113.2", 10,
                "expected answer www.example.com. 3600 IN A 203.0.113.2, got others"
            ),
            ("answer www", "answer WWW", 10, "expected answer WWW.example.com. 3600 IN A"),
            ("IN A", "CH A", 10, "expected answer www.example.com. 3600 CH A"),
            ("answer www", "additional www", 9, "expected no other record, got answer www"),
            ("answer www", "additional www", 10, "got an empty section"),
            ("\nanswer", "\nedns 1232\nanswer", 10, "expected edns 1232, got edns 0"),
            ("\nanswer", "\nede 20\nanswer", 10, "expected ede 20, got none"),
            ("\nanswer", "\nafter 5ms\nanswer", 10, "expected an answer after 5 ms, got 0 ms"),
        ]
    )
    func aWrongExpectationFails(old: String, new: String, line: Int, text: String) throws {
        let steps = Self.right.replacing(old, with: new)
        let found = try failures(steps)

        #expect(found.contains { $0.hasPrefix("f:\(line): ") && $0.contains(text) }, "\(found)")
    }

    @Test(
        "A wrong number of records fails",
        arguments: [
            ("answers 0", "f:10: expected 0 answers, got 1"),
            ("answers 2", "f:10: expected 2 answers, got 1"),
            (
                "answer www.example.com. 3600 IN A 203.0.113.1\n"
                    + "answer www.example.com. 3600 IN A 203.0.113.1",
                "f:11: expected answer www.example.com. 3600 IN A 203.0.113.1, got others"
            ),
            (
                "",
                "f:9: expected no other record, got answer www.example.com. 3600 IN A 203.0.113.1"
            ),
        ]
    )
    func aWrongNumberOfRecordsFails(lines: String, failure: String) throws {
        #expect(try failures("=== ask www.example.com A\nNOERROR aa\n" + lines) == [failure])
    }

    @Test(
        "Other steps fail too",
        arguments: [
            ("=== ask www.example.org A\nsilence", "f:9: expected silence, got 33 bytes"),
            ("=== ask www.example.com A -p 1\nNOERROR", "f:9: expected NOERROR, got no answer"),
            (
                "=== ask www.example.org A +edns\nREFUSED",
                "f:9: expected no Extended DNS Error, got"
            ),
            (
                "=== ask www.example.org A +edns\nREFUSED noedns\nede 20",
                "f:9: expected 0 OPT records, got 1"
            ),
            ("=== reload refused", "f:8: expected a refusal, got a reload"),
            ("=== Corefile\nwrong {\n=== reload", "f:10: expected a start, got Corefile:1:7:"),
            (
                "=== log\n=== Corefile\nwrong {\n=== reload",
                "f:11: expected a reload, got [ERROR] Restart failed: Corefile:1:7:"
            ),
            ("=== remove /other\n=== reload", "f:8: expected /other, got no such file"),
            ("=== log\n[INFO] nothing", "f:9: expected [INFO] nothing, got no more log lines"),
            ("=== reload\n=== log", "f:9: expected no more log lines, got [INFO] Reloading"),
            (
                "=== exchanges\n192.0.2.53 udp a. A",
                "f:9: expected 192.0.2.53 udp a. A, got no more"
            ),
            (
                "=== remove Corefile\n=== Corefile\nexample.com {\n  file /gone\n}\n=== reload",
                "f:13: expected no more errors in the log, got [ERROR]"
            ),
            (
                "=== Corefile\n. {\n  forward . 192.0.2.53\n}\n=== reload\n=== ask a.example A\nSERVFAIL",
                "f:14: expected an 'upstream' for every question, got 192.0.2.53 udp a.example. A"
            ),
        ]
    )
    func otherStepsFail(steps: String, failure: String) throws {
        let found = try failures(steps)

        #expect(found.contains { $0.hasPrefix(failure) }, "\(found)")
    }

    /// Were it not, what is shown with it would show nothing.
    @Test("What is forged is wrong in that alone", arguments: UpstreamAnswer.Forgery.allCases)
    func forges(forgery: UpstreamAnswer.Forgery) throws {
        var message = Message(header: Header(id: 7, flags: []))
        message.questions = [Question(try Name("www.example"), .a)]
        let reply = try ExpectedReply(NumberedLine(number: 1, text: "NOERROR"))
        let right = try reply.message(to: message)
        let forged = try reply.message(to: message, with: forgery)

        #expect(ReplyCheck.judge(right.span, to: right.span) == .reply)
        let finding = ReplyCheck.judge(forged.span, to: right.span)
        #expect(finding == (forgery == .letters ? .changedCase : .stranger))
    }

    @Test(
        "A mistake in a scenario has its line",
        arguments: [
            ("", "f:1: a scenario begins with"),
            ("=== ask a\nNOERROR", "f:1: a scenario begins with"),
            ("# T.\n", "f:2: a scenario without a step"),
            ("# T.\ntext\n=== reload", "f:2: text before the first step"),
            ("# T.\n\n=== asks a A\nNOERROR", "f:3: '=== asks a A' is no step"),
            ("# T.\n===", "f:2: '===' is no step"),
            ("# T.\n=== file", "f:2: '=== file' is no step"),
            ("# T.\n=== reload now", "f:2: '=== reload now' is no step"),
            ("# T.\n=== reload\nx", "f:3: no line may stand here"),
            ("# T.\n=== advance 3h", "f:2: '3h' is no time"),
            ("# T.\n=== ask a A", "f:2: the answer is missing"),
            ("# T.\n=== ask a..b A\nNOERROR", "f:2: 'a..b' is no name"),
            ("# T.\n=== ask a B\nNOERROR", "f:2: 'B' is no type"),
            ("# T.\n=== ask a A B\nNOERROR", "f:2: 'B' is no class"),
            ("# T.\n=== ask a A IN B\nNOERROR", "f:2: 'NAME [TYPE] [CLASS]' is wanted"),
            ("# T.\n=== ask a A +tpc\nNOERROR", "f:2: '+tpc' is no option"),
            ("# T.\n=== ask a A +opcode=400\nNOERROR", "f:2: '+opcode=400' does not hold"),
            ("# T.\n=== ask a +ednsopt=10:abc\nNOERROR", "f:2: '10:abc' is no option"),
            ("# T.\n=== ask -x a\nNOERROR", "f:2: an address is wanted after '-x'"),
            ("# T.\n=== ask a\nnoerr", "f:3: 'noerr' is no response code"),
            ("# T.\n=== ask a\nNOERROR qr", "f:3: 'qr' is none of"),
            ("# T.\n=== ask a\nNOERROR\nanswers", "f:4: 'answers' wants a number"),
            ("# T.\n=== ask a\nNOERROR\nanswr a. 5 A 1.2.3.4", "f:4: 'answr' is none of"),
            ("# T.\n=== ask a\nNOERROR\n\nanswer a 5 A 1.2.3.4", "f:5: 'a' is no whole name"),
            ("# T.\n=== ask a\nNOERROR\nanswer a. IN A 1.2.3.4", "f:4: 'IN' is no TTL"),
            ("# T.\n=== ask a\nNOERROR\nanswer a. 5 IN B 1.2.3.4", "f:4: 'B' is no type"),
            ("# T.\n=== ask a\nNOERROR\nanswer a. 5 IN A 1.2.3", "f:4: '1.2.3' is no data of A"),
            ("# T.\n=== ask a\nsilence\nanswers 0", "f:4: nothing can stand below 'silence'"),
            ("# T.\n=== ask a\nNOERROR\nafter 3", "f:4: 'after' wants a time"),
            ("# T.\n=== upstream b a A\ndrops", "f:2: an upstream's address is wanted"),
            ("# T.\n=== upstream 192.0.2.1 +forged=b a\nNOERROR", "f:2: '+forged=b' is none of id"),
        ]
    )
    func mistakesHaveTheirLine(text: String, message: String) {
        do throws(ScenarioMistake) {
            _ = try ScenarioParser.parse(text, file: "f")
            Issue.record("it was taken: \(text)")
        } catch {
            #expect(error.description.hasPrefix(message), "\(error)")
        }
    }

    @Test(arguments: [
        ("abc", "abc", true), ("abc", "abcd", false), ("a...", "abc", true), ("...c", "abc", true),
        ("a...c", "abc", true), ("a...b...d", "abcd", true), ("a...d...b", "abcd", false),
        ("...", "", true), ("b...", "abc", false), ("...b", "abc", false),
        ("ab...bc", "abc", false),
    ])
    func dotsStandForAnyText(pattern: String, text: String, isMatch: Bool) {
        #expect(ScenarioRun.matches(pattern, text) == isMatch)
    }

    @Test func writesTheQuestionAsDigDoes() throws {
        let question = try ScenarioQuestion(["-x", "2001:db8::1", "+dnssec", "+norecurse"])
        let message = try Message(parsing: question.message(id: 7).span)

        #expect(message.header.id == 7)
        #expect(message.header.flags == [])
        #expect(message.questions[0].type == .ptr)
        #expect(message.questions[0].name.description.hasSuffix("8.b.d.0.1.0.0.2.ip6.arpa."))
        #expect(message.options?.ttl == 0x8000)
        #expect(message.options?.recordClass.rawValue == 1_232)
    }
}
