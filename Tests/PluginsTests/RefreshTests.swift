// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// Answers that are fetched anew while what was kept is given.
@Suite struct RefreshTests {
    private let surroundings = Surroundings()

    private func make(_ cache: String) throws -> Forward {
        var setup = try surroundings.setup()
        _ = try Cache(parsing: try stanzas(cache), setup: &setup)
        return try Forward(parsing: try stanzas("forward . 192.0.2.1"), setup: &setup)
    }

    private func desk(takesWork: Bool) -> ScriptedDesk {
        ScriptedDesk(takesWork: takesWork) { exchange, _ in
            exchange.reply(.noError, ["192.0.2.9"])
        }
    }

    /// What a client's question comes to at once.
    private func ask(_ plugin: Forward, _ desk: ScriptedDesk) throws -> Outcome {
        PluginsTests.ask(plugin, try query("a.example") { $0.received = desk.now }).outcome
    }

    /// Goes on with a question that has to wait.
    private func goOn(_ plugin: Forward, _ desk: ScriptedDesk) async throws {
        let query = try query("a.example") { $0.received = desk.now }
        let bytes = try message(of: query)
        let deadline = desk.now.adding(milliseconds: 5_000)
        let waiting = WaitingQuery(query: query, message: bytes, deadline: deadline)
        var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))
        _ = await plugin.resume(waiting, into: &answer, desk: desk)
    }

    private func hasCounted(_ count: Int) -> Bool {
        let labels = "{server=\"dns://:53\",zones=\".\",view=\"\"}"
        return surroundings.page.contains("coredns_cache_prefetch_total\(labels) \(count)\n")
    }

    @Test(arguments: [true, false])
    func countsOnlyWhatIsBegun(takesWork: Bool) async throws {
        let plugin = try make("cache {\n  serve_stale 1h immediate\n}")
        let desk = desk(takesWork: takesWork)
        try await goOn(plugin, desk)
        desk.advance(milliseconds: 61_000)
        #expect(try ask(plugin, desk) == .wait)

        try await goOn(plugin, desk)

        #expect(hasCounted(takesWork ? 1 : 0))
        // Where there was no place for it the next client has it tried again.
        #expect(try ask(plugin, desk) == (takesWork ? .done : .wait))
    }

    @Test func countsNothingWhereSomebodyElseIsAtIt() async throws {
        let plugin = try make("cache {\n  serve_stale 1h immediate\n}")
        let desk = desk(takesWork: true)
        try await goOn(plugin, desk)
        desk.advance(milliseconds: 61_000)
        let other = WaitingQuery(query: try query("a.example"), message: [], deadline: desk.now)
        let seat = plugin.flights.join(other, at: desk.now, until: desk.now)
        guard case .first(let flight) = seat else {
            Issue.record("somebody else asks already")
            return
        }

        try await goOn(plugin, desk)

        #expect(hasCounted(0))
        #expect(try ask(plugin, desk) == .done)
        plugin.flights.land(flight, .refused(""))
    }

    @Test func aQuestionThatHasToWaitIsOneQuestion() async throws {
        let plugin = try make("cache {\n  prefetch 3 1h 90%\n  serve_stale 1h immediate\n}")
        let desk = desk(takesWork: true)
        try await goOn(plugin, desk)
        desk.advance(milliseconds: 61_000)
        #expect(try ask(plugin, desk) == .wait)
        try await goOn(plugin, desk)
        await desk.runDetached()
        desk.advance(milliseconds: 10_000)

        // The second and the third without a gap.
        #expect(try ask(plugin, desk) == .done)
        #expect(try ask(plugin, desk) == .wait)
        #expect(hasCounted(1))
    }
}
