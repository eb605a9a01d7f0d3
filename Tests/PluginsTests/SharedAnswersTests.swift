// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// What workers share, used by several threads at once: the thread sanitizer looks on, and what
/// comes out must belong to what was asked.
@Suite struct SharedAnswersTests {
    private static let workerCount = 4
    private static let stepCount = 2_000
    /// Names that all of them ask for; more than a small cache holds.
    private static let nameCount = 12_000

    /// Lets all workers do something, and sums up what they tell.
    private func sum(_ work: @escaping @Sendable (Int) throws -> Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<Self.workerCount { group.addTask { try work(worker) } }
            return try await group.reduce(0, +)
        }
    }

    @Test func aCacheGivesEachNameItsOwnAnswer() async throws {
        let settings = try AnswerCacheTests.settings("cache {\n  capacity 1MB\n  prefetch 1\n}")
        let cache = AnswerCache(settings, secret: 42)
        let registry = Registry()

        let foundCount = try await sum { worker in
            var random = SplitMix(seed: UInt64(worker))
            let cells = registry.cells(forWorker: worker)
            var foundCount = 0
            for step in 0..<Self.stepCount {
                // Few names are asked for often.
                let isHot = random.number(below: 2) == 0
                let number = random.number(below: isHot ? 20 : Self.nameCount)
                let query = try query("n\(number).example")
                let key = cache.key(query)
                let now = AnswerCacheTests.moment(UInt64(step / 100))
                switch random.number(below: 16) {
                case 0: cache.sweep(settings, at: now)
                case 1: cache.postpone(key, query, until: now.adding(milliseconds: 1_000))
                case 2: _ = cache.usedByteCount + cache.entryCount(ofQueue: CacheKind.success.queue)
                case 3..<9:
                    cache.store(
                        key,
                        query,
                        try AnswerCacheTests.reply("n\(number).example", [UInt32(number)]),
                        as: CacheSentence(kind: .success, lifetime: 5),
                        settings,
                        at: now
                    )
                default:
                    var answer = Answer(counting: cells)
                    guard cache.find(key, query, settings, at: now, into: &answer) != nil else {
                        continue
                    }
                    foundCount += 1
                    let data = Answered(.done, query, answer).answers.map {
                        $0.split(separator: " ")
                    }
                    let address = IPAddress(v4: UInt32(number)).description
                    #expect(data.map { "\($0[0]) \($0[3])" } == ["n\(number).example. \(address)"])
                }
            }
            return foundCount
        }

        #expect(foundCount > Self.stepCount / 10)
        #expect(cache.usedByteCount <= 1 << 20)
    }

    @Test func everyFlightLandsOnce() async throws {
        let flights = Flights(secret: 7)

        let firstCount = try await sum { worker in
            var random = SplitMix(seed: UInt64(worker))
            var firstCount = 0
            for _ in 0..<Self.stepCount {
                let number = random.number(below: 3)
                let end = Moment(nanoseconds: .max)
                let query = try query("n\(number).example")
                let waiting = WaitingQuery(query: query, message: [], deadline: end)
                switch flights.join(waiting, at: Moment(nanoseconds: 0), until: end) {
                case .first(let flight):
                    firstCount += 1
                    flights.land(flight, .refused("\(number)"))
                case .later(let flight):
                    // It lands before or after; whoever is too late for the bell finds the result.
                    guard !flight.add(Bell()) else { continue }
                    guard case .refused("\(number)") = flight.result else {
                        Issue.record("another question's result")
                        continue
                    }
                }
            }
            return firstCount
        }

        #expect(firstCount > 0 && firstCount <= Self.workerCount * Self.stepCount)
        #expect(flights.count == 0)
    }
}
