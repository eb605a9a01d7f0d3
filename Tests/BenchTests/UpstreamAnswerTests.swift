// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct UpstreamAnswerTests {
    /// A query for a name, as a resolver sends it.
    private static func query(
        _ name: String,
        _ type: RecordType = .a,
        hasOptions: Bool = true
    ) throws -> Message {
        let question = BenchQuestion(Question(try Name(name), type), 1_232, code: 0, answerCount: 1)
        var message = try Message(parsing: question.message.span)
        message.header.id = 0x1234
        if !hasOptions { message.additionals = [] }
        return message
    }

    /// What the upstream says to a query; empty when it says nothing.
    private static func answer(to query: [UInt8]) -> [UInt8] {
        var slot = [UInt8](repeating: 0xFF, count: UpstreamAnswer.maximumByteCount)
        var span = slot.mutableSpan
        let count = UpstreamAnswer.write(to: query.span, into: &span)
        return Array(slot.prefix(count))
    }

    @Test("An answer repeats the question byte for byte", arguments: [true, false])
    func answersWithAnAddress(hasOptions: Bool) throws {
        let query = try Self.query("hA0.Up.eXample", hasOptions: hasOptions)
        let answer = try Message(parsing: Self.answer(to: query.encoded()).span)

        #expect(answer.header.id == 0x1234)
        #expect(answer.header.flags == [.response, .recursionDesired, .recursionAvailable])
        #expect(answer.questions == query.questions)
        #expect(answer.answers.map(\.owner) == [try Name("hA0.Up.eXample")])
        #expect(answer.answers.map(\.type) == [.a])
        #expect(answer.answers.map(\.ttl) == [3_600])
        #expect(answer.answers.first?.data.first == 10)
        #expect((answer.options != nil) == hasOptions)
    }

    @Test func givesTheSameAddressInAnyCase() throws {
        let upper = try Message(
            parsing: Self.answer(to: Self.query("H1.UP.EXAMPLE").encoded()).span
        )
        let lower = try Message(
            parsing: Self.answer(to: Self.query("h1.up.example").encoded()).span
        )
        let other = try Message(
            parsing: Self.answer(to: Self.query("h2.up.example").encoded()).span
        )

        #expect(upper.answers.map(\.data) == lower.answers.map(\.data))
        #expect(upper.answers.map(\.data) != other.answers.map(\.data))
    }

    @Test func letsBriefNamesRunOut() throws {
        let name = ForwardName.text(.brief, 7)
        let answer = try Message(parsing: Self.answer(to: Self.query(name).encoded()).span)

        #expect(answer.answers.map(\.ttl) == [1])
    }

    @Test(
        "Other names are refused, other types have no record",
        arguments: [
            ("h.up.example", RecordType.aaaa, 0), ("example", .a, 5), ("h.xup.example", .a, 5),
            (".", .a, 5), ("up.example.net", .a, 5),
        ] as [(String, RecordType, UInt8)]
    )
    func saysNoOtherwise(name: String, type: RecordType, code: UInt8) throws {
        let query = try Self.query(name, type)
        let answer = try Message(parsing: Self.answer(to: query.encoded()).span)

        #expect(answer.header.flags.code == code)
        #expect(answer.questions == query.questions)
        #expect(answer.answers.isEmpty)
    }

    @Test func saysNothingToWhatIsNoQuery() throws {
        let query = try Self.query("h.up.example", hasOptions: false).encoded()
        var (response, two, notify) = (query, query, query)
        response[2] |= 0x80
        two[5] = 2
        notify[2] |= 0x20

        for length in 0..<query.count {
            #expect(Self.answer(to: Array(query.prefix(length))).isEmpty)
        }
        for other in [response, two, notify] { #expect(Self.answer(to: other).isEmpty) }
        #expect(!Self.answer(to: query).isEmpty)
    }

    @Test func fitsTheLongestNameInItsSlot() throws {
        let labels = [String](repeating: String(repeating: "a", count: 60), count: 3).joined(
            separator: "."
        )
        // 3 × 61 bytes, a label of 59, and the zone's 12.
        let name = labels + "." + String(repeating: "b", count: 59) + ".up.example"
        let query = try Self.query(name)
        let answer = Self.answer(to: try query.encoded())

        #expect(query.questions[0].name.bytes.count == Name.maximumByteCount)
        #expect(answer.count == UpstreamAnswer.maximumByteCount)
    }
}

@Suite struct ForwardNameTests {
    @Test func saysItsKindFirst() throws {
        for kind in [ForwardName.Kind.hot, .fresh, .brief] {
            let question = BenchQuestion(
                Question(try Name(ForwardName.text(kind, 3)), .a),
                1_232,
                code: 0,
                answerCount: 1
            )
            let found = UpstreamAnswer.kind(of: question.message.span)

            #expect(found == kind)
        }
    }

    @Test func givesEachNumberItsOwnDigits() {
        let numbers = Array(0..<100_000) + [1 << 40, 1 << 47, (1 << 48) - 1]
        let digits = Set(numbers.map(ForwardName.digits))

        #expect(digits.count == numbers.count)
        #expect(digits.allSatisfy { $0.count == ForwardName.digitCount })
    }
}
