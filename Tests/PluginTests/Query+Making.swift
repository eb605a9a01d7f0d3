// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

extension Query {
    /// A query over UDP for `name`, with OPT of `size` bytes when there is one.
    static func asking(
        _ name: String,
        _ type: RecordType = .a,
        size: UInt16? = nil,
        wantsSignatures: Bool = false
    ) throws -> Query {
        var query = Query(
            header: Header(id: 0x1234, flags: .recursionDesired, questionCount: 1),
            name: try QueryName(Name(name)),
            type: type,
            recordClass: .internet
        )
        query.options = size.map {
            ClientOptions(udpByteCount: $0, wantsSignatures: wantsSignatures)
        }
        return query
    }
}

extension Answer {
    /// An answer that counts in cells of its own.
    static func empty() -> Answer { Answer(counting: Registry().cells(forWorker: 0)) }

    /// Copies a name in text form into the answer.
    mutating func place(_ text: String) throws -> AnswerName {
        let bytes = try Name(text).bytes
        return place(bytes.span)
    }

    /// The message that is sent for `query`.
    mutating func written(
        _ query: borrowing Query,
        limits: AnswerLimits = AnswerLimits(),
        room: Int = 65_535
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: room)
        var table = NameTable()
        var writer = Writer(bytes.mutableSpan, limit: room)
        write(query, limits: limits, table: &table, into: &writer)
        let count = writer.count
        bytes.removeSubrange(count...)
        return bytes
    }
}

extension Header {
    /// Reads the header of a message that nobody else holds.
    init(bytes: [UInt8]) throws(WireError) { try self.init(parsing: bytes.span) }
}

extension Message {
    /// Reads a message from bytes that nobody else holds.
    init(bytes: [UInt8]) throws(WireError) { try self.init(parsing: bytes.span) }
}
