// SPDX-License-Identifier: Apache-2.0

/// What a client asked for.
package struct HTTPRequest: Sendable, Equatable {
    /// `GET`, `HEAD`, … as the client wrote it.
    package let method: String
    /// The path with its escapes resolved, without the part after `?`.
    package let path: String

    package init(method: String, path: String) {
        self.method = method
        self.path = path
    }
}

/// What it is given.
package struct HTTPResponse: Sendable, Equatable {
    /// The status code, 200 to 599.
    package let status: UInt32
    /// The media type of the body.
    package let contentType: String
    package let body: [UInt8]

    package init(status: UInt32, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A page of plain text.
    package init(status: UInt32 = 200, text: String) {
        self.init(
            status: status,
            contentType: "text/plain; charset=utf-8",
            body: Array(text.utf8)
        )
    }

    /// The answer for a path that has no page.
    package static let notFound = HTTPResponse(status: 404, text: "404 page not found\n")
}
