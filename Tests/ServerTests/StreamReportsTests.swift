// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Server
import Testing
import Wire

@Suite struct StreamReportsTests {
    static let start = Moment(nanoseconds: 1_000_000_000)
    static let client = IPAddress(v4: 0xC000_0201)

    /// The lines of the page about a family.
    static func lines(_ registry: Registry, _ family: String) -> [String] {
        String(decoding: registry.page(), as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(family + "{") }
    }

    @Test func countsEveryRefusalByItsReason() {
        let registry = Registry()
        let reports = StreamReports(counting: registry, log: SilentLog())

        reports.count(.full, at: Self.start)
        for _ in 0..<2 { reports.count(.fullForClient(Self.client), at: Self.start) }
        for _ in 0..<3 { reports.count(.system("accept: no"), at: Self.start) }

        let family = "apus_tcp_connections_refused_total"
        #expect(
            Self.lines(registry, family) == [
                "\(family){reason=\"accept_failed\"} 3", "\(family){reason=\"client_limit\"} 2",
                "\(family){reason=\"total_limit\"} 1",
            ]
        )
    }

    @Test func countsEveryCutByItsReason() {
        let registry = Registry()
        let reports = StreamReports(counting: registry, log: SilentLog())

        reports.count(.memory)
        for _ in 0..<2 { reports.count(.slow) }

        let family = "apus_tcp_connections_cut_total"
        #expect(
            Self.lines(registry, family) == [
                "\(family){reason=\"memory\"} 1", "\(family){reason=\"slow_reader\"} 2",
            ]
        )
    }

    @Test func saysALineNowAndThen() {
        let log = KeptLog()
        let reports = StreamReports(counting: Registry(), log: log)
        let next = Self.start.adding(milliseconds: StreamReports.lineMilliseconds)

        reports.count(.full, at: Self.start)
        #expect(log.lines == ["[WARNING] tcp: refused a connection: 10000 connections are open"])
        for _ in 0..<9 { reports.count(.full, at: Self.start) }
        reports.count(.full, at: Moment(nanoseconds: next.nanoseconds - 1))
        #expect(log.lines.count == 1)
        reports.count(.fullForClient(Self.client), at: next)

        #expect(
            log.lines.dropFirst() == [
                "[WARNING] tcp: refused 11 connections, the last one: "
                    + "512 connections of 192.0.2.1 are open"
            ]
        )
    }
}
