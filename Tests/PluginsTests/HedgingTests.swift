// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// A second upstream is asked when the first one is slow, where the Corefile wants it.
@Suite struct HedgingTests {
    private let surroundings = Surroundings()
    private static let text = "forward . 192.0.2.1 192.0.2.2 {\n  policy sequential\n  hedge\n}"

    @discardableResult
    private func resume(_ plugin: Forward, _ desk: ScriptedDesk) async throws -> Resumed {
        try await PluginsTests.resume(
            plugin,
            try query("a.example"),
            desk,
            cells: surroundings.metrics.cells(forWorker: 0)
        )
    }

    /// Replies take 10 ms, those with the numbers in `slow` 300 ms.
    private func desk(_ slow: @escaping @Sendable (Int) -> Bool) -> ScriptedDesk {
        ScriptedDesk { exchange, count in
            exchange.reply(afterMilliseconds: slow(count) ? 300 : 10)
        }
    }

    @Test func asksASecondUpstreamOnceTheFirstIsSlow() async throws {
        let (plugin, _) = try surroundings.make(Forward.self, Self.text)
        let isSlow = Flag()
        let desk = ScriptedDesk { exchange, count in
            let isHeldUp = isSlow.value && exchange.upstream.address.byte(at: 3) == 1
            return exchange.reply(afterMilliseconds: isHeldUp ? 300 : 5 + UInt64(count % 6))
        }
        for _ in 0..<500 { try await resume(plugin, desk) }
        isSlow.set()
        let (start, before) = (desk.now, desk.calls.count)

        let found = try await resume(plugin, desk)

        #expect(found.code == .noError)
        #expect(Array(desk.calls[before...]) == ["udp 192.0.2.1", "udp 192.0.2.2"])
        let waited = desk.now.nanoseconds(since: start)
        #expect((13_000_000...22_000_000).contains(waited))
        #expect(!surroundings.page.contains("coredns_forward_hedges_total 0\n"))
        // The slow one is no worse for it, and what it took is learnt.
        #expect(surroundings.page.contains("upstream_state{to=\"192.0.2.1:53\"} 0\n"))
        desk.advance(milliseconds: 400)
        #expect(desk.openCount == 0)
    }

    @Test func hedgesOneQueryInTenAtMost() async throws {
        let (plugin, _) = try surroundings.make(Forward.self, Self.text)
        let desk = desk { $0 > 500 }
        for _ in 0..<1_000 { try await resume(plugin, desk) }

        let hedges = desk.calls.count - 1_000
        #expect((1...60).contains(hedges))
    }

    @Test func asksNoSecondWithoutHedge() async throws {
        let text = "forward . 192.0.2.1 192.0.2.2 {\n  policy sequential\n}"
        let (plugin, _) = try surroundings.make(Forward.self, text)
        let desk = desk { $0 == 20 }
        for _ in 0..<20 { try await resume(plugin, desk) }
        let start = desk.now

        try await resume(plugin, desk)

        // Its time is over after 50 ms; that is a failure, and the other is asked.
        #expect(desk.now == start.adding(milliseconds: 60))
    }

    @Test func asksNobodyASecondTime() async throws {
        let (plugin, _) = try surroundings.make(Forward.self, "forward . 192.0.2.1 {\n  hedge\n}")
        let desk = desk { $0 % 20 == 0 }
        for _ in 0..<200 { try await resume(plugin, desk) }

        // Only once the time of a question is over, 50 ms or more.
        #expect(
            zip(desk.began, desk.began.dropFirst()).allSatisfy { $1 - $0 == 10 || $1 - $0 >= 50 }
        )
    }

    @Test func comesToRestWhereOneOfTwentyTakesLonger() {
        var latency = SlowLatency()
        var random = SplitMix(seed: 3)
        for _ in 0..<20_000 {
            latency = latency.adding(nanoseconds: UInt64(random.number(below: 1_000_000)))
        }

        #expect((900_000...990_000).contains(latency.nanoseconds))
    }

    @Test(arguments: [0, 1, UInt64.max])
    func followsWhateverItIsTold(sample: UInt64) {
        var latency = SlowLatency()
        for _ in 0..<10_000 { latency = latency.adding(nanoseconds: sample) }

        #expect((1...11_000_000_000).contains(latency.nanoseconds))
    }
}
