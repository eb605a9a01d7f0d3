// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTP

@Suite struct HTTPMessagesTests {
    @Test func makesAPageOfText() {
        let response = HTTPResponse(status: 503, text: "é")

        #expect(response.status == 503)
        #expect(response.contentType == "text/plain; charset=utf-8")
        #expect(response.body == [0xC3, 0xA9])
        #expect(HTTPResponse.notFound.status == 404)
    }
}
