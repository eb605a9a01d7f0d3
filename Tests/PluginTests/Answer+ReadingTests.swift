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

    @Test func exchangesRecords() throws {
        let query = try Query.asking("a.")
        var answer = Answer.empty()
        for ttl in UInt32(1)...3 { answer.append(.answer, .question, address, ttl: ttl) }
        answer.swapRecords(0, 2)

        let records = answer.records(in: .answer, question: query.name)

        #expect(records.map(\.ttl) == [3, 2, 1])
    }

    @Test func knowsWhichRecordsAreOneSet() throws {
        var answer = Answer.empty()
        let first = try answer.place("a.")
        let same = try answer.place("a.")
        let other = try answer.place("b.")
        answer.append(.answer, .placed(first), address, ttl: 1)
        answer.append(.answer, .placed(same), address, ttl: 2)
        answer.append(.answer, .placed(other), address, ttl: 1)
        answer.append(.answer, .placed(first), .txt, ttl: 1)
        answer.append(.answer, .placed(first), .a, recordClass: .chaos, ttl: 1)
        answer.append(.additional, .placed(first), address, ttl: 1)
        answer.append(.answer, .question, address, ttl: 1)

        var same0: [Bool] = []
        for index in 0..<7 { same0.append(answer.isSameSet(0, index)) }

        #expect(same0 == [true, true, false, false, false, false, false])
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
