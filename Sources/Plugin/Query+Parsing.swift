// SPDX-License-Identifier: Apache-2.0

import Wire

/// Why a message does not become a query, and what is sent instead.
package enum Refusal: Error, Hashable, Sendable {
    /// Nothing is sent: a response, or less than a header.
    case silence
    /// A bare header with the code.
    case header(ResponseCode)
    /// A header and the question, which was sound, with the code.
    case question(ResponseCode)
    /// The client speaks a later version of EDNS (RFC 6891 §6.1.3).
    case badVersion
    /// The message is signed with a key we do not have (RFC 8945 §5.2.1); its TSIG is at `offset`.
    case unknownKey(offset: Int)
}

extension Query {
    /// The most additional records of a query; of the other two sections one each is taken.
    package static let maximumAdditionalCount = 2

    /// Reads and judges one message: the one gate of every transport.
    ///
    /// `refused`: set when the message is no query that a plugin may see.
    package init(judging message: Span<UInt8>, refused: inout Refusal?) {
        self.init()
        refused = read(message)
    }

    /// Reads and judges one message over this query, whose memory is used again.
    ///
    /// The result is set when the message is no query that a plugin may see. What is told of a
    /// query from elsewhere (where it came from, when) stays as it was.
    package mutating func read(_ message: Span<UInt8>) -> Refusal? {
        options = nil
        byteCount = message.count
        depth = 0
        zoneLabel = 0
        zonePlace = 0
        do throws(Refusal) {
            try judge(message)
            return nil
        } catch {
            return error
        }
    }

    /// Reads the message from front to back; every step that fails has its own answer.
    private mutating func judge(_ message: Span<UInt8>) throws(Refusal) {
        guard let header = try? Header(parsing: message) else { throw .silence }
        self.header = header
        guard !header.flags.contains(.response) else { throw .silence }
        let opcode = header.flags.opcode
        guard opcode == .query || opcode == .notify else { throw .header(.notImplemented) }
        guard header.questionCount == 1, header.answerCount <= 1, header.authorityCount <= 1,
            header.additionalCount <= Self.maximumAdditionalCount
        else { throw .header(.formatError) }
        do throws(WireError) {
            try name.read(message, at: Header.byteCount)
        } catch {
            throw .header(.formatError)
        }
        let end = Header.byteCount + name.byteCount
        guard end + 4 <= message.count else { throw .header(.formatError) }
        type = RecordType(rawValue: message.uint16(at: end))
        recordClass = RecordClass(rawValue: message.uint16(at: end + 2))
        try judgeRecords(message, from: end + 4)
    }

    /// Reads what follows the question: OPT, TSIG, and records of no interest.
    private mutating func judgeRecords(_ message: Span<UInt8>, from start: Int) throws(Refusal) {
        var offset = start
        // A count that promises more than there is was always tolerated at a record's border.
        for _ in 0..<(header.answerCount + header.authorityCount) where offset < message.count {
            let record = try RecordFrame(message, at: offset)
            guard record.type != .opt, record.type != .tsig else { throw .question(.formatError) }
            offset = record.end
        }
        var signature: Int?
        for _ in 0..<header.additionalCount where offset < message.count {
            let record = try RecordFrame(message, at: offset)
            // TSIG must be the last record (RFC 8945 §5.1).
            guard signature == nil else { throw .question(.formatError) }
            if record.type == .opt {
                guard options == nil else { throw .question(.formatError) }
                options = try readOptions(message, record, nameStart: offset)
            } else if record.type == .tsig {
                guard isSignature(message, record, nameStart: offset) else {
                    throw .question(.formatError)
                }
                signature = offset
            }
            offset = record.end
        }
        if let options, options.version != 0 { throw .badVersion }
        if let signature { throw .unknownKey(offset: signature) }
    }

    /// Whether TSIG has a name, and data of its shape (RFC 8945 §4.2).
    private func isSignature(
        _ message: Span<UInt8>,
        _ record: RecordFrame,
        nameStart: Int
    ) -> Bool {
        var reader = MessageReader()
        reader.offset = nameStart
        guard (try? reader.name(message)) != nil,
            let algorithm = try? QueryName(parsing: message, at: record.dataStart)
        else { return false }
        // Behind the algorithm: time (6), fudge (2), the MAC, id (2), error (2), other data.
        let codeSize = record.dataStart + algorithm.byteCount + 8
        guard codeSize + 2 <= record.end else { return false }
        let otherSize = codeSize + 2 + Int(message.uint16(at: codeSize)) + 4
        guard otherSize + 2 <= record.end else { return false }
        return otherSize + 2 + Int(message.uint16(at: otherSize)) == record.end
    }

    /// Reads OPT and walks its options (RFC 6891 §6.1).
    private func readOptions(
        _ message: Span<UInt8>,
        _ record: RecordFrame,
        nameStart: Int
    ) throws(Refusal) -> ClientOptions {
        guard message[nameStart] == 0 else { throw .question(.formatError) }
        let upper = UInt8(truncatingIfNeeded: record.ttl >> 24)
        let version = UInt8(truncatingIfNeeded: record.ttl >> 16)
        var options = ClientOptions(
            udpByteCount: record.recordClass,
            version: version,
            wantsSignatures: record.ttl & 0x8000 != 0
        )
        // What a later version puts inside is not ours to judge.
        guard version == 0 else { return options }
        guard upper == 0 else { throw .question(.formatError) }
        var offset = record.dataStart
        while offset < record.end {
            guard offset + 4 <= record.end else { throw .question(.formatError) }
            let code = message.uint16(at: offset)
            let length = Int(message.uint16(at: offset + 2))
            offset += 4
            guard offset + length <= record.end else { throw .question(.formatError) }
            switch code {
            case 3: options.wantsIdentifier = true
            case 10:
                // A cookie is 8 bytes, or 16 to 40 (RFC 7873 §5.2.2).
                guard length == 8 || (16...40).contains(length) else {
                    throw .question(.formatError)
                }
            // What a client understands, keys that it trusts and a zone's time to expire (RFC 6975
            // §3, RFC 8145, RFC 7314); keepalive, padding, reasons (RFC 7828, RFC 7830, RFC 8914):
            // they change no record of the answer.
            case 5, 6, 7, 9, 11, 12, 14, 15: break
            default: options.asksSpecially = true
            }
            offset += length
        }
        return options
    }
}

/// The fixed parts of one record of a query, and where its data lies.
private struct RecordFrame {
    let type: RecordType
    let recordClass: UInt16
    let ttl: UInt32
    let dataStart: Int
    let end: Int

    /// Finds the borders of the record at `offset`, without following a pointer.
    init(_ message: Span<UInt8>, at offset: Int) throws(Refusal) {
        guard let nameEnd = try? message.nameEnd(at: offset), nameEnd + 10 <= message.count else {
            throw .question(.formatError)
        }
        type = RecordType(rawValue: message.uint16(at: nameEnd))
        recordClass = message.uint16(at: nameEnd + 2)
        ttl = message.uint32(at: nameEnd + 4)
        dataStart = nameEnd + 10
        end = dataStart + Int(message.uint16(at: nameEnd + 8))
        guard end <= message.count else { throw .question(.formatError) }
    }
}
