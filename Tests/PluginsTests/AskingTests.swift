// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

/// What a query with several attempts sees of its upstreams, and what they are thought of then.
@Suite struct AskingTests {
    private let surroundings = Surroundings()
    private static let two = "forward . 192.0.2.1 192.0.2.2 {\n  policy sequential\n  "
    private static let three =
        "forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n  policy sequential\n  "

    private func make(_ text: String) throws -> Forward {
        try surroundings.make(Forward.self, text).0
    }

    @discardableResult
    private func resume(_ plugin: Forward, _ desk: ScriptedDesk) async throws -> Resumed {
        try await PluginsTests.resume(
            plugin,
            try query("a.example"),
            desk,
            cells: surroundings.metrics.cells(forWorker: 0)
        )
    }

    /// The line of the metrics page that begins with `series`, what follows it.
    private func metric(_ series: String) -> String? {
        surroundings.page.split(separator: "\n").first { $0.hasPrefix(series + " ") }
            .map { String($0.dropFirst(series.count + 1)) }
    }

    private func number(_ exchange: Exchange) -> UInt8 { exchange.upstream.address.byte(at: 3) }

    // MARK: Timeouts

    @Test func waitsLessOnceItKnowsHowLongRepliesTake() async throws {
        let plugin = try make(Self.two + "}")
        let desk = ScriptedDesk { exchange, count in
            count < 50 || exchange.upstream.address.byte(at: 3) == 2
                ? exchange.reply(afterMilliseconds: 20) : .timeout
        }
        for _ in 0..<50 { try await resume(plugin, desk) }
        let start = desk.now

        try await resume(plugin, desk)

        // Twice the 20 ms are less than the least; the second one takes 20 ms again.
        #expect(desk.now == start.adding(milliseconds: 50 + 20))
    }

    @Test func takesTheReplyOfAnAttemptBefore() async throws {
        // Both are slow for this name; 0.9 s are too long for every attempt.
        let desk = ScriptedDesk { exchange, _ in
            exchange.reply(.noError, ["192.0.2.9"], afterMilliseconds: 900)
        }

        let found = try await resume(try make(Self.two + "}"), desk)

        #expect(found.answers == ["a.example. 60 A 192.0.2.9"])
        #expect(desk.began == [1_000, 1_400, 1_800])
        #expect(desk.now == Moment(nanoseconds: 1_900_000_000))
    }

    @Test func waitsLongForTheLastAttempt() async throws {
        let desk = ScriptedDesk { exchange, _ in exchange.reply(afterMilliseconds: 1_999) }

        let found = try await resume(
            try make("forward . 192.0.2.1 {\n  max_connect_attempts 1\n}"),
            desk
        )

        #expect(found.code == .noError)
        #expect(desk.now == Moment(nanoseconds: 2_999_000_000))
    }

    @Test func givesUpTwoSecondsAfterTheLastAttempt() async throws {
        let desk = ScriptedDesk { _, _ in .timeout }

        let found = try await resume(
            try make("forward . 192.0.2.1 {\n  max_connect_attempts 1\n}"),
            desk
        )

        #expect(found.code == .serverFailure)
        #expect(desk.now == Moment(nanoseconds: 3_000_000_000))
    }

