// SPDX-License-Identifier: Apache-2.0

import Wire

/// The records of a reply in wire form, which lie in an answer's memory and go out as they are.
struct RelayedRecords {
    /// Where they begin in the answer's memory.
    var offset: Int
    var byteCount: Int
    var answerCount: UInt16
    var authorityCount: UInt16
    var additionalCount: UInt16
    /// Those that may change places.
    var addresses: RelayedReply.Row?
    /// Which of these comes first; those in front of it come last.
    var first = 0

    /// Where they lie in the answer's memory.
    var range: Range<Int> { offset..<(offset &+ byteCount) }

    /// The number of records in one section.
    func count(of section: Section) -> UInt16 {
        switch section {
        case .answer: answerCount
        case .authority: authorityCount
        case .additional: additionalCount
        }
    }

    /// Where the record at `index` of those that may change places lies in the answer's memory.
    func address(at index: Int, of row: RelayedReply.Row) -> Range<Int> {
        let start = offset &+ row.start &+ index &* row.recordByteCount
        return start..<(start &+ row.recordByteCount)
    }
}

/// What a relayed reply says of its records besides their bytes.
package struct RelayedShape {
    package var byteCount: Int
    package var answerCount: UInt16
    package var authorityCount: UInt16
    package var additionalCount: UInt16
    package var addresses: RelayedReply.Row?

    package init(
        byteCount: Int,
        answerCount: UInt16,
        authorityCount: UInt16,
        additionalCount: UInt16,
        addresses: RelayedReply.Row?
    ) {
        self.byteCount = byteCount
        self.answerCount = answerCount
        self.authorityCount = authorityCount
        self.additionalCount = additionalCount
        self.addresses = addresses
    }
}

/// Records that came in wire form and leave so: one copy instead of a record at a time.
///
/// They are all that the answer has; nothing may be appended to it besides.
extension Answer {
    /// Takes the code and the flags of an upstream's reply, as far as they say something to the
    /// client: not AA, as we are no authority for the name (RFC 1035 §4.1.1).
    package mutating func relay(_ code: ResponseCode, _ flags: Flags, to query: borrowing Query) {
        // A code of more than four bits cannot be said without OPT (RFC 6891 §6.1.3).
        let isSayable = code.rawValue < 16 || query.options != nil
        self.code = isSayable ? code : .serverFailure
        isAuthoritative = false
        isTruncated = flags.contains(.truncated)
        isRecursionAvailable = flags.contains(.recursionAvailable)
        // It means something only to who asked for it, by AD or by DO (RFC 6840 §5.8).
        isAuthenticData =
            flags.contains(.authenticData)
            && (query.header.flags.contains(.authenticData)
                || query.options?.wantsSignatures == true)
    }

    /// Takes the records of a reply to this very question, in place of all others.
    package mutating func relay(_ reply: RelayedReply) {
        relay(
            RelayedShape(
                byteCount: reply.records.count,
                answerCount: reply.answerCount,
                authorityCount: reply.authorityCount,
                additionalCount: reply.additionalCount,
                addresses: reply.addresses
            )
        ) { $0.copy(reply.records.span, to: 0) }
    }

    /// Takes records whose bytes `write` writes, in place of all others.
    package mutating func relay(
        _ shape: RelayedShape,
        _ write: (inout MutableSpan<UInt8>) -> Void
    ) {
        removeRecords()
        // What is as long as a message has room.
        put(atMost: shape.byteCount) {
            write(&$0)
            return shape.byteCount
        }
        if shape.answerCount > 0 { sections |= 1 << Section.answer.rawValue }
        relayed = RelayedRecords(
            offset: 0,
            byteCount: shape.byteCount,
            answerCount: shape.answerCount,
            authorityCount: shape.authorityCount,
            additionalCount: shape.additionalCount,
            addresses: shape.addresses
        )
    }

    /// Whether the records are relayed in wire form.
    package var isRelayed: Bool { relayed != nil }

    /// The number of relayed addresses that may change places; 0 when there are none.
    package var relayedAddressCount: Int { relayed?.addresses?.count ?? 0 }

