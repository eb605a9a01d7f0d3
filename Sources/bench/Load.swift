// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// What came of the questions of a load.
struct LoadResult {
    var answeredCount = 0
    var lostCount = 0
    /// Answers that were not what the workload expects.
    var wrongCount = 0
    /// Those of them that say that the server could not or would not answer.
    var refusedCount = 0
    /// When the first right answer came, and when the last question was due that had none; measured
    /// at a fixed rate only.
    var firstRight: UInt64?
    var lastFailure: UInt64?
    var elapsedNanoseconds: UInt64 = 0
    /// How long each answer took that was no refusal, where that was measured, in nanoseconds.
    var latencies: [UInt64] = []

    /// Answers a second.
    var rate: Double {
        elapsedNanoseconds == 0
            ? 0 : Double(answeredCount) * 1e9 / Double(elapsedNanoseconds)
    }
}

/// The questions that are on their way, by id.
struct OnTheWay {
    /// What is on its way under each id; -1 for nothing.
    private var questions = [Int](repeating: -1, count: 65_536)
    /// When each left, or was to leave, in nanoseconds.
    private var times = [UInt64](repeating: 0, count: 65_536)
    private var nextID: UInt16 = 0
    /// No question before this one is left that is older.
    private var oldestID: UInt16 = 1
    private(set) var count = 0

    /// Notes a question and gives it an id.
    mutating func add(_ question: Int, at time: UInt64) -> UInt16 {
        precondition(count < questions.count, "there is an id for each question")
        repeat { nextID &+= 1 } while questions[Int(nextID)] >= 0
        questions[Int(nextID)] = question
        times[Int(nextID)] = time
        count += 1
        return nextID
    }

    /// Takes the question that `answer` has the id of; nil when nothing is on its way under it.
    mutating func remove(_ answer: Span<UInt8>) -> (question: Int, time: UInt64)? {
        guard answer.count >= Header.byteCount else { return nil }
        let id = Int(answer.uint16(at: 0))
        guard questions[id] >= 0 else { return nil }
        defer { questions[id] = -1 }
        count -= 1
        return (questions[id], times[id])
    }

    /// Gives up what left before `time`, in the order of leaving; `body` is told when that was.
    mutating func removeAll(before time: UInt64, _ body: (UInt64) -> Void) {
        while count > 0 {
            let place = Int(oldestID)
            if questions[place] >= 0 {
                guard times[place] < time else { return }
                questions[place] = -1
                count -= 1
                body(times[place])
            }
            if oldestID == nextID { return }
            oldestID &+= 1
        }
    }

    /// Gives up everything, and tells how much that was.
    mutating func removeAll() -> Int {
        defer { count = 0 }
        for id in questions.indices { questions[id] = -1 }
        return count
    }
}

/// A closed loop: a window of queries is kept on its way, each answer makes room for one.
struct Load {
    /// How long an answer may take before it counts as lost, in milliseconds.
    static let patienceMilliseconds = 2_000

    /// In which order the questions of a workload are asked.
    enum Order {
        /// Each drawn anew, the same in every run.
        case drawn
        /// One after the other; the answers' sizes are noted in the workload.
        case learning
    }

    let window: Int
    var order = Order.drawn
    /// Whether the server is the echo, which answers otherwise.
    var isEcho = false
    /// After so long no more questions begin, in nanoseconds.
    var maximumNanoseconds = UInt64.max

    /// Asks `count` questions of the workload, or fewer when time is up.
    func run<Way: Asker & ~Copyable>(
        _ workload: inout Workload,
        count: Int,
        over way: inout Way
    ) throws(SystemError) -> LoadResult {
        var result = LoadResult()
        var random = Spread(seed: 1)
        var onTheWay = OnTheWay()
        var (count, begun) = (count, 0)
        let start = Clock.monotonicNanoseconds()
        var lastAnswer = start
        while begun < count || onTheWay.count > 0 {
            var batched = 0
            while begun < count, onTheWay.count < window, batched < Way.maximumBatchCount {
                let question =
                    order == .learning
                    ? begun % workload.questions.count : workload.draw(&random)
                let id = onTheWay.add(question, at: 0)
                try way.put(workload.question(question).message, id: id)
                batched += 1
                begun += 1
            }
            try way.flush()
            var answers = 0
            try way.take(waiting: Self.patienceMilliseconds) { answer in
                guard let (question, _) = onTheWay.remove(answer) else { return }
                answers += 1
                note(answer, to: question, in: &workload, &result)
            }
            // Something else than an answer can end the waiting: a part of one, a connection.
            let now = Clock.monotonicNanoseconds()
            if now - start > maximumNanoseconds { count = begun }
            if answers > 0 {
                lastAnswer = now
            } else if now - lastAnswer >= UInt64(Self.patienceMilliseconds) * 1_000_000 {
                result.lostCount += onTheWay.removeAll()
                lastAnswer = now
            }
        }
        result.elapsedNanoseconds = Clock.monotonicNanoseconds() - start
        return result
    }

    /// Counts one answer.
    private func note(
        _ answer: Span<UInt8>,
        to question: Int,
        in workload: inout Workload,
        _ result: inout LoadResult
    ) {
        result.answeredCount += 1
        let asked = workload.question(question)
        let isRight = isEcho ? asked.isEchoed(by: answer) : asked.isAnswered(by: answer)
        if !isRight {
            result.wrongCount += 1
            if asked.isRefused(by: answer) { result.refusedCount += 1 }
        }
        if order == .learning { workload.questions[question].answerByteCount = answer.count }
    }
}

/// A small generator of evenly spread numbers, so that each run asks the same.
struct Spread {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number from 0 to `limit` - 1.
    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
