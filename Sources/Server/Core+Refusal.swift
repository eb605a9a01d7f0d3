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
        case .unknownKey:
            return writeUnknownKey(query, message, &writer)
        }
    }

    /// The flags of a refusal: those of the query without AA and Z, and never an opcode but QUERY.
    private static func echoedFlags(_ query: borrowing Query, _ code: ResponseCode) -> Flags {
        var flags = query.header.flags.intersection(
            [.truncated, .recursionDesired, .recursionAvailable, .authenticData, .checkingDisabled]
        )
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

    /// Writes NOTAUTH with the client's TSIG, its MAC taken out and BADKEY put in
    /// (RFC 8945 §5.2.1, §5.3.2).
    private static func writeUnknownKey(
        _ query: borrowing Query,
        _ message: Span<UInt8>,
        _ writer: inout Writer
    ) -> Int {
        var reader = MessageReader()
        reader.offset = Header.byteCount + query.questionByteCount
        let others = query.header.answerCount + query.header.authorityCount
        var signature: Record?
        for _ in 0..<(others + query.header.additionalCount) {
            guard let record = try? reader.record(message) else { break }
            if record.type == .tsig { signature = record }
        }
        guard writeQuestion(query, .notAuthoritative, &writer) > 0 else { return 0 }
        guard let signature, let data = badKeyData(signature.data, id: query.header.id) else {
            return writer.count
        }
        var table = NameTable()
        let isWritten = writer.putRecord(
            owner: signature.owner.bytes.span,
            type: .tsig,
            recordClass: .any,
            ttl: 0,
            data: data.span,
            compressing: &table
        )
        guard isWritten else { return writer.count }
        writer.set16(1, at: 10)
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
