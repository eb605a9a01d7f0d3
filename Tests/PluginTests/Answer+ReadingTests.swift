// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct AnswerReadingTests {
    private let address = IPAddress(v4: 0xC000_0201)

    @Test func tellsWhatStandsAtEachPlace() {
        var answer = Answer.empty()
        answer.append(.answer, .question, address, ttl: 7)
        answer.append(.additional, .question, .txt, ttl: 8, data: [1, 2].span)

        let counts = (answer.count(of: .answer), answer.count(of: .authority))
        let second = (answer.section(at: 1), answer.type(at: 1), answer.ttl(at: 1))
        let data = answer.data(at: 1)
        let bytes = data.indices.map { data[$0] }

        #expect(counts == (1, 0))
        #expect(second == (.additional, .txt, 8))
        #expect(bytes == [1, 2])
    }

    /// As the cluster's SOA has them: the rest of each name is the question's.
    @Test func writesOutNamesThatEndInThePointedAtQuestion() throws {
        let query = try Query.asking("x.Zone.")
        var answer = Answer.empty()
        answer.put([2, 0x6E, 0x73].span)
        answer.putPointer(to: 1, of: query.name)
        answer.put([1, 0x68].span)
        answer.putPointer(to: 2, of: query.name)
        for number in 1...5 as ClosedRange<UInt32> { answer.put32(number) }
        answer.append(.authority, .questionSuffix(label: 1), .soa, ttl: 9, isCompressed: true)

        let record = try #require(answer.records(in: .authority, question: query.name).first)
        let numbers = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5] as [UInt8]
        let message = try Message(bytes: answer.written(query))

        #expect(record.owner == (try Name("Zone.")))
        #expect(record.data == (try Name("ns.Zone.")).bytes + (try Name("h.")).bytes + numbers)
        #expect(message.authorities == [record])
    }

    @Test func reportsWhatWasSent() throws {
        var query = try Query.asking("a.")
        query.header.flags = [.recursionDesired, .checkingDisabled, .authenticData]
        var answer = Answer.empty()
        answer.code = .nameError
        answer.isAuthoritative = true
        answer.answeringPlugin = 4

        let report = answer.report(query, byteCount: 99, durationNanoseconds: 7)

        #expect(report.code == .nameError)
        #expect(
            report.flags == [.response, .authoritative, .recursionDesired, .checkingDisabled]
        )
        #expect(!report.hasAnswers)
        #expect(report.byteCount == 99)
        #expect(report.answeringPlugin == 4)
        #expect(report.durationNanoseconds == 7)
    }
}
