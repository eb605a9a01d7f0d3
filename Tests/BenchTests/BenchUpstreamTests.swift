// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import bench

@Suite struct BenchUpstreamTests {
    /// What comes of so many questions within half a second.
    private static func ask(
        _ upstream: BenchUpstream,
        _ workload: Workload,
        count: Int
    ) throws -> LoadResult {
        var way = try DatagramAsker(to: upstream.endpoint)
        var run = LatencyRun(rate: 100_000)
        run.waits = true
        run.patienceMilliseconds = 500
        return try run.run(workload, count: count, over: &way)
    }

    @Test func answersAndCounts() throws {
        let upstream = try BenchUpstream()
        let hot = try Self.ask(upstream, Workload.forwarded(.hot, count: 10), count: 100)
        var fresh = Workload(questions: [])
        fresh.fresh = try FreshNames()
        let other = try Self.ask(upstream, fresh, count: 50)

        #expect(hot.answeredCount == 100)
        #expect(hot.wrongCount == 0)
        #expect(other.answeredCount == 50)
        #expect(other.wrongCount == 0)
        #expect(upstream.askedCount == 150)
        #expect(upstream.hotCount == 100)
    }

    @Test func countsWhenItIsSilent() throws {
        let upstream = try BenchUpstream()
        upstream.isSilent = true
        let result = try Self.ask(upstream, Workload.forwarded(.hot, count: 1), count: 3)

        #expect(result.answeredCount == 0)
        #expect(result.lostCount == 3)
        #expect(result.lastFailure != nil)
        #expect(upstream.askedCount == 3)
    }

    @Test func forgetsWhatIsBeyondItsCapacity() throws {
        let upstream = try BenchUpstream()
        upstream.maximumRate = 1
        let result = try Self.ask(upstream, Workload.forwarded(.hot, count: 1), count: 100)

        #expect(result.answeredCount < 100)
        #expect(result.answeredCount + result.lostCount == 100)
        #expect(upstream.askedCount == 100)
    }
}
