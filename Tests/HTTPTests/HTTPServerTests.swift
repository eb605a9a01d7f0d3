// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTP

@Suite struct HTTPServerTests {
    /// A server with one page, which shows the method.
    static func server(page: String = "OK") throws(HTTPError) -> HTTPServer {
        try HTTPServer(address: [127, 0, 0, 1], port: 0) { request in
            request.path == "/health"
                ? HTTPResponse(text: request.method + " " + page) : HTTPResponse.notFound
        }
    }

    static func request(_ path: String, method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: example.\r\n\r\n"
    }

    @Test("Every method is answered", arguments: ["GET", "POST", "DELETE", "MADEUP"])
    func servesAPage(method: String) throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)

        client.send(Self.request("/health?a=b", method: method))
        let text = try client.readToEnd(server)

        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(text.contains("Content-Type: text/plain; charset=utf-8\r\n"))
        #expect(text.contains("Connection: close\r\n"))
        #expect(text.hasSuffix("\r\n\r\n\(method) OK"))
    }

    @Test func leavesTheBodyOutForHead() throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)

        client.send(Self.request("/health", method: "HEAD"))
        let text = try client.readToEnd(server)

        #expect(text.contains("Content-Length: 7\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("Other paths are not found", arguments: ["/", "/health/", "/Health", "/%00", "/%FF"])
    func knowsNoOtherPath(path: String) throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)

        client.send(Self.request(path))
        let text = try client.readToEnd(server)

        #expect(text.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(text.hasSuffix("404 page not found\n"))
    }

    @Test func readsABodyAndThrowsItAway() throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)

        client.send("PUT /health HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n")
        server.settle()
        client.send(String(repeating: "x", count: 30_000))
        let text = try client.readToEnd(server)

        #expect(text.hasSuffix("\r\n\r\nPUT OK"))
    }

    @Test func sendsALongPageWhole() throws {
        let page = String(repeating: "0123456789", count: 400_000)
        let server = try Self.server(page: page)
        let client = try LoopbackClient(port: server.port)

        client.send(Self.request("/health"))
        let text = try client.readToEnd(server)

        #expect(text.hasSuffix("\r\n\r\nGET " + page))
    }

    static let refused = [
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET /health HTTP/1.1\r\nX: " + String(repeating: "x", count: 8_192) + "\r\n\r\n",
        "GET /" + String(repeating: "x", count: 8_192) + " HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test("What is not HTTP, or too much of it, is refused", arguments: refused.indices)
    func refuses(index: Int) throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)

        client.send(Self.refused[index])
        let answer = try client.readToEnd(server)

        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.0 4"))
        #expect(!answer.contains("200 OK"))
    }

    @Test func takesHeadersOfAnOrdinaryClient() throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)
        let header = "X: " + String(repeating: "x", count: 4_096) + "\r\n"

        client.send("GET /health HTTP/1.1\r\nHost: a\r\n" + header + "\r\n")
        let text = try client.readToEnd(server)

        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test("A request may come in two pieces, cut anywhere", arguments: [1, 3, 12, 20, 39, 41])
    func readsARequestInPieces(cut: Int) throws {
        let server = try Self.server()
        let client = try LoopbackClient(port: server.port)
        let text = Self.request("/health")

        client.send(String(text.utf8.prefix(cut)) ?? "")
        server.settle()
        client.send(String(text.utf8.dropFirst(cut)) ?? "")
        let answer = try client.readToEnd(server)

        #expect(answer.hasSuffix("\r\n\r\nGET OK"))
    }

    @Test func letsGoOfThePortWhenItIsClosed() throws {
        let server = try Self.server()
        let port = server.port
        let client = try LoopbackClient(port: port)
        server.settle()

        server.close()
        let again = try HTTPServer(address: [127, 0, 0, 1], port: port) { _ in .notFound }

        #expect(client.receive() == [])
        #expect(again.port == port)
    }

    @Test func listensOnAllAddressesOfBothFamilies() throws {
        let server = try HTTPServer(address: [], port: 0) { _ in HTTPResponse(text: "all") }
        let client = try LoopbackClient(port: server.port)

        client.send(Self.request("/"))
        let text = try client.readToEnd(server)

        #expect(text.hasSuffix("\r\n\r\nall"))
    }
}
