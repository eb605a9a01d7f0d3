// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

/// What is forwarded without a task, and what is not.
@Suite struct ForwardCourseTests {
    private let surroundings = Surroundings()

    private func make(_ text: String, cache: String? = nil) throws -> Forward {
        var setup = try surroundings.setup()
        if let cache { _ = try Cache(parsing: try stanzas(cache), setup: &setup) }
        return try Forward(parsing: try stanzas(text), setup: &setup)
    }

    /// A query on its way: what was begun for it, and its answer as far as there is one.
    private struct Asked: ~Copyable {
        let begun: Beginning?
        var answer: Answer
    }

    /// Has a plugin asked, and begin what the query waits for.
    private func ask(
        _ plugin: Forward,
        _ desk: ScriptedDesk,
        _ change: (inout Query) -> Void = { _ in }
    ) throws -> Asked {
        let query = try query("a.example", .a, change)
        let bytes = try message(of: query)
        var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))
        let outcome = plugin.answer(query, into: &answer)
        #expect(outcome == .wait)
        let deadline = desk.now.adding(milliseconds: 5_000)
        let waiting = WaitingQuery(query: query, message: bytes, deadline: deadline)
        let begun = plugin.begin(waiting, finding: answer, desk: desk)
        return Asked(begun: begun, answer: answer)
    }

    /// Whether the first news is the end.
    private func isEnd(_ asked: inout Asked, _ desk: ScriptedDesk) async -> Bool {
        guard let begun = asked.begun else { return false }
        let news = await desk.news(of: begun.contest, until: begun.until)
        return begun.course.end(with: news, into: &asked.answer, desk: desk)
    }

    @Test func endsWithTheFirstReplyAndKeepsIt() async throws {
        let plugin = try make("forward . 192.0.2.1", cache: "cache")
        let desk = ScriptedDesk { exchange, _ in exchange.reply(.noError, ["192.0.2.9"]) }
        var asked = try ask(plugin, desk)
        #expect(desk.asked.count == 1)

        let isEnd = await isEnd(&asked, desk)

        let isRelayed = asked.answer.isRelayed
        #expect(isEnd && isRelayed)
        #expect(desk.openCount == 0)
        let kept = PluginsTests.ask(plugin, try query("A.example"))
        #expect(kept.answers == ["A.example. 60 A 192.0.2.9"])
    }

    @Test func goesOnWithTheNextUpstream() async throws {
        let plugin = try make("forward . 192.0.2.1 192.0.2.2 {\n  policy sequential\n}")
        let desk = ScriptedDesk { exchange, count in
            count == 0 ? exchange.reply(.serverFailure) : exchange.reply(.noError, ["192.0.2.9"])
        }
        var asked = try ask(plugin, desk)
        let isEnd = await isEnd(&asked, desk)
        let isRelayed = asked.answer.isRelayed
        #expect(!isEnd && !isRelayed)

        let course = asked.begun?.course
        let outcome = await course?.goOn(into: &asked.answer, desk: desk)

        let code = asked.answer.code
        #expect(outcome == .done && code == .noError)
        #expect(desk.calls == ["udp 192.0.2.1", "udp 192.0.2.2"])
    }

    @Test func leavesToATaskWhatIsAskedForAlready() async throws {
        let plugin = try make("forward . 192.0.2.1")
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }
        var first = try ask(plugin, desk)

        let second = try ask(plugin, desk).begun
        let isEnd = await isEnd(&first, desk)
        let third = try ask(plugin, desk).begun

        #expect(second == nil && isEnd)
        #expect(third != nil && desk.asked.count == 2)
    }

    @Test func isOneOfThoseThatMayBeForwardedAtATime() async throws {
        let plugin = try make("forward . 192.0.2.1 {\n  max_concurrent 1\n}")
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }
        for _ in 0..<2 {
            var first = try ask(plugin, desk)
            let other = try ask(plugin, desk) { $0.type = .aaaa }.begun
            #expect(other == nil)
            let isEnd = await isEnd(&first, desk)
            #expect(isEnd)
        }
    }

    @Test func leavesToATaskWhatIsSpecial() throws {
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }
        let several = try make("forward a.example 192.0.2.1\nforward . 192.0.2.2")
        let byName = try make("forward . dns.example {\n  resolver 192.0.2.3\n}")
        for plugin in [several, byName] {
            let begun = try ask(plugin, desk).begun
            #expect(begun == nil)
        }
        let special = try ask(try make("forward . 192.0.2.1"), desk) { query in
            var options = ClientOptions(udpByteCount: 1_232)
            options.asksSpecially = true
            query.options = options
        }.begun

        #expect(special == nil)
        #expect(desk.asked.isEmpty)
    }

    @Test func leavesToATaskWhatIsKeptAndDue() async throws {
        let plugin = try make("forward . 192.0.2.1", cache: "cache {\n  serve_stale 1h\n}")
        let desk = ScriptedDesk { exchange, _ in exchange.reply(.noError, ["192.0.2.9"]) }
        var first = try ask(plugin, desk)
        _ = await isEnd(&first, desk)
        desk.advance(milliseconds: 61_000)

        let second = try ask(plugin, desk) { $0.received = desk.now }

        let (isBegun, isRelayed) = (second.begun != nil, second.answer.isRelayed)
        #expect(!isBegun && isRelayed)
        #expect(desk.asked.count == 1)
    }
}
