// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// An open loop: questions leave at a fixed rate, whatever becomes of those before them.
///
/// It does not sleep unless told, so that no wake-up of its own is measured. A question's time begins
/// when it was due, not when it left: a server that stands still for a while is charged for all that
/// it delays.
struct LatencyRun {
    /// The most questions that are on their way at a time; beyond it, a question is lost.
    private static let maximumOnTheWay = 32_768

    private static let maximumReservedCount = 1 << 20
    /// The longest sleep when nothing is due, in nanoseconds.
    private static let maximumPauseNanoseconds: UInt64 = 1_000_000

    /// Questions a second.
    let rate: Int
    /// Whether the server is the echo, which answers otherwise.
    var isEcho = false
    /// Whether it sleeps while there is nothing to do: others need its processor.
    var waits = false
    /// What the order of questions follows from: two runs with one seed ask the same.
    var seed: UInt64 = 2
    /// How long an answer may take before it counts as lost, in milliseconds.
    var patienceMilliseconds = Load.patienceMilliseconds

    /// Asks `count` questions, fewer when `goesOn`, which must not take long, tells to end.
    func run<Way: Asker & ~Copyable>(
        _ workload: borrowing Workload,
        count: Int,
        over way: inout Way,
        goesOn: (UInt64) throws -> Bool = { _ in true }
    ) throws -> LoadResult {
        var result = LoadResult()
        result.latencies.reserveCapacity(min(count, Self.maximumReservedCount))
        var count = count
        var random = Spread(seed: seed)
        var onTheWay = OnTheWay()
        var begun = 0
        let interval = 1_000_000_000 / UInt64(rate)
        let patience = UInt64(patienceMilliseconds) * 1_000_000
        let start = Clock.monotonicNanoseconds()
        var now = start
        /// When a question left or an answer came last.
        var lastEvent = start
        while begun < count || (onTheWay.count > 0 && now < lastEvent + patience) {
            onTheWay.removeAll(before: now > patience ? now - patience : 0) { due in
                result.lostCount += 1
                result.lastFailure = max(result.lastFailure ?? 0, due)
            }
            var batched = 0
            while begun < count, batched < Way.maximumBatchCount {
                let due = start + UInt64(begun) * interval
                guard due <= now else { break }
                begun += 1
                batched += 1
                guard onTheWay.count < Self.maximumOnTheWay else {
                    result.lostCount += 1
                    continue
                }
                let question = workload.draw(&random)
                let id = onTheWay.add(question, at: due)
                try way.put(workload.question(question).message, id: id)
                lastEvent = now
            }
            try way.flush()
            try way.take(waiting: 0) { answer in
                guard let (question, due) = onTheWay.remove(answer) else { return }
                lastEvent = now
                note(answer, to: workload.question(question), due, &result)
            }
            now = Clock.monotonicNanoseconds()
            if try !goesOn(now) { count = begun }
            if waits {
                let due = begun < count ? start + UInt64(begun) * interval : .max
                try way.wait(nanoseconds: Self.pause(now, until: due))
                now = Clock.monotonicNanoseconds()
            }
        }
        onTheWay.removeAll(before: .max) { due in
            result.lostCount += 1
            result.lastFailure = max(result.lastFailure ?? 0, due)
        }
        result.elapsedNanoseconds = now - start
        result.latencies.sort()
        return result
    }

    /// Counts one answer to what was due at `due`.
    private func note(
        _ answer: Span<UInt8>,
        to asked: BenchQuestion,
        _ due: UInt64,
        _ result: inout LoadResult
    ) {
        let now = Clock.monotonicNanoseconds()
        let isRight = isEcho ? asked.isEchoed(by: answer) : asked.isAnswered(by: answer)
        result.answeredCount += 1
        if isRight {
            if result.firstRight == nil { result.firstRight = now }
        } else {
            result.wrongCount += 1
            result.lastFailure = max(result.lastFailure ?? 0, due)
            if asked.isRefused(by: answer) {
                result.refusedCount += 1
                return
            }
        }
        result.latencies.append(now - due)
    }

    /// How long to sleep when the next question is due at `due`, in nanoseconds; never long, as what
    /// is lost is looked for in between.
    static func pause(_ now: UInt64, until due: UInt64) -> Int {
        due > now ? Int(min(due - now, maximumPauseNanoseconds)) : 0
    }
}
