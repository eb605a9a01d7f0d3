// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import bench

/// Answers each question at once, except every `lossInterval`-th, which it forgets.
private struct ForgetfulAsker: Asker, ~Copyable {
    static let maximumBatchCount = 64

    let lossInterval: Int
    var isWrong = false
    private var ready: [[UInt8]] = []
    private var askedCount = 0
    private(set) var waitCount = 0

    init(lossInterval: Int, isWrong: Bool = false) {
        self.lossInterval = lossInterval
        self.isWrong = isWrong
    }

    mutating func put(_ message: [UInt8], id: UInt16) {
        askedCount += 1
        guard askedCount % lossInterval != 0 else { return }
        var answer = message
        answer[0] = UInt8(id >> 8)
        answer[1] = UInt8(id & 0xFF)
        answer[2] |= 0x80
        answer[3] = isWrong ? 2 : 3
        ready.append(answer)
    }

    mutating func flush() {}

    mutating func take(waiting milliseconds: Int, _ body: (Span<UInt8>) -> Void) {
        for answer in ready { body(answer.span) }
        ready = []
    }

    mutating func wait(nanoseconds: Int) { waitCount += nanoseconds > 0 ? 1 : 0 }
}

@Suite struct LoadTests {
    /// A name that there is not.
    private static func workload() throws -> Workload {
        Workload(questions: try Workload.mix(1).questions.filter { $0.code == 3 })
    }

    @Test func countsEveryAnswer() throws {
        var workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: .max)
        let result = try Load(window: 64).run(&workload, count: 1_000, over: &way)

