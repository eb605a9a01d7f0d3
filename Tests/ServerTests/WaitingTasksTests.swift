// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

@Suite struct WaitingTasksTests {
    /// So many clients' queries in one step, each answered when the clock has moved on.
    private func serve(_ count: Int, _ bench: Bench, at milliseconds: UInt64) throws -> Outputs {
        for _ in 0..<count { _ = try bench.ask("example.") }
        bench.step()
        return bench.step(at: milliseconds)
    }

    private static let sleeping = ScriptedPlugin(resuming: { _, answer, desk in
        let isNew = answer.recordCount == 0 && answer.failure.isEmpty
        answer.failure = "of another query"
        answer.append(.answer, .question, IPAddress(v4: 1), ttl: isNew ? 1 : 2)
        await desk.sleep(until: desk.now.adding(milliseconds: 5))
        return .done
    })

    @Test("A task that goes on with another query knows nothing of the one before")
    func beginsAnew() throws {
        let bench = try Bench([("example.", [Self.sleeping])])
        for round in 1...3 as ClosedRange<UInt64> {
            let outputs = try serve(4, bench, at: round * 10)

            #expect(outputs.late.count == 4)
            for message in try outputs.messages { #expect(message.answers.map(\.ttl) == [1]) }
        }
    }

    @Test func keepsSoManyTasksAndNoMore() throws {
        let count = WaitingTasks.maximumIdleCount + 50
        let bench = try Bench([("example.", [Self.sleeping])])

        #expect(try serve(count, bench, at: 10).late.count == count)
        // Those that ended are made again.
        #expect(try serve(count, bench, at: 20).late.count == count)
    }

    @Test func letsGoOfTheConfigurationWhileItWaits() throws {
        let bench = try Bench([("example.", [Self.sleeping])])
        _ = try serve(2, bench, at: 10)
        try bench.serve([("example.", [.address(2)])])
        bench.step(at: 20)
        bench.published.release()

        #expect(bench.published.retiredCount == 0)
    }

    @Test func endsTheTasksOfADeskThatIsLetGo() throws {
        let noted = Noted<Int>()
        weak var kept: Token?
        do {
            let token = Token()
            kept = token
            let plugin = ScriptedPlugin(resuming: { _, _, _ in
                noted.add(token.value)
                return .done
            })
            let bench = try Bench([("example.", [plugin])])
            _ = try bench.ask("example.")
            bench.step()
        }

        #expect(noted.all == [1])
        #expect(kept == nil)
    }

    /// Something whose end can be seen.
    private final class Token: Sendable {
        let value = 1
    }
}
