// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Testing
import Wire

@testable import Plugins

/// How much one query of a client may cause, whatever its upstreams do.
@Suite struct AskingBoundTests {
    private let surroundings = Surroundings()

    /// The Corefile of a seed.
    private static func stanza(_ count: Int, _ random: inout SplitMix) -> String {
        var lines = ["policy \(["random", "round_robin", "sequential"][random.number(below: 3)])"]
        let switches = [
            "hedge", "force_tcp", "prefer_udp", "failfast_all_unhealthy_upstreams", "max_fails 0",
            "max_fails 1", "failover none", "failover NXDOMAIN FORMERR", "read_timeout 40ms",
            "max_rate 5", "health_check 10ms",
        ]
        for option in switches where random.number(below: 6) == 0 { lines.append(option) }
        let addresses = (1...count).map { "192.0.2.\($0)" }.joined(separator: " ")
        return "forward . \(addresses) {\n  \(lines.joined(separator: "\n  "))\n}"
    }

    /// Something that an upstream may do.
    private static func act(
        on exchange: Exchange,
        _ random: inout SplitMix
    ) -> ScriptedDesk.Act {
        let milliseconds = UInt64([0, 1, 10, 60, 500, 2_500][random.number(below: 6)])
        let codes: [ResponseCode] = [
            .noError, .noError, .nameError, .serverFailure, .refused, .formatError,
        ]
        let code = codes[random.number(below: codes.count)]
        switch random.number(below: 9) {
        case 0: return .timeout
        case 1: return .failure("connection refused")
        // Over TCP the reply is believed.
        case 2 where exchange.mixesCase && exchange.transport == .udp: return .changedCase
        case 3: return .bytes([UInt8](repeating: 0xC0, count: random.number(below: 40)))
        case 4: return exchange.reply(code, flags: .truncated, afterMilliseconds: milliseconds)
        default: return exchange.reply(code, ["192.0.2.9"], afterMilliseconds: milliseconds)
        }
    }

    /// How often each upstream was asked over each transport.
    private static func counts(_ exchanges: ArraySlice<Exchange>) -> [String: Int] {
        var counts: [String: Int] = [:]
        for exchange in exchanges {
            counts["\(exchange.transport.name) \(exchange.upstream)", default: 0] += 1
        }
        return counts
    }

    /// Nobody is asked more than three times over one transport (RFC 9520 §3.1).
    ///
    /// In all there are no more exchanges than attempts that may be made, a trial of each upstream,
    /// and each of these once more over TCP.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func asksSoOftenAndNoMore(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let count = 1 + random.number(below: 5)
        let text = Self.stanza(count, &random)
        let plugin = try surroundings.make(Forward.self, text).0
        let bits = Mutex(SplitMix(seed: seed &+ 1_000))
        let desk = ScriptedDesk { exchange, _ in
            bits.withLock { Self.act(on: exchange, &$0) }
        }
        let bound = 2 * (max(3, 2 * count) + count)
        for number in 0..<50 {
            let (before, start) = (desk.asked.count, desk.now)
            let found = try await resume(
                plugin,
                try query("n\(number).example"),
                desk,
                cells: surroundings.metrics.cells(forWorker: 0)
            )
            let asked = desk.asked[before...]
            let place: Comment = "seed \(seed), query \(number): \(text)"

            #expect(asked.count <= bound, place)
            #expect(Self.counts(asked).values.max() ?? 0 <= 3, place)
            #expect(desk.now.nanoseconds(since: start) <= 5_000_000_000, place)
            #expect(found.answered.outcome == .done, place)
            desk.advance(milliseconds: UInt64(random.number(below: 700)))
        }
        // What is left open is over some time later.
        desk.advance(milliseconds: 5_000)
        #expect(desk.openCount == 0)
    }

    /// The one that was well last comes before all others, but not for ever.
    @Test(arguments: [("", 3), ("max_connect_attempts 8", 4)])
    func asksTheOnlyOneThatWasWellThreeTimes(option: String, count: Int) async throws {
        let isSilent = Flag()
        let desk = ScriptedDesk { exchange, _ in
            exchange.upstream.address.byte(at: 3) == 1 && !isSilent.value
                ? exchange.reply() : .timeout
        }
        let text = "forward . 192.0.2.2 192.0.2.3 192.0.2.1 {\n  read_timeout 100ms\n  \(option)\n}"
        let plugin = try surroundings.make(Forward.self, text).0
        let cells = surroundings.metrics.cells(forWorker: 0)
        for number in 0..<40 {
            _ = try await resume(plugin, try query("n\(number).example"), desk, cells: cells)
        }
        desk.advance(milliseconds: 3_000)
        isSilent.set()
        let before = desk.asked.count

        _ = try await resume(plugin, try query("last.example"), desk, cells: cells)

        let counts = Self.counts(desk.asked[before...])
        #expect(counts["udp 192.0.2.1:53"] == count, "\(counts)")
    }
}
