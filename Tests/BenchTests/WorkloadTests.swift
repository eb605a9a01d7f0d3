// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct WorkloadTests {
    /// The answer that `question` wants, to be damaged.
    private static func answer(to question: BenchQuestion) throws -> Message {
        var message = try Message(parsing: question.message.span)
        message.header.flags = [.response, .authoritative, .recursionDesired]
        message.header.flags.rawValue |= UInt16(question.code)
        for last in 0..<question.answerCount {
            let data: [UInt8] = [10, 0, 0, UInt8(last)]
            let name = message.questions[0].name
            message.answers.append(Record(owner: name, type: .a, ttl: 30, data: data))
        }
        return message
    }

    private static func isAnswered(_ question: BenchQuestion, by answer: [UInt8]) -> Bool {
        question.isAnswered(by: answer.span)
    }

    private static func isEchoed(_ question: BenchQuestion, by answer: [UInt8]) -> Bool {
        question.isEchoed(by: answer.span)
    }

    @Test func asksAsResolversDo() throws {
        let question = try #require(try Workload.services(3).questions.last)
        let message = try Message(parsing: question.message.span)

        #expect(message.questions == [Question(try Name("svc-2.ns-0.svc.cluster.local"), .a)])
        #expect(message.header.flags == .recursionDesired)
        #expect(message.options?.recordClass.rawValue == 1_232)
        #expect(try message.encoded() == question.message)
    }

    @Test func mixesWhatPodsAsk() throws {
        let questions = try Workload.mix(8).questions
        let types = try questions.map { try Message(parsing: $0.message.span).questions[0].type }

        #expect(questions.count == 8 * 8 + 2 * 2)
        #expect(questions.count { $0.code == 3 } == 8 * 6)
        #expect(types.count { $0 == .aaaa } == 8 * 4)
        #expect(types.count { $0 == .srv } == 2)
        #expect(types.count { $0 == .ptr } == 2)
    }

    @Test func takesARightAnswer() throws {
        for question in try Workload.mix(1).questions + Workload.headless().questions {
            let answer = try Self.answer(to: question).encoded()

            #expect(Self.isAnswered(question, by: answer))
        }
    }

    @Test func refusesAnythingElse() throws {
        let question = try Workload.services(1).questions[0]
        let right = try Self.answer(to: question)
        var (refused, other, empty, twice, cut) = (right, right, right, right, right)
        refused.header.flags.rawValue |= 5
        other.questions = [Question(try Name("svc-1.ns-0.svc.cluster.local"), .a)]
        empty.answers = []
        twice.answers += twice.answers
        cut.header.flags.insert(.truncated)

        for wrong in [refused, other, empty, twice, cut] {
            let bytes = try wrong.encoded()
            #expect(!Self.isAnswered(question, by: bytes))
        }
        #expect(!Self.isAnswered(question, by: question.message))
        for length in 0..<question.message.count - BenchQuestion.optionByteCount {
            let part = try right.encoded().prefix(length)
            #expect(!Self.isAnswered(question, by: Array(part)))
        }
    }

    @Test("The echo is told the size of the answer", arguments: [0, 30, 56, 57, 512, 1_700])
    func tellsTheEchoTheSize(size: Int) throws {
        var question = try Workload.services(1).questions[0]
        question.answerByteCount = size
        let asked = question.forEcho.message
        let wanted = max(size, asked.count)

        #expect(asked.count == question.message.count)
        let told = Echo.wantedByteCount(asked.span)
        #expect(told == wanted)
        let echoed = asked + [UInt8](repeating: 0, count: wanted - asked.count)
        #expect(Self.isEchoed(question, by: echoed))
        #expect(!Self.isEchoed(question, by: echoed + [0]))
        #expect(!Self.isEchoed(question, by: Array(echoed.dropLast())))
    }
}
