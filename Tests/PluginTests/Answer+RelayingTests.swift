// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct AnswerRelayingTests {
    /// A reply for `name` with a CNAME record and so many addresses behind it.
    private func reply(_ name: String, addressCount: Int) throws -> RelayedReply {
        let question = Question(try Name(name), .a)
        let target = try Name("target.example.")
        var message = Message(header: Header(id: 1, flags: .response))
        message.questions = [question]
        message.answers = [
            Record(owner: question.name, type: .cname, ttl: 9, data: target.bytes)
        ]
        for index in 0..<addressCount {
            message.answers.append(
                Record(
                    owner: target,
                    type: .a,
                    ttl: 9,
                    data: [10, 0, UInt8(index >> 8), UInt8(index & 0xFF)]
                )
            )
        }
        message.authorities = [
            Record(owner: try Name("example."), type: .ns, ttl: 9, data: target.bytes)
        ]
        return try RelayedReply(parsing: try message.encoded())
    }

    private func lastBytes(_ records: [Record]) -> [UInt8] {
        records.filter { $0.type == .a }.compactMap(\.data.last)
    }

    @Test func writesTheRecordsBehindTheClientsQuestion() throws {
        let query = try Query.asking("WWW.Example.", size: 1_232)
        var answer = Answer.empty()

        answer.relay(try reply("www.example.", addressCount: 3))
        let message = try Message(bytes: answer.written(query))

        #expect(message.questions[0].name.bytes == (try Name("WWW.Example.")).bytes)
        #expect(message.answers.count == 4 && message.authorities.count == 1)
        #expect(message.answers[0].owner.bytes == (try Name("WWW.Example.")).bytes)
        #expect(lastBytes(message.answers) == [0, 1, 2])
        #expect(message.options != nil)
        #expect(answer.count(of: .answer) == 4 && answer.count(of: .additional) == 0)
    }

    @Test func shufflesAddressesAndBeginsAtAny() throws {
        let query = try Query.asking("www.example.", size: 1_232)
        var answer = Answer.empty()
        answer.relay(try reply("www.example.", addressCount: 5))
        #expect(answer.relayedAddressCount == 5)

        var random = SplitMix(seed: 1)
        answer.shuffleAddresses(&random)
        let shuffled = lastBytes(try Message(bytes: answer.written(query)).answers)
        answer.beginAddresses(at: 2)

        #expect(shuffled.sorted() == [0, 1, 2, 3, 4] && shuffled != [0, 1, 2, 3, 4])
        let begun = Array(shuffled[2...] + shuffled[..<2])
        #expect(lastBytes(try Message(bytes: answer.written(query)).answers) == begun)
        let values = answer.records(in: .answer, question: query.name)
        #expect(lastBytes(values) == begun)
    }

    @Test func cutsWhatDoesNotFitAsAnyAnswer() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.relay(try reply("www.example.", addressCount: 100))

        let bytes = answer.written(query)
        let message = try Message(bytes: bytes)

        #expect(bytes.count <= 512 && bytes.count > 480)
        #expect(message.header.flags.contains(.truncated))
        #expect(lastBytes(message.answers) == (0..<UInt8(message.answers.count - 1)).map { $0 })
    }

    @Test(arguments: [(512, false), (511, true)])
    func fitsToTheByte(room: Int, isCut: Bool) throws {
        // As many bytes as the room, its last one filled by the length of the name.
        let query = try Query.asking("wwwwwwwwwwwwwwwwwwwwwww.example.")
        var answer = Answer.empty()
        answer.relay(try reply("wwwwwwwwwwwwwwwwwwwwwww.example.", addressCount: 25))
        let whole = answer.written(query)
        try #require(whole.count <= 512)

        let written = answer.written(query, room: whole.count - 512 + room)

        #expect(try Message(bytes: written).header.flags.contains(.truncated) == isCut)
    }

    @Test func forgetsTheRecordsWithTheAnswer() throws {
        var answer = Answer.empty()
        answer.relay(try reply("www.example.", addressCount: 2))

        answer.removeAll()

        #expect(!answer.isRelayed && answer.relayedAddressCount == 0)
        #expect(answer.count(of: .answer) == 0)
    }

    @Test func turnsIntoRecordsOneByOne() throws {
        let query = try Query.asking("www.example.")
        var answer = Answer.empty()
        answer.relay(try reply("www.example.", addressCount: 2))
        let before = answer.records(in: .answer, question: query.name)

        answer.unpack(query)

        #expect(!answer.isRelayed && answer.recordCount == 4)
        #expect(answer.records(in: .answer, question: query.name) == before)
    }
}
