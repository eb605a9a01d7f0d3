// SPDX-License-Identifier: Apache-2.0

import Wire

extension [UInt8] {
    /// The bytes of `span`, to be compared.
    init(copying span: Span<UInt8>) {
        self = span.indices.map { span[$0] }
    }
}

extension Message {
    /// Reads a message from bytes that nobody else holds.
    init(bytes: [UInt8]) throws(WireError) { try self.init(parsing: bytes.span) }
}
