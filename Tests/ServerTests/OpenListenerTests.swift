// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Testing
import Wire

@testable import Server

@Suite struct OpenListenerTests {
    /// The value of a series without labels on the page.
    static func value(of series: String, _ registry: Registry) -> Double? {
        let page = String(decoding: registry.page(), as: UTF8.self)
        let line = page.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    @Test func showsWhatAnsweredNoQuestion() throws {
        let registry = Registry()
        let board = SocketBoard(workerCount: 2, counting: registry, log: SilentLog())
        board.countIgnored(3)
        board.countIgnored(0)
        board.countIgnored(4)

        #expect(Self.value(of: "apus_upstream_datagrams_ignored_total", registry) == 7)
    }

    @Test func showsWhatTheSystemDroppedEvenOfSocketsThatAreClosed() throws {
        let series = "apus_udp_datagrams_dropped_total"
        let registry = Registry()
        let dropped = QueryMetrics(registry, server: "x", zone: "x", plugins: [])
        let address = IPAddress(v4: 0x7F00_0001)
        let listener = Listener(address: address, port: 0, blocks: [], dropped: dropped)
        let configuration = Configuration(listeners: [listener], plan: Plan())
        let board = SocketBoard(workerCount: 2, counting: registry, log: SilentLog())
        try board.open(for: configuration)
        let port = try #require(board.port(of: ListenerPlace(listener)))
        #expect(Self.value(of: series, registry) == 0)

        // Nobody reads there.
        let client = try ConnectedUDPSocket(to: Endpoint(address, port: port))
        let datagram = [UInt8](repeating: 0, count: 60_000)
        var sentCount = 0
        while board.droppedCount == 0, sentCount < 64_000 {
            try client.send(datagram)
            sentCount += 1
        }

        let droppedCount = board.droppedCount
        #expect(droppedCount > 0)
        #expect(Self.value(of: series, registry) == Double(droppedCount))
        board.close(exceptFor: Configuration(listeners: [], plan: Plan()))
        #expect(board.port(of: ListenerPlace(listener)) == nil)
        #expect(Self.value(of: series, registry) == Double(droppedCount))
    }
}
