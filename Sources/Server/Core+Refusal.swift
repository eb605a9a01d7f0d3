// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

extension Core {
    /// Writes what the gate decided for a message that no plugin may see.
    static func refuse(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        _ refusal: Refusal,
        _ answer: inout Answer,
        _ table: inout NameTable,
        _ writer: inout Writer
    ) -> Int {
        answer.removeAll()
        switch refusal {
        case .silence:
            return 0
        case .header(let code):
            var flags = echoedFlags(query, code)
            // An opcode that is not served gets a header with nothing but the opcode in it.
            if code == .notImplemented {
                flags = .response
                flags.opcode = query.header.flags.opcode
            }
            flags.code = UInt8(truncatingIfNeeded: code.rawValue)
            return writeHeader(Header(id: query.header.id, flags: flags), &writer)
        case .question(let code):
            return writeQuestion(query, code, &writer)
        case .badVersion:
            answer.code = .badVersion
            answer.write(query, limits: AnswerLimits(), table: &table, into: &writer)
            return writer.count
        case .unknownKey(let offset):
            answer.code = .notAuthoritative
            answer.write(query, limits: AnswerLimits(), table: &table, into: &writer)
            return writeBadKey(query, message, at: offset, &writer)
        }
    }

    /// The flags of a refusal: those of the query without AA and Z, and never an opcode but QUERY.
    private static func echoedFlags(_ query: borrowing Query, _ code: ResponseCode) -> Flags {
        var flags = query.header.flags.intersection(.refused)
        flags.insert(.response)
        flags.code = UInt8(truncatingIfNeeded: code.rawValue)
        return flags
    }

    private static func writeHeader(_ header: Header, _ writer: inout Writer) -> Int {
        for _ in 0..<6 where !writer.put16(0) { return 0 }
        writer.set(header)
        return writer.count
    }

    /// Writes a header and the question.
    private static func writeQuestion(
        _ query: borrowing Query,
        _ code: ResponseCode,
        _ writer: inout Writer
    ) -> Int {
        let header = Header(
            id: query.header.id,
            flags: echoedFlags(query, code),
            questionCount: 1
        )
        guard writeHeader(header, &writer) > 0, writer.put(query.name.bytes),
            writer.put16(query.type.rawValue), writer.put16(query.recordClass.rawValue)
        else { return 0 }
        return writer.count
    }

    /// Adds the client's TSIG, its MAC taken out and BADKEY put in, to an answer that is written
    /// (RFC 8945 §5.2.1, §5.3.2).
    ///
    /// Where it does not fit, the answer goes without it.
    private static func writeBadKey(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        at offset: Int,
        _ writer: inout Writer
    ) -> Int {
        var reader = MessageReader()
        reader.offset = offset
        guard let signature = try? reader.record(message),
            let data = badKeyData(signature.data, id: query.header.id)
        else { return writer.count }
        // A table of its own: the names of TSIG are not compressed.
        var table = NameTable()
        let isWritten = writer.putRecord(
            owner: signature.owner.bytes.span,
            type: .tsig,
            recordClass: .any,
            ttl: 0,
            data: data.span,
            compressing: &table
        )
        if isWritten { writer.set16(query.options == nil ? 1 : 2, at: 10) }
        return writer.count
    }

    /// TSIG data with the same algorithm, time and fudge, no MAC, and the error BADKEY (17).
    private static func badKeyData(_ data: [UInt8], id: UInt16) -> [UInt8]? {
        guard let end = try? data.span.nameEnd(at: 0), end + 10 <= data.count else { return nil }
        var result = Array(data[..<(end + 8)])
        result += [0, 0, UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id)]
        result += [0, 17, 0, 0]
        return result
    }
}
