// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

/// Answers of many shapes, cut at every size.
@Suite struct AnswerTruncationTests {
    /// The records that one shape of answer has.
    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let answers: Int
        let authorities: Int
        let additionals: Int
        /// How many addresses each extra name has.
        var addressesPerName = 1
        var error: String?

        var testDescription: String { name }

        func fill(_ answer: inout Answer, _ zone: Name) throws {
            for index in 0..<answers {
                answer.append(.answer, .question, IPAddress(v4: UInt32(index)), ttl: 5)
            }
            for index in 0..<authorities {
                let target = try zone.prepending("ns\(index)".utf8)
                let zone = answer.place(zone.bytes.span)
                answer.append(.authority, .placed(zone), .ns, ttl: 5, data: target.bytes.span)
            }
            for index in 0..<additionals {
                let number = index / addressesPerName
                let name = try zone.prepending("ns\(number)".utf8)
                let owner = answer.place(name.bytes.span)
                answer.append(.additional, .placed(owner), IPAddress(v4: UInt32(index)), ttl: 5)
            }
            answer.extendedError = error.map { ExtendedError(.other, $0) }
        }
    }

    static let shapes = [
        Shape(name: "nothing", answers: 0, authorities: 0, additionals: 0),
        Shape(name: "one address", answers: 1, authorities: 0, additionals: 0),
        Shape(name: "60 addresses", answers: 60, authorities: 0, additionals: 0),
        Shape(name: "300 addresses", answers: 300, authorities: 0, additionals: 0),
        Shape(name: "referral", answers: 0, authorities: 30, additionals: 30),
        Shape(name: "everything", answers: 20, authorities: 20, additionals: 20),
        Shape(name: "extras", answers: 1, authorities: 0, additionals: 100, addressesPerName: 7),
        Shape(
            name: "error",
            answers: 40,
            authorities: 2,
            additionals: 40,
            error: String(repeating: "é", count: 99)
        ),
    ]

    /// Checks one message against the records that were put in.
    private func check(
        _ bytes: [UInt8],
        _ query: borrowing Query,
        limit: Int,
        whole: (answers: [Record], authorities: [Record], additionals: [Record])
    ) throws {
        let message = try Message(bytes: bytes)
        let needed = whole.answers.count + whole.authorities.count
        let isNeededMissing = message.answers.count + message.authorities.count < needed
        let extras = message.additionals.filter { $0.type != .opt }

        #expect(bytes.count <= limit)
        #expect(message.header.flags.contains(.truncated) == isNeededMissing)
        #expect(
            message.additionals.filter { $0.type == .opt }.count == (query.options == nil ? 0 : 1)
        )
        #expect(message.additionals.last?.type == (query.options == nil ? extras.last?.type : .opt))
        #expect(message.questions == [query.question])
        // Nothing is left out but the end, and no section follows one that was cut.
        #expect(message.answers == Array(whole.answers.prefix(message.answers.count)))
        #expect(message.authorities == Array(whole.authorities.prefix(message.authorities.count)))
        #expect(extras == Array(whole.additionals.prefix(extras.count)))
        if isNeededMissing { #expect(extras.isEmpty) }
        if message.answers.count < whole.answers.count { #expect(message.authorities.isEmpty) }
        // No set of extra records is left in half (RFC 2181 §9).
        if extras.count < whole.additionals.count, let last = extras.last {
            #expect(whole.additionals[extras.count].owner != last.owner)
        }
        // What is missing would not have fitted.
        if isNeededMissing { #expect(bytes.count > limit - 16 - 17 * 2) }
    }

    @Test("Right at every size", arguments: shapes, [nil, 512, 65_535] as [UInt16?])
    func isRightAtEverySize(shape: Shape, size: UInt16?) throws {
        let zone = try Name("Zone.Example.")
        let query = try Query.asking("WWW.Zone.Example.", size: size)
        var answer = Answer.empty()
        try shape.fill(&answer, zone)
        let whole = (
            answers: answer.records(in: .answer, question: query.name),
            authorities: answer.records(in: .authority, question: query.name),
            additionals: answer.records(in: .additional, question: query.name)
        )
        // A whole message of these records at most, in steps that are no multiple of a record.
        for limit in stride(from: size == nil ? 512 : 214, through: 4_096, by: 7) {
            answer.isTruncated = false
            var limits = AnswerLimits()
            limits.udpByteCount = UInt16(limit)
            let bytes = answer.written(query, limits: limits, room: limit)
            let allowed = size == 65_535 ? limit : min(limit, 512)
            try check(bytes, query, limit: allowed, whole: whole)
        }
    }

    @Test(arguments: 0..<120)
    func writesNothingWhereNotEvenTheQuestionFits(room: Int) throws {
        let query = try Query.asking("www.example.", size: 512)
        var answer = Answer.empty()
        answer.extendedError = ExtendedError(.other, "no room")

        let bytes = answer.written(query, room: room)

        #expect(bytes.count == (room < 12 + 17 + 11 + 6 + 7 ? 0 : 53))
    }

    @Test func sendsAllOverTCP() throws {
        var query = try Query.asking("www.example.")
        query.transport = .tcp
        var answer = Answer.empty()
        try Self.shapes[3].fill(&answer, Name("example."))

        let message = try Message(bytes: answer.written(query))

        #expect(message.answers.count == 300)
        #expect(!message.header.flags.contains(.truncated))
    }

    @Test(
        arguments: [
            (nil, 1_232, 512), (0, 1_232, 512), (511, 1_232, 512), (513, 1_232, 513),
            (1_232, 1_232, 1_232), (4_096, 1_232, 1_232), (4_096, 4_096, 4_096), (4_096, 100, 512),
        ] as [(UInt16?, UInt16, Int)]
    )
    func limitsUDPByWhatBothSidesTake(asked: UInt16?, own: UInt16, limit: Int) throws {
        var limits = AnswerLimits()
        limits.udpByteCount = own

        let query = try Query.asking("a.", size: asked)
        let byteCount = limits.byteCount(for: query)

        #expect(byteCount == limit)
    }

    @Test func limitsTCPByItsLengthOnly() throws {
        var query = try Query.asking("a.", size: 512)
        query.transport = .tcp

        let byteCount = AnswerLimits().byteCount(for: query)

        #expect(byteCount == 65_535)
    }

    @Test func keepsTheTruncationOfAnUpstream() throws {
        var answer = Answer.empty()
        answer.isTruncated = true

        let header = try Header(bytes: answer.written(Query.asking("a.")))

        #expect(header.flags.contains(.truncated))
    }

    @Test func isTruncatedWhereANeededRecordFollowsAnExtraOneThatDoesNotFit() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        let long = [UInt8](repeating: 0, count: 600)
        answer.append(.answer, .question, .txt, ttl: 0, data: long.span, isNeeded: false)
        answer.append(.answer, .question, IPAddress(v4: 1), ttl: 0)

        let message = try Message(bytes: answer.written(query))

        #expect(message.header.flags.contains(.truncated))
        #expect(message.answers.isEmpty)
    }
}
