// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct AnswerFilteringTests {
    private let v4 = IPAddress(v4: 0xC000_0201)
    private let v6 = IPAddress(v6High: 0, low: 1)

    @Test func takesRunsOutAndKeepsTheOrderOfTheRest() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.append(.answer, .question, v6, ttl: 7)
        answer.append(.answer, .question, v6, ttl: 7)
        answer.append(.answer, .question, v4, ttl: 1)
        answer.append(.additional, .question, v6, ttl: 5)
        answer.append(.authority, .question, .ns, ttl: 2, data: [0].span)

        let removal = answer.removeRuns { $0.type(ofRun: $1) == .aaaa }

        #expect(removal.count == 3)
        #expect(removal.answerCount == 2)
        #expect(removal.shortestTTL == 5)
        let answers = answer.records(in: .answer, question: query.name)
        let authorities = answer.records(in: .authority, question: query.name)
        let additionalCount = answer.count(of: .additional)
        let recordCount = answer.recordCount
        #expect(recordCount == 2)
        #expect(answers.map(\.ttl) == [1])
        #expect(authorities.map(\.ttl) == [2])
        #expect(additionalCount == 0)
    }

    @Test func writesNoSectionWhoseRecordsWereTakenOut() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.append(.answer, .question, v6, ttl: 7)

        _ = answer.removeRuns { _, _ in true }
        let header = try Header(bytes: answer.written(query))
        let report = answer.report(query, byteCount: 0, durationNanoseconds: 0)

        #expect(header.answerCount == 0)
        #expect(!report.hasAnswers)
    }

    @Test func takesRecordsInAgainAfterwards() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.append(.answer, .question, v6, ttl: 7)
        _ = answer.removeRuns { _, _ in true }
        answer.append(.answer, .question, v4, ttl: 3)

        let records = answer.records(in: .answer, question: query.name)

        #expect(records.map(\.data) == [[192, 0, 2, 1]])
    }

    @Test(arguments: [
        (0..<2, [2, 3, 4]), (1..<3, [0, 3, 4]), (3..<5, [0, 1, 2]), (0..<5, []),
        (4..<6, [0, 1, 2, 3, 4]),
    ])
    func cutsBytesOutOfData(range: Range<Int>, left: [UInt8]) throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.append(.answer, .question, .txt, ttl: 7, data: [9, 9].span)
        answer.append(.answer, .question, .txt, ttl: 7, data: [0, 1, 2, 3, 4].span)
        answer.append(.answer, .question, .txt, ttl: 7, data: [8].span)

        answer.cut(range, fromRun: 1)
        let records = answer.records(in: .answer, question: query.name)

        #expect(records.map(\.data) == [[9, 9], left, [8]])
    }

    @Test func tellsAliasesFromData() throws {
        var answer = Answer.empty()
        let (isNothing, noTarget) = (answer.answersNothing, answer.lastTarget)
        answer.append(.answer, .question, .cname, ttl: 7, data: [1, 0x61, 0].span)
        let (isAliasNothing, target) = (answer.answersNothing, answer.lastTarget)
        answer.append(.answer, .question, v4, ttl: 7)
        let isAddressNothing = answer.answersNothing

        #expect(isNothing && isAliasNothing && !isAddressNothing)
        #expect(noTarget == nil)
        #expect(target?.byteCount == 3)
    }

    @Test func knowsWhatASectionHas() {
        var answer = Answer.empty()
        answer.append(.answer, .question, v4, ttl: 7)

        let has = [
            answer.has(.a, in: .answer), answer.has(.a, in: .additional),
            answer.has(.aaaa, in: .answer),
        ]

        #expect(has == [true, false, false])
    }

    @Test func takesNoCompressedTarget() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.putPointer(to: 1, of: query.name)
        answer.append(.answer, .question, .cname, ttl: 7, isCompressed: true)

        let target = answer.lastTarget

        #expect(target == nil)
    }
}
