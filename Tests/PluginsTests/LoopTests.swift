// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Testing
import Wire

@testable import Plugins

/// Upstreams that send our questions back to us.
@Suite struct LoopTests {
    private var surroundings = Surroundings()

    init() { surroundings.plugins = ["loop", "forward"] }

    /// A server whose first upstream hands every question on to the server itself while it loops.
    private final class Bench: Sendable {
        let forward: Forward
        let loop: Loop
        let cells: WorkerCells
        let isLooping = Mutex(true)
        private let kept = Mutex<ScriptedDesk?>(nil)

        init(_ text: String, _ surroundings: Surroundings) throws {
            var setup = try surroundings.setup()
            loop = try Loop(parsing: try stanzas("loop"), setup: &setup)
            forward = try Forward(parsing: try stanzas(text), setup: &setup)
            cells = surroundings.metrics.cells(forWorker: 0)
            kept.withLock { desk in
                desk = ScriptedDesk { [self] exchange, _ in act(on: exchange) }
            }
        }

        var desk: ScriptedDesk { kept.withLock { $0 } ?? ScriptedDesk { _, _ in .timeout } }

        private func act(on exchange: Exchange) -> ScriptedDesk.Act {
            guard exchange.upstream.address.byte(at: 0) == 127, isLooping.withLock({ $0 }),
                let question = try? Message(parsing: exchange.message.span).questions.first,
                let asked = try? query("\(question.name)", question.type)
            else { return exchange.reply(.noError, ["192.0.2.9"]) }
            // It arrives here like a client's; what waits comes round and round.
            guard ask(loop, asked).outcome == .done else { return .timeout }
            return exchange.reply(.refused)
        }

        @discardableResult
        func resume(_ name: String = "www.example") async throws -> Resumed {
            try await PluginsTests.resume(forward, try query(name), desk, cells: cells)
        }

        /// The upstreams that were asked for names, not whether they loop.
        var asked: [String] {
            desk.asked.filter {
                (try? Message(parsing: $0.message.span))?.questions.first?.type != .hinfo
            }
            .map { "\($0.upstream.address)" }
        }
    }

    private static let two = "forward . 127.0.0.53 192.0.2.2 {\n  policy sequential\n}"

    @Test func looksAtEachUpstreamOnceWhenItIsFirstAsked() async throws {
        let bench = try Bench("forward . 192.0.2.1", surroundings)
        for _ in 0..<5 { try await bench.resume() }
        bench.desk.advance(milliseconds: 3_600_000)
        try await bench.resume()

        let probes = try bench.desk.asked.map { try Message(parsing: $0.message.span) }
            .filter { $0.questions.first?.type == .hinfo }
        let name = try #require(probes.first?.questions.first?.name)
        #expect(probes.count == 1)
        #expect(probes[0].header.flags == .recursionDesired)
        #expect(name.labels.map(\.count) == [16, 16])
        #expect(surroundings.log.lines.isEmpty)
    }