        #expect(result.answeredCount == 1_000)
        #expect(result.lostCount == 0)
        #expect(result.wrongCount == 0)
        #expect(result.rate > 0)
    }

    @Test func countsWhatIsLostAndWhatIsWrong() throws {
        var workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: 100, isWrong: true)
        let result = try Load(window: 64).run(&workload, count: 1_000, over: &way)

        #expect(result.answeredCount == 990)
        #expect(result.lostCount == 10)
        #expect(result.wrongCount == 990)
    }

    @Test func asksFewerWhenTimeIsUp() throws {
        var workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: .max)
        var load = Load(window: 64)
        load.maximumNanoseconds = 0
        let result = try load.run(&workload, count: 1_000_000, over: &way)

        #expect((64..<1_000_000).contains(result.answeredCount))
        #expect(result.lostCount == 0)
    }

    @Test func learnsTheSizeOfEachAnswer() throws {
        var workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: .max)
        let load = Load(window: 2, order: .learning)
        _ = try load.run(&workload, count: workload.questions.count, over: &way)

        #expect(workload.questions.allSatisfy { $0.answerByteCount == $0.message.count })
    }

    @Test func measuresEachAnswerAtAFixedRate() throws {
        let workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: 100)
        var calls = 0
        let run = LatencyRun(rate: 100_000)
        let result = try run.run(workload, count: 1_000, over: &way) { _ in
            calls += 1
            return true
        }

        #expect(result.answeredCount == 990)
        #expect(result.lostCount == 10)
        #expect(result.wrongCount == 0)
        #expect(result.latencies.count == 990)
        #expect(result.latencies == result.latencies.sorted())
        #expect(calls > 0)
    }

    @Test func endsAFixedRateWhenItIsToldAndSleepsMeanwhile() throws {
        let workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: .max)
        var calls = 0
        var run = LatencyRun(rate: 100_000)
        run.waits = true
        let result = try run.run(workload, count: 1_000_000, over: &way) { _ in
            calls += 1
            return calls < 100
        }

        #expect((1..<1_000_000).contains(result.answeredCount))
        #expect(result.lostCount == 0)
        let waitCount = way.waitCount
        #expect(waitCount > 0)
    }

    /// Notes what it is asked, and answers nothing.
    private struct NotingAsker: Asker, ~Copyable {
        static let maximumBatchCount = 64

        private(set) var asked: [[UInt8]] = []

        mutating func put(_ message: [UInt8], id: UInt16) { asked.append(message) }
        mutating func flush() {}
        mutating func take(waiting milliseconds: Int, _ body: (Span<UInt8>) -> Void) {}
        mutating func wait(nanoseconds: Int) {}
    }

    @Test func asksTheSameWithTheSameSeedOnly() throws {
        let workload = try Workload.forwarded(.hot, count: 1_000)
        let orders = try ([1, 1, 2] as [UInt64]).map { seed in
            var way = NotingAsker()
            var run = LatencyRun(rate: 100_000)
            run.seed = seed
            run.patienceMilliseconds = 0
            _ = try run.run(workload, count: 50, over: &way)
            return way.asked
        }

        #expect(orders[0].count == 50)
        #expect(orders[0] == orders[1])
        #expect(orders[0] != orders[2])
    }

    @Test func givesUpWhatIsOldInTheOrderOfLeaving() {
        var onTheWay = OnTheWay()
        let ids = (1...5).map { onTheWay.add(0, at: UInt64($0) * 10) }
        var answer = [UInt8](repeating: 0, count: Header.byteCount)
        answer[1] = UInt8(ids[1])
        _ = onTheWay.remove(answer.span)
        var times: [UInt64] = []
        onTheWay.removeAll(before: 40) { times.append($0) }

        #expect(times == [10, 30])
        #expect(onTheWay.count == 2)
        onTheWay.removeAll(before: .max) { times.append($0) }
        #expect(times == [10, 30, 40, 50])
        #expect(onTheWay.count == 0)
        _ = onTheWay.add(0, at: 60)
        onTheWay.removeAll(before: 61) { times.append($0) }
        #expect(times.last == 60)
        #expect(onTheWay.count == 0)
    }

    @Test func givesUpOldOnesHoweverOftenIdsComeAgain() {
        var onTheWay = OnTheWay()
        var lostCount = 0
        for time in 1...200_000 as ClosedRange<UInt64> {
            _ = onTheWay.add(0, at: time)
            onTheWay.removeAll(before: time < 100 ? 0 : time - 100) { _ in lostCount += 1 }
        }

        #expect(onTheWay.count == 101)
        #expect(lostCount == 200_000 - 101)
    }

    @Test func tellsRefusalsAndWhenThingsWentWrong() throws {
        let workload = try Self.workload()
        var way = ForgetfulAsker(lossInterval: .max, isWrong: true)
        let wrong = try LatencyRun(rate: 100_000).run(workload, count: 100, over: &way)

        #expect(wrong.wrongCount == 100)
        #expect(wrong.refusedCount == 100)
        #expect(wrong.latencies.isEmpty)
        #expect(wrong.firstRight == nil)
        #expect(wrong.lastFailure != nil)
        var good = ForgetfulAsker(lossInterval: .max)
        let right = try LatencyRun(rate: 100_000).run(workload, count: 100, over: &good)
        #expect(right.refusedCount == 0)
        #expect(right.firstRight != nil)
        #expect(right.lastFailure == nil)
    }

    @Test func knowsWhatIsOnTheWay() {
        var onTheWay = OnTheWay()
        let ids = (0..<65_536).map { onTheWay.add($0, at: UInt64($0)) }

        #expect(Set(ids).count == 65_536)
        var answer = [UInt8](repeating: 0, count: Header.byteCount)
        answer[0] = UInt8(ids[7] >> 8)
        answer[1] = UInt8(ids[7] & 0xFF)
        let found = onTheWay.remove(answer.span)
        #expect(found?.question == 7)
        #expect(found?.time == 7)
        let again = onTheWay.remove(answer.span)
        #expect(again == nil)
        answer.removeLast()
        let cut = onTheWay.remove(answer.span)
        #expect(cut == nil)
        let rest = onTheWay.removeAll()
        #expect(rest == 65_535)
        #expect(onTheWay.count == 0)
    }
}
