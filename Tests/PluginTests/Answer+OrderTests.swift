// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct AnswerOrderTests {
    private let address = IPAddress(v4: 0xC000_0201)

    /// An answer of `count` addresses, the last byte of each its place from 0.
    private func addresses(_ count: Int, _ type: RecordType = .a) -> Answer {
        var answer = Answer.empty()
        for index in 0..<UInt64(count) {
            let address =
                type == .a
                ? IPAddress(v4: 0xC000_0200 + UInt32(index))
                : IPAddress(v6High: 0x2001_0DB8 << 32, low: index)
            answer.append(.answer, .question, address, ttl: 5)
        }
        return answer
    }

    /// The last byte of each address of the message that is sent.
    private func sent(_ answer: inout Answer, size: UInt16 = 1_232) throws -> [UInt8] {
        let query = try Query.asking("a.", size: size)
        return try Message(bytes: answer.written(query)).answers.compactMap(\.data.last)
    }

    @Test func exchangesRuns() throws {
        let query = try Query.asking("a.")
        var answer = Answer.empty()
        for ttl in UInt32(1)...3 { answer.append(.answer, .question, address, ttl: ttl) }
        answer.swapRuns(0, 2)

        let records = answer.records(in: .answer, question: query.name)

        #expect(records.map(\.ttl) == [3, 2, 1])
    }

    @Test func knowsWhichRunsAreOneSet() throws {
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

    @Test func takesAddressesOfOneNameAsOneRun() {
        var answer = addresses(3)
        answer.append(.answer, .question, address, ttl: 6)
        answer.append(.additional, .question, address, ttl: 6)
        answer.append(.additional, .question, .txt, ttl: 6, data: [0].span)
        answer.append(.additional, .question, .txt, ttl: 6, data: [0].span)
        var counts: [Int] = []
        for run in 0..<answer.runCount { counts.append(answer.recordCount(ofRun: run)) }
        let total = answer.recordCount

        #expect(counts == [3, 1, 1, 1, 1])
        #expect(total == 7)
    }

    @Test(arguments: [RecordType.a, .aaaa])
    func beginsARunAtAnyOfItsRecords(type: RecordType) throws {
        var answer = addresses(5, type)
        answer.begin(run: 0, at: 2)
        answer.begin(run: 0, at: 1)
        let second = answer.data(at: 1).count

        #expect(try sent(&answer) == [3, 4, 0, 1, 2])
        #expect(second == (type == .a ? 4 : 16))
    }

    @Test(arguments: [RecordType.a, .aaaa])
    func exchangesRecordsOfARun(type: RecordType) throws {
        var answer = addresses(4, type)
        answer.begin(run: 0, at: 1)
        answer.swapRecords(0, 3, ofRun: 0)

        #expect(try sent(&answer) == [0, 2, 3, 1])
    }

    /// 512 bytes hold 30 A records behind the header, this question and OPT.
    @Test(arguments: [(0, 31), (5, 31), (29, 31), (30, 31), (30, 32)])
    func cutsARunWhereverItBegins(first: Int, count: Int) throws {
        var answer = addresses(count)
        answer.begin(run: 0, at: first)
        let sent = try sent(&answer, size: 512)
        let isTruncated = answer.isTruncated

        #expect(sent == (0..<30).map { UInt8((first + $0) % count) })
        #expect(isTruncated)
    }

    @Test func addsManyAddressesAtOnce() throws {
        var answer = addresses(1)
        answer.append(.answer, .question, .a, addressCount: 2, ttl: 5) { bytes in
            bytes.set32(0xC000_0207, at: 0)
            bytes.set32(0xC000_0208, at: 4)
        }
        let counts = (answer.runCount, answer.recordCount)

        #expect(counts == (1, 3))
        #expect(try sent(&answer) == [0, 7, 8])
    }

    @Test(arguments: [0, 1])
    func takesAsManyAddressesAsAnAnswerHolds(extra: Int) {
        var answer = Answer.empty()
        let count = Answer.maximumRecordCount + extra
        answer.append(.answer, .question, .a, addressCount: count, ttl: 5) { _ in }
        let (taken, isTruncated) = (answer.recordCount, answer.isTruncated)

        #expect(taken == Answer.maximumRecordCount)
        #expect(isTruncated == (extra == 1))
    }
}
