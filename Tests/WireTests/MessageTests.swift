// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct MessageTests {
    @Test func readsEverySectionInItsOrder() throws {
        let message = try Message(bytes: Samples.service())

        #expect(message.questions.map(\.type) == [.srv])
        #expect(message.answers.map(\.type) == [.srv, .srv, .srv])
        #expect(message.authorities.isEmpty)
        #expect(
            message.additionals.map(\.data) == [[10, 0, 0, 0], [10, 0, 0, 1], [10, 0, 0, 2]]
        )
    }

    @Test func writesTheSameBytesAgain() throws {
        for sample in try Samples.all() {
            #expect(try Message(bytes: sample).encoded() == sample)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func readsBackWhatItWrites(seed: UInt64) throws {
        var random = Seeded(seed)
        let message = try random.message()

        let bytes = try message.encoded()

        #expect(try Message(bytes: bytes) == message)
    }

    @Test(arguments: UInt16(1)...260)
    func readsBackEveryType(type: UInt16) throws {
        var random = Seeded(UInt64(type))
        var message = Message(header: Header(id: 1, flags: .response, answerCount: 3))
        message.answers = try (0..<3).map { _ in
            try random.record(RecordType(rawValue: type))
        }

        #expect(try Message(bytes: message.encoded()) == message)
    }

    @Test func countsItsRecordsAnewWhenItIsWritten() throws {
        var message = Message(header: Header(id: 1, flags: [], questionCount: 9, answerCount: 9))
        message.questions = [Question(.root, .ns)]

        let read = try Message(bytes: message.encoded())

        #expect(read.header.questionCount == 1)
        #expect(read.header.answerCount == 0)
    }

    @Test(arguments: [(65_512, true), (65_513, false), (70_000, false)])
    func isWrittenUpTo65535BytesAndNoFurther(dataCount: Int, isWritten: Bool) throws {
        var message = Message(header: Header(id: 1, flags: []))
        message.answers = [
            Record(
                owner: .root,
                type: .txt,
                ttl: 0,
                data: [UInt8](repeating: 0, count: dataCount)
            )
        ]

        #expect((try? message.encoded())?.count == (isWritten ? 65_535 : nil))
    }

    @Test func addsTheUpperBitsOfTheCode() throws {
        var message = Message(header: Header(id: 1, flags: .response))
        message.header.flags.code = 0
        message.additionals = [Record(owner: .root, type: .opt, ttl: 0x0100_0000, data: [])]

        #expect(message.code == .badVersion)
        #expect(message.options?.ttl == 0x0100_0000)
    }

    @Test(
        arguments: [
            ("a.Example.", 1, 1, true), ("A.example.", 1, 1, true), ("b.example.", 1, 1, false),
            ("a.example.", 28, 1, false), ("a.example.", 1, 3, false),
        ] as [(String, UInt16, UInt16, Bool)]
    )
    func asksTheSameWhateverTheCase(
        name: String,
        type: UInt16,
        recordClass: UInt16,
        expected: Bool
    ) throws {
        let other = Question(
            try Name(name),
            RecordType(rawValue: type),
            RecordClass(rawValue: recordClass)
        )

        #expect(try Question(Name("a.example."), .a).asksTheSame(as: other) == expected)
    }

    @Test func ignoresBytesBehindTheLastRecord() throws {
        let sample = try Samples.addresses()

        #expect(
            try Message(bytes: sample + [1, 2, 3]) == Message(bytes: sample)
        )
    }
}
