// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTP

@Suite struct VisitorsTests {
    static let second: UInt64 = 1_000_000_000

    @Test func cutsAClientThatIsTooSlow() throws {
        let server = try HTTPServerTests.server()
        let client = try LoopbackClient(port: server.port)
        client.send("GET /health")
        server.settle()
        let began = server.connectionCount

        let wait = server.timeoutMilliseconds(nowNanoseconds: 1)
        client.send(" ")
        server.settle(nowNanoseconds: 5 * Self.second - 1)
        let before = client.receive()
        let text = try client.readToEnd(server, nowNanoseconds: 5 * Self.second)

        #expect(began == 1)
        #expect(wait == 5_000)
        #expect(before == nil)
        #expect(text.isEmpty)
        #expect(server.connectionCount == 0)
        #expect(server.timeoutMilliseconds(nowNanoseconds: 0) == nil)
    }

    @Test func cutsAClientThatDoesNotRead() throws {
        let server = try HTTPServerTests.server(page: String(repeating: "x", count: 32_000_000))
        let client = try LoopbackClient(port: server.port)
        client.send(HTTPServerTests.request("/health"))
        server.settle(nowNanoseconds: 4 * Self.second)
        let begun = server.connectionCount

        server.settle(nowNanoseconds: 9 * Self.second - 1)
        let before = server.connectionCount
        server.run(nowNanoseconds: 9 * Self.second)
        server.settle(nowNanoseconds: 9 * Self.second)

        #expect(begun == 1)
        #expect(before == 1)
        #expect(server.connectionCount == 0)
    }

    @Test func alwaysHasAPlaceForOneMore() throws {
        let server = try HTTPServerTests.server()
        var silent: [CInt] = []
        for number in 0..<HTTPServer.maximumConnections * 2 {
            let client = try LoopbackClient(port: server.port)
            silent.append(client.detach())
            server.settle(nowNanoseconds: UInt64(number))
            #expect(server.connectionCount < HTTPServer.maximumConnections)
        }
        let client = try LoopbackClient(port: server.port)

        client.send(HTTPServerTests.request("/health"))
        let text = try client.readToEnd(server, nowNanoseconds: 100)

        #expect(text.hasSuffix("\r\n\r\nGET OK"))
        for socket in silent { LoopbackClient.close(socket) }
    }
}
