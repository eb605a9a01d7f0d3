// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTP

@Suite struct HTTPErrorTests {
    @Test func saysWhyItCannotListen() throws {
        let server = try HTTPServerTests.server()

        #expect {
            _ = try HTTPServer(address: [127, 0, 0, 1], port: server.port) { _ in .notFound }
        } throws: { error in
            "\(error)" == "cannot listen: Address already in use"
        }
        #expect(throws: HTTPError(step: .address, code: 0, reason: "")) {
            _ = try HTTPServer(address: [1], port: 0) { _ in .notFound }
        }
    }
}
