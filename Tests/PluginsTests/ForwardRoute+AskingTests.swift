// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct ForwardRouteAskingTests {
    private let surroundings = Surroundings()

    private func make(_ text: String) throws -> Forward {
        try surroundings.make(Forward.self, text).0
    }

    private func resume(_ plugin: Forward, _ desk: ScriptedDesk) async throws -> Resumed {
        try await PluginsTests.resume(
            plugin,
            try query("a.example"),
            desk,
            cells: surroundings.metrics.cells(forWorker: 0)
        )
    }

    private let three = "forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n  policy sequential\n  "

    @Test func asksTheNextUpstreamWhenOneFails() async throws {
        let desk = ScriptedDesk { exchange, number in
            switch number {
            case 0: .timeout
            case 1: .failure("connection refused")
            default: exchange.reply(.noError, ["192.0.2.9"])
            }
        }

        let found = try await resume(try make(three + "}"), desk)

        #expect(desk.calls == ["udp 192.0.2.1", "udp 192.0.2.2", "udp 192.0.2.3"])
        #expect(found.code == .noError)
        #expect(found.failure.isEmpty)
        #expect(found.extendedError == nil)
    }

    @Test(
        arguments: [
            (ScriptedDesk.Act.timeout, "read udp 192.0.2.1:53: i/o timeout", 22),
            (.failure("no route to host"), "read udp 192.0.2.1:53: no route to host", 23),
            (.bytes([1, 2, 3]), "read udp 192.0.2.1:53: byte 3: the message ends too early", 24),
        ] as [(ScriptedDesk.Act, String, UInt16)]
    )
    func saysWhyNobodyAnswered(act: ScriptedDesk.Act, text: String, reason: UInt16) async throws {
        let found = try await resume(try make("forward . 192.0.2.1"), ScriptedDesk { _, _ in act })

        #expect(found.code == .serverFailure)
        #expect(found.failure == text)
        #expect(found.extendedError?.code.rawValue == reason)
        #expect(found.answered.outcome == .done)
    }

    @Test func endsWhenTheTimeOfTheQueryIsOver() async throws {
        let desk = ScriptedDesk { _, _ in .timeout }

        let found = try await resume(
            try make("forward . 192.0.2.1 {\n  max_connect_attempts 0\n}"),
            desk
        )

        // 0.4 s, 0.8 s, then every second, until 5 s are over.
        #expect(desk.began == [1_000, 1_400, 2_200, 3_200, 4_200, 5_200])
        #expect(desk.now == Moment(nanoseconds: 6_000_000_000))
        #expect(found.code == .serverFailure)
    }

    @Test(arguments: [
        ("", 6), ("max_connect_attempts 1", 1), ("max_connect_attempts 4", 4),
        ("max_connect_attempts 0", 64),
    ])
    func makesNoMoreAttemptsThanItMay(option: String, count: Int) async throws {
        let desk = ScriptedDesk { _, _ in .failure("refused") }

        _ = try await resume(try make(three + option + "\n  max_fails 0\n}"), desk)

        #expect(desk.calls.count == count)
    }

    @Test func waitsAsLongAsTheCorefileSays() async throws {
        let desk = ScriptedDesk { _, _ in .timeout }

        _ = try await resume(try make("forward . 192.0.2.1 {\n  read_timeout 300ms\n}"), desk)

        #expect(desk.began == [1_000, 1_300, 1_600])
        #expect(desk.now == Moment(nanoseconds: 1_900_000_000))
    }

    @Test(arguments: [
        ("", ResponseCode.serverFailure, 3), ("", .refused, 3), ("", .notImplemented, 3),
        ("", .formatError, 3), ("", .nameError, 1), ("", .noError, 1),
        ("failover NXDOMAIN", .nameError, 3), ("failover NXDOMAIN", .serverFailure, 1),
        ("failover none", .serverFailure, 1),
    ])
    func failsOverOnTheCodesItIsTold(option: String, code: ResponseCode, calls: Int) async throws {
        let desk = ScriptedDesk { exchange, _ in exchange.reply(code) }

        let found = try await resume(try make(three + option + "\n}"), desk)

        // Each is asked once at most, and what the last one said is relayed.
        #expect(desk.calls.count == calls)
        #expect(Set(desk.calls).count == calls)
        #expect(found.code == code)
        #expect(found.failure.isEmpty)
    }

    @Test func relaysTheFirstReplyThatIsWelcome() async throws {
        let codes: [ResponseCode] = [.serverFailure, .refused, .nameError]
        let desk = ScriptedDesk { exchange, number in exchange.reply(codes[number]) }

        let found = try await resume(try make(three + "}"), desk)

        #expect(found.code == .nameError)
        #expect(
            surroundings.page.contains(
                "coredns_forward_upstream_errors_total{to=\"192.0.2.2:53\",class=\"rcode\"} 1\n"
            )
        )
    }

    @Test func relaysTheLastReplyWhenEachFailsOver() async throws {
        let desk = ScriptedDesk { exchange, number in
            exchange.reply(number == 2 ? .refused : .serverFailure)
        }

        let found = try await resume(try make(three + "}"), desk)

        #expect(found.code == .refused)
        #expect(found.failure.isEmpty)
        #expect(desk.calls.count == 3)
    }

    @Test func takesTurnsRoundRobin() async throws {
        let plugin = try make(
            "forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n  policy round_robin\n}"
        )
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }

        for _ in 0..<4 { _ = try await resume(plugin, desk) }

        #expect(
            desk.calls == ["udp 192.0.2.1", "udp 192.0.2.2", "udp 192.0.2.3", "udp 192.0.2.1"]
        )
    }

    @Test func spreadsByChance() async throws {
        let plugin = try make("forward . 192.0.2.1 192.0.2.2 192.0.2.3")
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }

        for _ in 0..<300 { _ = try await resume(plugin, desk) }

        let counts = Dictionary(grouping: desk.calls) { $0 }.mapValues(\.count)
        #expect(counts.count == 3)
        #expect(counts.values.allSatisfy { (60...140).contains($0) })
    }

    @Test(arguments: [("", 1), ("failfast_all_unhealthy_upstreams", 0)])
    func asksAnyWhenAllAreDownUnlessItFailsFast(option: String, calls: Int) async throws {
        let plugin = try make(
            "forward . 192.0.2.1 {\n  max_fails 1\n  health_check 1s\n  "
                + "max_connect_attempts 1\n  \(option)\n}"
        )
        let desk = ScriptedDesk { _, _ in .failure("refused") }
        for _ in 0..<2 {
            _ = try await resume(plugin, desk)
            desk.advance(milliseconds: 1_000)
        }
        _ = try await resume(plugin, desk)
        let before = desk.calls.count

        let found = try await resume(plugin, desk)

        #expect(desk.calls.count - before == calls)
        #expect(found.code == .serverFailure)
        #expect(
            found.failure == (calls == 0 ? "no healthy proxies" : "read udp 192.0.2.1:53: refused")
        )
        let broken = surroundings.page.contains("coredns_forward_healthcheck_broken_total 2\n")
        #expect(broken == (calls == 1))
    }

    @Test func keepsHealthOverAReload() async throws {
        var surroundings = surroundings
        let text =
            "forward . 192.0.2.1 {\n  max_fails 1\n  health_check 10s\n  "
            + "failfast_all_unhealthy_upstreams\n}"
        let (plugin, setup) = try surroundings.make(Forward.self, text)
        let desk = ScriptedDesk { _, _ in .failure("refused") }
        _ = try await resume(plugin, desk)
        desk.advance(milliseconds: 10_000)
        _ = try await resume(plugin, desk)
        let before = desk.calls.count
        surroundings.previous = setup.kept

        let (again, _) = try surroundings.make(Forward.self, text)
        let found = try await resume(again, desk)

        #expect(found.failure == "no healthy proxies")
        #expect(desk.calls.count == before)
    }

    @Test func countsRepliesByCodeAndUpstream() async throws {
        let desk = ScriptedDesk { exchange, _ in exchange.reply(.nameError) }

        _ = try await resume(try make("forward . 192.0.2.1"), desk)

        let labels = "proxy_name=\"forward\",to=\"192.0.2.1:53\",rcode=\"NXDOMAIN\""
        #expect(
            surroundings.page.contains(
                "coredns_proxy_request_duration_seconds_sum{\(labels)} 0.01\n"
            )
        )
    }
}
