// SPDX-License-Identifier: Apache-2.0

import Corefile
import HTTP
import Plugin
import Posix
import Testing
import Wire

@testable import Server

@Suite struct PageServerTests {
    private static let page = Page(
        plugin: "health",
        address: UpstreamBench.loopback.address,
        port: 0,
        path: "/health",
        position: Position(file: "Corefile", line: 1, column: 1),
        answer: { Page.Response(status: 200, body: "OK") }
    )

    @Test func looksForVisitorsWhenOneIsReadyOrPastItsTime() throws {
        let poll = try Poll()
        var pages = PageServer()
        try pages.prepare([Self.page])
        pages.commit([Self.page], poll, token: 7)
        let ports = pages.chosenPorts([Self.page])
        let port = try #require(ports.first?.port)
        let visitor = try TCPSocket(
            connectingTo: Endpoint(UpstreamBench.loopback.address, port: port)
        )

        // The system has taken the connection, and nobody has looked.
        pages.run(isReady: false, nowNanoseconds: 0)
        let unseen = pages.timeoutMilliseconds(nowNanoseconds: 0)
        #expect(unseen == nil)
        #expect(try poll.wait(milliseconds: 10_000) == 1)
        #expect(poll.event(at: 0).token == 7)
        pages.run(isReady: true, nowNanoseconds: 0)

        // It says nothing: no descriptor tells when its time is up.
        let patience = HTTPServer.maximumPatienceNanoseconds
        for (elapsed, left) in [(0, 5_000), (patience - 1, 1), (patience, nil)] {
            pages.run(isReady: false, nowNanoseconds: elapsed)
            let timeout = pages.timeoutMilliseconds(nowNanoseconds: elapsed)
            #expect(timeout == left)
        }
        _ = visitor
    }
}
