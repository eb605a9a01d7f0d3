// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct AnswerTests {
    private let address = IPAddress(v4: 0xC000_0201)

    @Test func keepsRecordsInTheirSections() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        let zone = try answer.place("example.")
        answer.append(.additional, .placed(zone), address, ttl: 3)
        answer.append(.answer, .question, address, ttl: 1)
        answer.append(.authority, .questionSuffix(label: 1), .ns, ttl: 2, data: [0].span)

        let answers = answer.records(in: .answer, question: query.name)
        let authorities = answer.records(in: .authority, question: query.name)
        let additionals = answer.records(in: .additional, question: query.name)

        #expect(answers.map(\.ttl) == [1])
        #expect(answers.map(\.owner) == [try Name("www.example.")])
        #expect(answers.map(\.data) == [[192, 0, 2, 1]])
        #expect(authorities.map(\.owner) == [try Name("example.")])
        #expect(additionals.map(\.owner) == [try Name("example.")])
    }

    @Test func putsDataTogetherFromParts() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        let placed = try answer.place("b.")
        answer.put16(0x0102)
        answer.put32(0x0304_0506)
        answer.put([7].span)
        answer.put(IPAddress(v6High: 8, low: 9))
        answer.put(placed)
        let last: [UInt8] = [1, 0x63, 0]
        let second = answer.put(name: last.span)
        answer.append(.answer, .question, .txt, ttl: 0)
        answer.append(.answer, .placed(second), .txt, ttl: 0)

        let records = answer.records(in: .answer, question: query.name)

        #expect(
            records.map(\.data) == [
                [1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9]
                    + [1, 0x62, 0, 1, 0x63, 0], [],
            ]
        )
        #expect(records[1].owner == (try Name("c.")))
    }

    @Test func isEmptyAgain() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.code = .refused
        answer.isAuthoritative = true
        answer.isTruncated = true
        answer.isRecursionAvailable = true
        answer.isAuthenticData = true
        answer.extendedError = ExtendedError(.other, "x")
        answer.failure = "x"
        answer.answeringPlugin = 3
        answer.append(.answer, .question, address, ttl: 1)
        answer.put16(1)

        answer.removeAll()
        answer.append(.answer, .question, address, ttl: 1)
        let message = try Message(bytes: answer.written(query))
        let report = answer.report(query, byteCount: 1, durationNanoseconds: 1)

        #expect(message.header.flags == [.response, .recursionDesired])
        #expect(message.answers.map(\.data) == [[192, 0, 2, 1]])
        #expect(report.answeringPlugin == -1)
    }

    // MARK: Limits

    @Test(arguments: [(0, false), (1, true)])
    func takesSoManyRecordsAndNoMore(extra: Int, isTruncated: Bool) {
        var answer = Answer.empty()
        for _ in 0..<(Answer.maximumRecordCount + extra) {
            answer.append(.answer, .question, address, ttl: 1)
        }

        let result = (answer.recordCount, answer.isTruncated)

        #expect(result.0 == Answer.maximumRecordCount)
        #expect(result.1 == isTruncated)
    }

    @Test func isNotTruncatedWhenOnlyExtrasAreTooMany() {
        var answer = Answer.empty()
        for _ in 0...Answer.maximumRecordCount {
            answer.append(.additional, .question, address, ttl: 1)
        }

        let isTruncated = answer.isTruncated

        #expect(!isTruncated)
    }

    @Test(arguments: [(0, 16), (1, 15)])
    func takesSoManyBytesAndNoMore(extra: Int, count: Int) {
        var answer = Answer.empty()
        let part = [UInt8](repeating: 0, count: Answer.maximumByteCount / 16)
        for index in 0..<16 {
            answer.put(part.span)
            if index == 14 { for _ in 0..<extra { answer.put([1].span) } }
            answer.append(.answer, .question, .txt, ttl: 0)
        }

        let result = (answer.recordCount, answer.isTruncated)

        #expect(result.0 == count)
        #expect(result.1 == (extra > 0))
    }

    @Test(arguments: [(65_535, 1), (65_536, 0)])
    func takesDataOf65535BytesAndNoLonger(byteCount: Int, count: Int) {
        var answer = Answer.empty()
        answer.put([UInt8](repeating: 0, count: byteCount).span)
        answer.append(.answer, .question, .txt, ttl: 0)

        let recordCount = answer.recordCount

        #expect(recordCount == count)
    }

    /// Fills an answer up to `left` bytes, then goes on in every way there is.
    @Test(arguments: [0, 1, 2, 3, 4, 5, 190, 192, 193, 194, 196, 197, 198, 200, 386, 390, 700])
    func survivesWhateverComesOnceItIsFull(left: Int) throws {
        let query = try Query.asking("www.example.", size: 4_096)
        let name = try Name(labels: (0..<3).map { [UInt8](repeating: UInt8($0), count: 63) })
        var answer = Answer.empty()
        let part = [UInt8](repeating: 0, count: 32_768)
        for _ in 0..<15 {
            answer.put(part.span)
            answer.append(.answer, .question, .txt, ttl: 0)
        }
        answer.put([UInt8](repeating: 0, count: 32_768 - left).span)
        answer.append(.answer, .question, .txt, ttl: 0)
        let early = answer.place(name.bytes.span)
        answer.append(.answer, .placed(early), address, ttl: 1)
        answer.append(
            .answer,
            Record(owner: name, type: .ns, ttl: 1, data: name.bytes)
        )
        answer.put(early)
        answer.put16(1)
        answer.put32(1)
        answer.append(.answer, .question, .txt, ttl: 0)
        for _ in 0..<300 { answer.append(.additional, .placed(early), address, ttl: 1) }

        let records = answer.records(in: .answer, question: query.name)
        let isTruncated = answer.isTruncated
        _ = try Message(bytes: answer.written(query))

        #expect(isTruncated)
        // What was taken is whole.
        #expect(records.allSatisfy { $0.type != .a || $0.data.count == 4 && $0.owner == name })
    }

    @Test(arguments: [(255, 1), (256, 0), (70_000, 0)])
    func takesNothingLongerThanANameAsAName(byteCount: Int, count: Int) {
        var answer = Answer.empty()
        let owner = answer.place([UInt8](repeating: 0, count: byteCount).span)
        answer.append(.answer, .placed(owner), address, ttl: 0)

        let recordCount = answer.recordCount

        #expect(recordCount == count)
    }

    @Test func takesRecordsAgainOnceItWasEmptied() {
        var answer = Answer.empty()
        answer.put([UInt8](repeating: 0, count: Answer.maximumByteCount + 1).span)
        answer.removeRecords()
        answer.append(.answer, .question, address, ttl: 1)

        let recordCount = answer.recordCount

        #expect(recordCount == 1)
    }
}