    /// Makes the relayed address at `index` the first; those in front of it come last.
    package mutating func beginAddresses(at index: Int) { relayed?.first = index }

    /// Brings the relayed addresses into an order by chance.
    package mutating func shuffleAddresses(_ random: inout SplitMix) {
        guard let relayed, let row = relayed.addresses else { return }
        let start = relayed.address(at: 0, of: row).lowerBound
        var bytes = memory.mutableSpan
        bytes.shufflePieces(of: row.recordByteCount, count: row.count, at: start, &random)
    }

    /// Turns relayed records into runs, for whoever has to see them one by one; it allocates.
    package mutating func unpack(_ query: borrowing Query) {
        guard let relayed, let message = message(of: relayed, question: query.name) else { return }
        removeRecords()
        for record in message.answers { append(.answer, record) }
        for record in message.authorities { append(.authority, record) }
        for record in message.additionals { append(.additional, record) }
    }

    /// The relayed records of one section as values.
    func records(
        of relayed: RelayedRecords,
        in section: Section,
        question: borrowing QueryName
    ) -> [Record] {
        guard let message = message(of: relayed, question: question) else { return [] }
        switch section {
        case .answer: return message.answers
        case .authority: return message.authorities
        case .additional: return message.additionals
        }
    }

    /// The message that relayed records make behind their question; it was read once, so that it
    /// can be read again.
    private func message(of relayed: RelayedRecords, question: borrowing QueryName) -> Message? {
        let start = Header.byteCount + question.byteCount + 4
        let count = start + relayed.byteCount
        var bytes = [UInt8](repeating: 0, count: count)
        var writer = Writer(bytes.mutableSpan, limit: count)
        // The type of the question does not matter to the records.
        guard writer.putQuestion(question, .any, .internet), put(relayed, into: &writer) else {
            return nil
        }
        writer.set(header(of: relayed, id: 0, Flags()))
        return try? Message(parsing: bytes.span)
    }

    /// The header of a message with relayed records.
    private func header(of relayed: RelayedRecords, id: UInt16, _ flags: Flags) -> Header {
        Header(
            id: id,
            flags: flags,
            questionCount: 1,
            answerCount: relayed.answerCount,
            authorityCount: relayed.authorityCount,
            additionalCount: relayed.additionalCount
        )
    }

    /// Writes relayed records from the first on; false when they do not fit.
    private func put(_ relayed: RelayedRecords, into writer: inout Writer) -> Bool {
        let bytes = memory.span
        let all = relayed.range
        guard let row = relayed.addresses, relayed.first > 0, relayed.first < row.count else {
            return writer.put(bytes.extracting(all))
        }
        guard writer.hasRoom(for: relayed.byteCount) else { return false }
        let start = all.lowerBound &+ row.start
        let middle = start &+ relayed.first &* row.recordByteCount
        let end = start &+ row.count &* row.recordByteCount
        _ = writer.put(bytes.extracting(all.lowerBound..<start))
        _ = writer.put(bytes.extracting(middle..<end))
        _ = writer.put(bytes.extracting(start..<middle))
        _ = writer.put(bytes.extracting(end..<all.upperBound))
        return true
    }

    /// Writes the whole message with relayed records; false, and nothing, when it does not fit.
    ///
    /// It changes nothing, like `writeOptions`.
    mutating func write(
        _ relayed: RelayedRecords,
        _ query: borrowing Query,
        _ limits: AnswerLimits,
        into writer: inout Writer
    ) -> Bool {
        let reserved = reservedByteCount(query)
        let needed = Header.byteCount &+ query.questionByteCount &+ relayed.byteCount &+ reserved
        guard writer.hasRoom(for: needed),
            writer.putQuestion(query.name, query.type, query.recordClass),
            put(relayed, into: &writer)
        else { return false }
        var header = header(of: relayed, id: query.header.id, flags(query))
        if query.options != nil {
            writeOptions(query, limits, &writer)
            header.additionalCount &+= 1
        }
        writer.set(header)
        return true
    }
}
