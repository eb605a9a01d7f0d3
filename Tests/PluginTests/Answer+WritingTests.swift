// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct AnswerWritingTests {
    private let address = IPAddress(v4: 0xC000_0201)

    // MARK: Header and question

    @Test func echoesTheQuestionByteForByte() throws {
        let query = try Query.asking("wWw.ExAmPlE.", .txt)
        var answer = Answer.empty()

        let bytes = answer.written(query)

        #expect(bytes.count == 12 + 13 + 4)
        #expect(Array(bytes[12...]) == (try Name("wWw.ExAmPlE.")).bytes + [0, 16, 0, 1])
        #expect(Array(bytes.prefix(12)) == [0x12, 0x34, 0x81, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test func setsTheFlagsThatTheAnswerHas() throws {
        let query = try Query.asking("a.")
        var answer = Answer.empty()
        answer.code = .nameError
        answer.isAuthoritative = true
        answer.isRecursionAvailable = true
        answer.isAuthenticData = true
        answer.isTruncated = true

        let header = try Header(bytes: answer.written(query))

        #expect(header.flags.rawValue == 0x8000 | 0x0400 | 0x0200 | 0x0100 | 0x80 | 0x20 | 3)
    }

    @Test func copiesOnlyRDAndCDOfAQuery() throws {
        var query = try Query.asking("a.")
        query.header.flags.rawValue = 0x07FF
        var answer = Answer.empty()

        let header = try Header(bytes: answer.written(query))

        #expect(header.flags.rawValue == 0x8110)
    }

    @Test func copiesNoFlagOfANotification() throws {
        var query = try Query.asking("a.")
        query.header.flags.rawValue = 0x07FF
        query.header.flags.opcode = .notify
        var answer = Answer.empty()

        let header = try Header(bytes: answer.written(query))

        #expect(header.flags.rawValue == 0xA000)
    }

    // MARK: OPT

    @Test func addsOPTOnlyForClientsThatSentOne() throws {
        var answer = Answer.empty()
        answer.extendedError = ExtendedError(.other, "why")
        let without = try Message(bytes: answer.written(Query.asking("a.")))
        let with = try Message(bytes: answer.written(Query.asking("a.", size: 512)))

        #expect(without.additionals.isEmpty)
        #expect(with.options?.data == [0, 15, 0, 5, 0, 0] + Array("why".utf8))
    }

    @Test(
        arguments: [
            (512, 1_232), (0, 1_232), (65_535, 1_232), (65_535, 4_096), (4_096, 512),
        ] as [(UInt16, UInt16)]
    )
    func advertisesItsOwnSize(asked: UInt16, own: UInt16) throws {
        var limits = AnswerLimits()
        limits.udpByteCount = own
        var answer = Answer.empty()

        let message = try Message(
            bytes: answer.written(Query.asking("a.", size: asked), limits: limits)
        )

        #expect(message.options?.recordClass.rawValue == own)
        #expect(message.options?.owner == .root)
    }

    @Test(arguments: [true, false])
    func echoesDO(wantsSignatures: Bool) throws {
        let query = try Query.asking("a.", size: 512, wantsSignatures: wantsSignatures)
        var answer = Answer.empty()

        let message = try Message(bytes: answer.written(query))

        #expect(message.options?.ttl == (wantsSignatures ? 0x8000 : 0))
    }

    @Test func splitsAnExtendedCode() throws {
        var answer = Answer.empty()
        answer.code = ResponseCode(rawValue: 0x0123)

        let message = try Message(bytes: answer.written(Query.asking("a.", size: 512)))

        #expect(message.header.flags.code == 3)
        #expect(message.options?.ttl == 0x1200_0000)
        #expect(message.code.rawValue == 0x0123)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 128), 128), (String(repeating: "a", count: 129), 128),
        (String(repeating: "a", count: 5_000), 128), ("", 0),
        // Characters of two, three and four bytes that would be cut by the 128th.
        (String(repeating: "a", count: 127) + "é", 127), (String(repeating: "é", count: 64), 128),
        (String(repeating: "a", count: 126) + "é", 128), (String(repeating: "€", count: 43), 126),
        (String(repeating: "a", count: 125) + "😀", 125),
        (String(repeating: "a", count: 124) + "😀", 128),
    ])
    func cutsTheTextOfAnErrorBetweenCharacters(text: String, byteCount: Int) throws {
        var answer = Answer.empty()
        answer.extendedError = ExtendedError(.notReady, text)

        let message = try Message(bytes: answer.written(Query.asking("a.", size: 512)))
        let data = try #require(message.options?.data)

        #expect(Array(data.prefix(6)) == [0, 15, 0, UInt8(2 + byteCount), 0, 14])
        #expect(Array(data.dropFirst(6)) == Array(text.utf8.prefix(byteCount)))
    }

    // MARK: Owners

    @Test func pointsToTheQuestion() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.append(.answer, .question, address, ttl: 1)
        answer.append(.answer, .questionSuffix(label: 1), address, ttl: 1)

        let bytes = Array(answer.written(query).dropFirst(12 + 17))

        #expect(Array(bytes.prefix(2)) == [0xC0, 12])
        #expect(Array(bytes.dropFirst(16).prefix(2)) == [0xC0, 16])
    }

    @Test(arguments: [2, 3, 100])
    func writesTheRootAsOneByte(label: Int) throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.append(.answer, .questionSuffix(label: label), address, ttl: 1)

        let bytes = answer.written(query)

        #expect(try Message(bytes: bytes).answers.map(\.owner) == [.root])
        #expect(bytes.count == 12 + 17 + 15)
    }

    @Test func compressesTheDataOfASingleRecord() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        let target = try Name("a.example.")
        answer.append(.answer, .question, .cname, ttl: 1, data: target.bytes.span)

        let bytes = answer.written(query)

        #expect(bytes.count == 12 + 17 + 12 + 4)
        #expect(try Message(bytes: bytes).answers.map(\.data) == [target.bytes])
    }

    @Test func compressesWhatIsOwnedByOtherNames() throws {
        let query = try Query.asking("_x._tcp.example.", .srv)
        var answer = Answer.empty()
        let target = try Name("a.example.").bytes
        answer.put([0, 0, 0, 1, 0, 80].span)
        let owner = answer.put(name: target.span)
        answer.append(.answer, .question, .srv, ttl: 1)
        answer.append(.additional, .placed(owner), address, ttl: 1)

        let bytes = answer.written(query)
        let message = try Message(bytes: bytes)

        #expect(message.answers.map(\.data) == [[0, 0, 0, 1, 0, 80] + target])
        #expect(message.additionals.map(\.owner.bytes) == [target])
        // The data of SRV is never compressed (RFC 2782), its owner and the address's are.
        #expect(bytes.count == 12 + 21 + (12 + 6 + 11) + (4 + 10 + 4))
    }
}
