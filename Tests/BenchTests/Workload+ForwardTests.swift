// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct WorkloadForwardTests {
    /// The upstream's answer to a question, to be damaged.
    private static func answer(to question: BenchQuestion) throws -> Message {
        var slot = [UInt8](repeating: 0, count: UpstreamAnswer.maximumByteCount)
        var span = slot.mutableSpan
        let count = UpstreamAnswer.write(to: question.message.span, into: &span)
        return try Message(parsing: slot.span.extracting(0..<count))
    }

    private static func isAnswered(_ question: BenchQuestion, by answer: Message) throws -> Bool {
        let bytes = try answer.encoded()
        return question.isAnswered(by: bytes.span)
    }

    private static func isRefused(_ question: BenchQuestion, by answer: Message) throws -> Bool {
        let bytes = try answer.encoded()
        return question.isRefused(by: bytes.span)
    }

    @Test func asksForNamesWithTheirNumbers() throws {
        let all = try Workload.forwarded(.hot, count: 3).questions.map(\.message)
        let rest = try Workload.forwarded(.hot, count: 2, from: 1).questions.map(\.message)

        #expect(all.count == 3)
        #expect(Set(all).count == 3)
        #expect(Array(all[1...]) == rest)
    }

    @Test func takesTheUpstreamsAnswerAndNoOther() throws {
        let workload = try Workload.forwarded(.hot, count: 2)
        let right = try Self.answer(to: workload.questions[0])
        let other = try Self.answer(to: workload.questions[1])
        var (elsewhere, text) = (right, right)
        elsewhere.answers[0] = Record(
            owner: right.answers[0].owner,
            type: .a,
            ttl: 3_600,
            data: other.answers[0].data
        )
        text.answers[0] = Record(
            owner: right.answers[0].owner,
            type: .txt,
            ttl: 3_600,
            data: right.answers[0].data
        )

        #expect(try Self.isAnswered(workload.questions[0], by: right))
        for wrong in [other, elsewhere, text] {
            #expect(try !Self.isAnswered(workload.questions[0], by: wrong))
            #expect(try !Self.isRefused(workload.questions[0], by: wrong))
        }
    }

    @Test("Refusals are told from wrong answers", arguments: [0, 1, 2, 3, 5] as [UInt16])
    func tellsRefusals(code: UInt16) throws {
        let question = try Workload.forwarded(.hot, count: 1).questions[0]
        var answer = try Self.answer(to: question)
        answer.answers = []
        answer.header.flags.rawValue |= code

        #expect(try Self.isRefused(question, by: answer) == (code == 2 || code == 5))
    }

    @Test func mixesListedNamesWithFreshOnes() throws {
        var workload = try Workload.forwarded(.hot, count: 10)
        workload.fresh = try FreshNames()
        var random = Spread(seed: 1)
        let drawn = (0..<10_000).map { _ in workload.draw(&random) }
        let fresh = drawn.filter { $0 >= 10 }

        #expect((800...1_200).contains(drawn.count - fresh.count))
        #expect(Set(fresh).count == fresh.count)
        #expect(workload.question(3).message == workload.questions[3].message)
        let first = workload.fresh?.question(0).message
        #expect(workload.question(10).message == first)
    }

    @Test func drawsFromTheListWhereThereIsNothingElse() throws {
        let workload = try Workload.forwarded(.hot, count: 4)
        var random = Spread(seed: 1)
        let drawn = Set((0..<100).map { _ in workload.draw(&random) })

        #expect(drawn == [0, 1, 2, 3])
    }
}