    @Test func leavesAnUpstreamAloneThatSendsQuestionsBack() async throws {
        let bench = try Bench(Self.two, surroundings)

        let found = try await bench.resume()
        bench.desk.advance(milliseconds: 1_000)
        for _ in 0..<10 { try await bench.resume() }

        #expect(found.code == .noError)
        #expect(bench.asked == ["127.0.0.53"] + [String](repeating: "192.0.2.2", count: 11))
        #expect(
            surroundings.log.lines == [
                "[WARNING] plugin/loop: 127.0.0.53:53 sends questions for '.' back to this server; it "
                    + "is left alone for 30s. This is systemd-resolved: forward to "
                    + "'/run/systemd/resolve/resolv.conf', which names the servers behind it, or set "
                    + "that file as kubelet's resolvConf"
            ]
        )
        #expect(surroundings.page.contains("coredns_forward_loops_total{to=\"127.0.0.53:53\"} 1\n"))
        #expect(
            surroundings.page.contains("coredns_forward_upstream_state{to=\"127.0.0.53:53\"} 3\n")
        )
    }

    @Test func saysSoWhenThereIsNoOtherUpstream() async throws {
        let bench = try Bench("forward . 127.0.0.53", surroundings)
        try await bench.resume()
        let before = bench.asked.count

        let found = try await bench.resume()

        #expect(bench.asked.count == before)
        #expect(found.code == .serverFailure)
        #expect(found.failure == "127.0.0.53:53 sends questions back to this server")
        #expect(found.extendedError?.text == found.failure)
    }

    @Test func asksItAgainOnceItLoopsNoMore() async throws {
        let bench = try Bench(Self.two, surroundings)
        try await bench.resume()
        bench.desk.advance(milliseconds: 20_000)
        bench.isLooping.withLock { $0 = false }
        try await bench.resume()
        #expect(bench.asked.last == "192.0.2.2")
        bench.desk.advance(milliseconds: 20_000)
        // This one sends the question out that does not come back.
        try await bench.resume()
        bench.desk.advance(milliseconds: 2_000)

        try await bench.resume()

        #expect(bench.asked.last == "127.0.0.53")
        #expect(
            surroundings.log.lines.last
                == "[INFO] plugin/loop: 127.0.0.53:53 does not send questions back any more"
        )
    }

    @Test func looksLessOftenEachTimeItLoopsStill() async throws {
        let bench = try Bench(Self.two, surroundings)
        for _ in 0..<200 {
            try await bench.resume()
            bench.desk.advance(milliseconds: 10_000)
        }

        let pauses = surroundings.log.lines.compactMap { line in
            line.split(separator: " ").first { $0.hasSuffix("s.") && $0.first?.isNumber == true }
        }
        #expect(pauses == ["30s.", "60s.", "120s.", "240s.", "480s.", "600s.", "600s."])
    }

    @Test(arguments: [
        ("127.0.0.1", "This is an address of this machine"), ("::1", "This is an address of this"),
        ("192.0.2.77", "This is an address of this machine"),
        ("192.0.2.1", "It forwards to this server"), ("127.0.0.54", "This is systemd-resolved"),
    ])
    func saysWhatToWriteInstead(address: String, remedy: String) throws {
        var surroundings = surroundings
        let own = try #require(IPAddress("192.0.2.77"))
        surroundings.interfaces = [Interface(name: "eth0", address: own, scope: 2)]
        var setup = try surroundings.setup()
        let watch = LoopWatch(.root, setup: &setup)
        let upstream = Endpoint(try #require(IPAddress(address)), port: 53)

        watch.report(.loop(pauseNanoseconds: 30_000_000_000), of: upstream)

        #expect(surroundings.log.lines.first?.contains("for 30s. \(remedy)") == true)
    }

    @Test func looksWithoutLoopOnlyWhenVeryManyAreForwarded() {
        let state = LoopState()
        let now = Moment(nanoseconds: 5_000_000_000)

        #expect(!state.isLookDue(at: now, isEager: false, isPressed: false))
        #expect(state.isLookDue(at: now, isEager: false, isPressed: true))
        #expect(!state.isLookDue(at: now, isEager: true, isPressed: true))
        #expect(state.conclude(isAnswered: true, at: now) == .fine)
        let later = now.adding(milliseconds: 10_000)
        #expect(!state.isLookDue(at: later, isEager: true, isPressed: false))
        #expect(state.isLookDue(at: later, isEager: true, isPressed: true))
    }

    /// A question was lost, the upstream is not up yet, or too many looks were left to heirs.
    @Test func looksAgainWhereNothingCameOfIt() {
        let state = LoopState()
        var now = Moment(nanoseconds: 5_000_000_000)
        var looks = 0
        for _ in 0..<20 {
            now = now.adding(milliseconds: 10_000)
            guard state.isLookDue(at: now, isEager: true, isPressed: false) else { continue }
            looks += 1
            // Of the second nothing is ever heard.
            if looks != 2 { #expect(state.conclude(isAnswered: false, at: now) == .fine) }
        }

        #expect(looks == 2 + LoopState.maximumLostCount)
    }

    @Test func looksAgainSoonWhereALookWasDropped() {
        let state = LoopState()
        let start = Moment(nanoseconds: 5_000_000_000)
        #expect(state.isLookDue(at: start, isEager: true, isPressed: false))
        let soon = start.adding(milliseconds: 3_000)
        let before = Moment(nanoseconds: soon.nanoseconds - 1)

        #expect(!state.isLookDue(at: before, isEager: true, isPressed: false))
        #expect(state.isLookDue(at: soon, isEager: true, isPressed: false))
        // This one comes to its end.
        _ = state.conclude(isAnswered: false, at: soon)
        let next = soon.adding(nanoseconds: LoopState.shortestIntervalNanoseconds)
        let early = Moment(nanoseconds: next.nanoseconds - 1)
        #expect(!state.isLookDue(at: early, isEager: true, isPressed: false))
        #expect(state.isLookDue(at: next, isEager: true, isPressed: false))
    }

    @Test func leavesNobodyAloneForGood() {
        let state = LoopState()
        var now = Moment(nanoseconds: 5_000_000_000)
        #expect(state.isLookDue(at: now, isEager: true, isPressed: false))
        state.noteReturn()
        let first = LoopState.firstPauseNanoseconds
        #expect(state.conclude(isAnswered: true, at: now) == .loop(pauseNanoseconds: first))

        now = now.adding(milliseconds: 30_000)
        for _ in 0..<LoopState.maximumLostCount {
            #expect(state.isLookDue(at: now, isEager: true, isPressed: false))
            #expect(state.conclude(isAnswered: false, at: now) == .fine && state.isClosed)
            now = now.adding(milliseconds: 10_000)
        }
        #expect(state.isLookDue(at: now, isEager: true, isPressed: false))
        #expect(state.conclude(isAnswered: false, at: now) == .silent && !state.isClosed)

        // The first question brings a look with it; if it loops still, it rests for longer.
        #expect(state.isLookDue(at: now, isEager: true, isPressed: false))
        state.noteReturn()
        #expect(state.conclude(isAnswered: true, at: now) == .loop(pauseNanoseconds: 2 * first))
        #expect(state.isClosed)
    }

    @Test func looksNoMoreOnceOneLookCameToSomething() {
        let state = LoopState()
        let start = Moment(nanoseconds: 5_000_000_000)
        for (seconds, isAnswered) in [(0, false), (10, true)] as [(UInt64, Bool)] {
            let now = start.adding(milliseconds: seconds * 1_000)
            #expect(state.isLookDue(at: now, isEager: true, isPressed: false))
            #expect(state.conclude(isAnswered: isAnswered, at: now) == .fine)
        }

        let later = start.adding(milliseconds: 3_600_000)
        #expect(!state.isLookDue(at: later, isEager: true, isPressed: false))
    }

    /// That nothing is heard does not show that it loops no more.
    @Test func leavesALoopAloneUntilSomethingElseComesBack() {
        let state = LoopState()
        var now = Moment(nanoseconds: 5_000_000_000)
        #expect(state.isLookDue(at: now, isEager: true, isPressed: false))
        state.noteReturn()
        _ = state.conclude(isAnswered: false, at: now)
        now = now.adding(milliseconds: 30_000)
        #expect(state.isLookDue(at: now, isEager: true, isPressed: false))

        // While it says nothing, and whoever looks for loops.
        for number in 0..<LoopState.maximumLostCount {
            #expect(state.conclude(isAnswered: false, at: now) == .fine && state.isClosed)
            now = now.adding(milliseconds: 10_000)
            #expect(state.isLookDue(at: now, isEager: number % 2 == 0, isPressed: false))
        }
        #expect(state.conclude(isAnswered: true, at: now) == .recovered && !state.isClosed)
    }

    @Test(arguments: [
        ("0123456789abcdef.00000000000000ff.example", RecordType.hinfo, true),
        ("0123456789ABCDEF.00000000000000FF", .hinfo, true),
        ("0123456789abcdef.00000000000000fe", .hinfo, false),
        ("0123456789abcdef.00000000000000ff", .a, false),
        ("123456789abcdef.00000000000000ff", .hinfo, false),
        ("0123456789abcdeg.00000000000000ff", .hinfo, false),
        ("0123456789abcdef", .hinfo, false), (".", .hinfo, false),
    ])
    func catchesItsOwnQuestionsAndNoOthers(
        name: String,
        type: RecordType,
        isCaught: Bool
    ) throws {
        let tokens = LoopTokens()
        let token = LoopToken(first: 0x0123_4567_89AB_CDEF, second: 0xFF)
        let isTaken = tokens.add(token, of: LoopState())
        var answer = Answer(counting: Registry().cells(forWorker: 0))

        #expect(isTaken)
        #expect(tokens.catches(try query(name, type), &answer) == isCaught)
        #expect((answer.code == .refused) == isCaught)
        tokens.remove(token)
        #expect(!tokens.catches(try query(name, type), &answer))
    }

    @Test func keepsSoManyTokensAndNoMore() {
        let tokens = LoopTokens()
        let states = (0...LoopTokens.maximumCount).map { _ in LoopState() }
        let taken = states.enumerated().map { number, state in
            tokens.add(LoopToken(first: UInt64(number), second: 0), of: state)
        }

        #expect(taken.filter { $0 }.count == LoopTokens.maximumCount)
        #expect(taken.last == false)
        // A new one takes the place of its upstream's last.
        #expect(tokens.add(LoopToken(first: 1, second: 1), of: states[0]))
    }

    @Test func asksNothingWhereTheNameWouldBeTooLong() throws {
        let label = String(repeating: "a", count: 63)
        let token = LoopToken(first: 1, second: 2)
        let labels = "\(label).\(label).\(label).\(String(repeating: "b", count: 27))"
        let zone = try Name(labels)

        #expect(zone.bytes.count + 34 == 255)
        #expect(token.message(below: zone) != nil)
        #expect(token.message(below: try Name(labels + "b")) == nil)
    }

    @Test func passesEveryQueryOn() throws {
        let (plugin, _) = try Surroundings().make(Loop.self, "loop")

        #expect(ask(plugin, try query("1.2.example", .hinfo)) == Answered(outcome: .pass))
    }

    @Test func takesNoArguments() throws {
        #expect(
            try refusal(of: Loop.self, "loop .")
                == "Corefile:1:6: '.' is one argument too many for 'loop'"
        )
    }
}
