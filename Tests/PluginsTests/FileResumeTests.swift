// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct FileResumeTests {
    private let away = "away.example.org. 300 CNAME www.example.net."

    /// What the plugin answers once the look-up found `result`, and what it looked up.
    private func resume(
        _ question: String,
        _ result: LookupResult
    ) async throws -> (lines: [String], asked: [String]) {
        let plugin = try filePlugin(FileTests.zone)
        let words = question.split(separator: " ").map(String.init)
        let query = try query(words[0], try #require(RecordType(words[1])))
        let desk = LookupDesk(result)
        let waiting = WaitingQuery(query: query, message: [], deadline: desk.now)
        var answer = Answer(counting: Registry().cells(forWorker: 0))
        let outcome = await plugin.resume(waiting, into: &answer, desk: desk)
        return (lines(outcome, waiting.query, answer), desk.asked.map { "\($0.name) \($0.type)" })
    }

    private func record(_ owner: String, _ type: RecordType, _ data: [UInt8]) throws -> Record {
        Record(owner: try Name(owner), type: type, ttl: 9, data: data)
    }

    @Test func putsTheTargetBehindTheAlias() async throws {
        let target = try record("www.example.net", .a, [192, 0, 2, 80])

        let found = try await resume(
            "away.example.org A",
            LookupResult(code: .noError, isRecursionAvailable: true, answers: [target])
        )

        #expect(found.asked == ["www.example.net. A"])
        #expect(
            found.lines == ["NOERROR aa", away, "www.example.net. 9 A 192.0.2.80"]
                + FileTests.servers
        )
    }

    @Test func looksUpWhatADNAMEMakes() async throws {
        let found = try await resume("x.out.example.org TXT", LookupResult(code: .refused))

        #expect(found.asked == ["x.example.net. TXT"])
        #expect(
            found.lines == [
                "NOERROR aa", "out.example.org. 300 DNAME example.net.",
                "x.out.example.org. 300 CNAME x.example.net.",
            ]
        )
    }

    @Test func looksUpANameThatIsDelegated() async throws {
        let server = try record("sub.example.org", .ns, [1, 0x61, 0])

        let found = try await resume(
            "into.example.org A",
            LookupResult(code: .noError, authorities: [server])
        )

        #expect(found.asked == ["host.sub.example.org. A"])
        #expect(
            found.lines == [
                "NOERROR aa", "into.example.org. 300 CNAME host.sub.example.org.",
                "- sub.example.org. 9 NS a.",
            ]
        )
    }

    @Test func tellsThatTheTargetDoesNotExistAndWhoSaysSo() async throws {
        let zone = try record(
            "example.net",
            .soa,
            [0, 0] + [UInt8](repeating: 0, count: 20)
        )
        let server = try record("example.net", .ns, [1, 0x61, 0])

        let found = try await resume(
            "away.example.org A",
            LookupResult(code: .nameError, authorities: [zone, server])
        )

        #expect(
            found.lines == ["NXDOMAIN aa", away, "- example.net. 9 SOA . . 0 0 0 0 0"]
        )
    }

    @Test(arguments: [
        LookupResult(code: .serverFailure), LookupResult(code: .noError, isAnswered: false),
    ])
    func failsWithTheAliasWhenTheTargetFails(result: LookupResult) async throws {
        #expect(try await resume("away.example.org A", result).lines == ["SERVFAIL aa", away])
    }
}
