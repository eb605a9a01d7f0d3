// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

/// How much one worker's connections to upstreams may become.
@Suite struct UpstreamConnectionLimitsTests {
    @Test func opensSoManyConnectionsAndNoMore() throws {
        let upstream = try StreamUpstream()
        let count = UpstreamConnections.maximumConnectionCount
        var terms: [String: ConnectionTerms] = [:]
        for number in 0...count { terms["n\(number).example."] = ConnectionTerms() }
        let bench = try UpstreamBench([
            .forwarding(to: upstream.place, over: .tcp, termsByName: terms)
        ])
        bench.udpByteCount = 1_232
        try bench.ask((0..<count).map { "n\($0).example." })
        #expect(bench.sockets.connections.connectionCount == count)

        try bench.ask("n\(count).example.")

        let complaint = "the TCP connections to \(upstream.place) have no room for more questions"
        #expect(bench.complaints == [complaint])
        #expect(bench.sockets.connections.connectionCount == count)
        #expect(bench.sockets.connections.questionCount == count)
        // One on which nothing is open any more makes room.
        bench.advance(milliseconds: 1_000)
        try bench.ask("n\(count).example.")
        #expect(bench.sockets.connections.connectionCount == count)
        #expect(bench.sockets.connections.questionCount == 1)
    }

    @Test(arguments: [(-1, true), (0, false)])
    func takesQuestionsUntilSoManyBytesWait(more: Int, hasRoom: Bool) throws {
        let upstream = try StreamUpstream()
        let now = Moment(nanoseconds: 0)
        let connection = try UpstreamConnection(
            1,
            to: upstream.place,
            on: ConnectionTerms(),
            at: now
        )
        var left = UpstreamConnection.maximumOutputByteCount + more
        var number: UInt64 = 0
        while left > 0 {
            #expect(connection.hasRoom(at: now))
            // Each has its length in front.
            let byteCount = min(left, 65_537) - 2
            let exchange = Exchange(
                upstream: upstream.place,
                transport: .tcp,
                message: [UInt8](repeating: 0, count: byteCount),
                deadline: Moment(nanoseconds: 1)
            )
            number += 1
            let order = ExchangeOrder(id: number, exchange: exchange)
            _ = connection.ask(order, isSecondTry: false, at: now)
            left -= byteCount + 2
        }

        #expect(connection.hasRoom(at: now) == hasRoom)
    }
}