    @Test func learnsFromARelyThatComesTooLateForItsQuery() async throws {
        let plugin = try make(Self.two + "}")
        let desk = ScriptedDesk { exchange, _ in
            exchange.reply(afterMilliseconds: exchange.upstream.address.byte(at: 3) == 1 ? 700 : 5)
        }
        try await resume(plugin, desk)
        #expect(metric("coredns_forward_upstream_state{to=\"192.0.2.1:53\"}") == "1")

        desk.advance(milliseconds: 500)

        #expect(metric("coredns_forward_upstream_state{to=\"192.0.2.1:53\"}") == "0")
        #expect(
            metric("coredns_forward_upstream_latency_seconds{to=\"192.0.2.1:53\"}") == "0.7"
        )
        #expect(desk.openCount == 0)
    }

    // MARK: Choice

    @Test func asksWhoIsWellAndSendsACopyToWhoIsNot() async throws {
        let plugin = try make(Self.three + "}")
        let desk = ScriptedDesk { exchange, count in
            exchange.upstream.address.byte(at: 3) == 1 ? .timeout : exchange.reply()
        }
        try await resume(plugin, desk)
        #expect(desk.calls == ["udp 192.0.2.1", "udp 192.0.2.2"])
        let before = desk.now

        try await resume(plugin, desk)

        // The second is asked for the answer; the first is only tried, and nobody waits for it.
        #expect(Array(desk.calls[2...]) == ["udp 192.0.2.2", "udp 192.0.2.1"])
        #expect(desk.now == before.adding(milliseconds: 10))
    }

    @Test func triesWhoIsNotWellOnceAnInterval() async throws {
        let plugin = try make(Self.two + "health_check 1s\n}")
        let desk = ScriptedDesk { exchange, _ in
            exchange.upstream.address.byte(at: 3) == 1 ? .timeout : exchange.reply()
        }
        for _ in 0..<300 { try await resume(plugin, desk) }

        // 3.4 s: the first question, and four trials.
        let trials = zip(desk.calls, desk.began).filter { $0.0 == "udp 192.0.2.1" }.map(\.1)
        #expect(trials == [1_000, 1_410, 2_410, 3_410])
        #expect(desk.now == Moment(nanoseconds: 4_400_000_000))
    }

    @Test func asksAgainWhoHasReplied() async throws {
        let plugin = try make(Self.two + "}")
        let isBack = Flag()
        let desk = ScriptedDesk { exchange, _ in
            isBack.value || exchange.upstream.address.byte(at: 3) == 2
                ? exchange.reply() : .timeout
        }
        for _ in 0..<20 { try await resume(plugin, desk) }
        isBack.set()
        desk.advance(milliseconds: 500)
        try await resume(plugin, desk)
        desk.advance(milliseconds: 20)
        let before = desk.calls.count

        try await resume(plugin, desk)

        #expect(Array(desk.calls[before...]) == ["udp 192.0.2.1"])
    }

    @Test func spreadsOverThoseWhoAreWell() async throws {
        let plugin = try make("forward . 192.0.2.1 192.0.2.2 192.0.2.3")
        let desk = ScriptedDesk { exchange, _ in
            exchange.upstream.address.byte(at: 3) == 1 ? .timeout : exchange.reply()
        }
        while desk.calls.last != "udp 192.0.2.1" { try await resume(plugin, desk) }
        let before = desk.calls.count
        for _ in 0..<200 { try await resume(plugin, desk) }

        let counts = Dictionary(grouping: desk.calls[before...]) { $0 }.mapValues(\.count)
        #expect((60...140).contains(counts["udp 192.0.2.2"] ?? 0))
        #expect((60...140).contains(counts["udp 192.0.2.3"] ?? 0))
        #expect((1...6).contains(counts["udp 192.0.2.1"] ?? 0))
    }

    @Test func recoversAtOnceWhenAllWereDown() async throws {
        let plugin = try make(Self.two + "}")
        let isBack = Flag()
        let desk = ScriptedDesk { exchange, _ in isBack.value ? exchange.reply() : .timeout }
        for _ in 0..<5 { try await resume(plugin, desk) }
        #expect(metric("coredns_forward_upstream_state{to=\"192.0.2.1:53\"}") == "2")
        isBack.set()
        let start = desk.now

        let found = try await resume(plugin, desk)

        #expect(found.code == .noError)
        #expect(desk.now == start.adding(milliseconds: 10))
    }

    @Test func triesWhileItFailsFast() async throws {
        let plugin = try make(Self.two + "failfast_all_unhealthy_upstreams\n  health_check 10s\n}")
        let isBack = Flag()
        let desk = ScriptedDesk { exchange, _ in isBack.value ? exchange.reply() : .timeout }
        for _ in 0..<5 { try await resume(plugin, desk) }
        isBack.set()
        desk.advance(milliseconds: 500)

        #expect(try await resume(plugin, desk).code == .noError)
    }

    // MARK: Case (draft-vixie-dnsext-dns0x20, RFC 5452 §9)

    @Test func mixesCaseOverUDPAlone() async throws {
        let desk = ScriptedDesk { exchange, _ in
            exchange.transport == .udp
                ? exchange.reply(flags: .truncated) : exchange.reply(.noError)
        }

        try await resume(try make("forward . 192.0.2.1"), desk)

        #expect(desk.asked.map(\.mixesCase) == [true, false])
    }

    @Test func asksOverTCPWhoDoesNotKeepCaseAndRemembersIt() async throws {
        let plugin = try make("forward . 192.0.2.1")
        let desk = ScriptedDesk { exchange, _ in
            let reply = exchange.reply(.noError, ["192.0.2.9"])
            guard exchange.mixesCase else { return reply }
            guard exchange.transport == .tcp, case .reply(let message, _) = reply else {
                return .changedCase
            }
            return .plainReply(message)
        }

        let found = try await resume(plugin, desk)
        try await resume(plugin, desk)

        #expect(found.answers == ["a.example. 60 A 192.0.2.9"])
        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1", "udp 192.0.2.1"])
        #expect(desk.asked.map(\.mixesCase) == [true, true, false])
        desk.advance(milliseconds: 3_600_000)
        try await resume(plugin, desk)
        #expect(desk.calls.suffix(2) == ["udp 192.0.2.1", "tcp 192.0.2.1"])
        #expect(desk.asked[3].mixesCase)
    }

    /// A server that keeps case over TCP keeps it over UDP: the other reply was somebody else's.
    @Test func goesOnMixingWhereOnlyAForgerChangedTheCase() async throws {
        let plugin = try make("forward . 192.0.2.1")
        let desk = ScriptedDesk { exchange, _ in
            exchange.transport == .udp ? .changedCase : exchange.reply(.noError, ["192.0.2.9"])
        }

        for _ in 0..<2 {
            #expect(try await resume(plugin, desk).answers == ["a.example. 60 A 192.0.2.9"])
        }

        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1", "udp 192.0.2.1", "tcp 192.0.2.1"])
        #expect(desk.asked.map(\.mixesCase) == [true, true, true, true])
    }

    /// RFC 5452 §9.1: what may be forged must not make an upstream seem sick, or spare it the case.
    @Test func thinksNoWorseOfWhoWasForged() async throws {
        let plugin = try make(Self.two + "}")
        let desk = ScriptedDesk { exchange, _ in
            switch exchange.upstream.address.byte(at: 3) {
            case 1 where exchange.transport == .udp: .changedCase
            case 1: .failure("connection refused")
            default: exchange.reply()
            }
        }

        let found = try await resume(plugin, desk)

        #expect(found.code == .noError)
        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1", "udp 192.0.2.2"])
        try await resume(plugin, desk)
        #expect(
            desk.asked.dropFirst(3).first { $0.upstream == desk.asked[0].upstream }?.mixesCase
                == true
        )
    }

    /// The first is tried, and does not keep case; the second, asked for the answer, is silent.
    @Test func aTrialHoldsUpNobody() async throws {
        let plugin = try make(Self.three + "}")
        let desk = ScriptedDesk { exchange, count in
            switch exchange.upstream.address.byte(at: 3) {
            case 1 where count > 0 && exchange.transport == .udp: .changedCase
            case 1: .timeout
            case 2 where count > 1: .timeout
            default: exchange.reply(.noError, ["192.0.2.9"])
            }
        }
        try await resume(plugin, desk)
        let (before, start) = (desk.calls.count, desk.now)

        let found = try await resume(plugin, desk)

        #expect(
            Array(desk.calls[before...]) == [
                "udp 192.0.2.2", "udp 192.0.2.1", "tcp 192.0.2.1", "udp 192.0.2.3",
            ]
        )
        #expect(found.answers == ["a.example. 60 A 192.0.2.9"])
        // What the second is seen to need, and the 10 ms of the third.
        #expect(desk.now == start.adding(milliseconds: 50 + 10))
    }

    /// The first says after 500 ms that its reply was cut, and no more.
    @Test func anAttemptBeforeHoldsUpNobody() async throws {
        let desk = ScriptedDesk { exchange, _ in
            exchange.upstream.address.byte(at: 3) == 1 && exchange.transport == .udp
                ? exchange.reply(flags: .truncated, afterMilliseconds: 500) : .timeout
        }

        let found = try await resume(try make(Self.two + "}"), desk)

        #expect(desk.calls == ["udp 192.0.2.1", "udp 192.0.2.2", "tcp 192.0.2.1"])
        #expect(found.flags == ["tc"])
        #expect(desk.now == Moment(nanoseconds: 1_800_000_000))
    }

    // MARK: Limits

    @Test func refusesAtOnceWhatIsTooMuchAndSaysSo() async throws {
        let plugin = try make("forward . 192.0.2.1 {\n  max_rate 100\n}")
        // Nothing waits for its turn longer than its own time.
        let desk = ScriptedDesk { exchange, _ in exchange.reply(afterMilliseconds: 0) }
        var refused: Resumed?
        for number in 0..<400 where refused == nil {
            let found = try await PluginsTests.resume(
                plugin,
                try query("a\(number).example"),
                desk,
                cells: surroundings.metrics.cells(forWorker: 0)
            )
            if found.code != .noError { refused = found }
        }
        // Each waited for its turn, so that none was too much.
        #expect(refused == nil)
        let (first, last) = (desk.began.first ?? 0, desk.began.last ?? 0)
        #expect((3_700...4_000).contains(last - first))

        let other = try make("forward . 192.0.2.1 {\n  max_rate 1\n}")
        for number in 0..<5 {
            refused = try await PluginsTests.resume(
                other,
                try query("b\(number).example"),
                desk,
                cells: surroundings.metrics.cells(forWorker: 0)
            )
        }

        #expect(refused?.code == .serverFailure)
        #expect(refused?.failure == "192.0.2.1:53: more questions than it can bear")
        #expect(refused?.extendedError?.text == refused?.failure)
        #expect(metric("coredns_forward_surplus_total") != "0")
    }

    @Test func asksAnotherUpstreamWhenOneIsAskedEnough() async throws {
        let plugin = try make(Self.two + "max_rate 1\n}")
        let desk = ScriptedDesk { exchange, _ in exchange.reply(afterMilliseconds: 0) }
        for number in 0..<5 {
            _ = try await PluginsTests.resume(
                plugin,
                try query("c\(number).example"),
                desk,
                cells: surroundings.metrics.cells(forWorker: 0)
            )
        }

        #expect(Set(desk.calls) == ["udp 192.0.2.1", "udp 192.0.2.2"])
    }

    @Test(arguments: [
        (ScriptedDesk.Act.timeout, "timeout"), (.failure("no route"), "network"),
        (.bytes([1, 2]), "invalid"), (.changedCase, "case"),
    ])
    func countsFailuresByTheirKind(act: ScriptedDesk.Act, kind: String) async throws {
        let desk = ScriptedDesk { exchange, count in count == 0 ? act : exchange.reply() }

        try await resume(try make(Self.two + "}"), desk)

        let series = "coredns_forward_upstream_errors_total{to=\"192.0.2.1:53\",class=\"\(kind)\"}"
        #expect(metric(series) == "1")
    }
}
