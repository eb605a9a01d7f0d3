// SPDX-License-Identifier: Apache-2.0

/// A reply whose records are kept in wire form, checked once, to be relayed as they are.
///
/// What follows a question holds good behind every question of the same length: pointers lead to
/// the question, or from record to record. OPT and TSIG are between neighbours and left out.
package struct RelayedReply: Hashable, Sendable {
    /// Records of one type and length, one behind the other, that may change places.
    package struct Row: Hashable, Sendable {
        /// Where the first begins, in bytes from the first record of all.
        package var start: Int
        /// The number of records.
        package var count: Int
        /// The length of each, in bytes.
        package var recordByteCount: Int

        package init(start: Int, count: Int, recordByteCount: Int) {
            self.start = start
            self.count = count
            self.recordByteCount = recordByteCount
        }
    }

    /// The SOA record of a zone that denies a name or a type: of one above that name.
    package struct Denial: Hashable, Sendable {
        /// Its place among all records.
        package var place: Int
        /// Its field "minimum", in seconds.
        package var minimum: UInt32

        package init(place: Int, minimum: UInt32) {
            self.place = place
            self.minimum = minimum
        }
    }

    /// The response code with the upper bits of OPT.
    package var code: ResponseCode
    /// The flags, opcode and code left out.
    package var flags: Flags
    /// The records of all sections in wire form.
    package var records: [UInt8] = []
    package var answerCount: UInt16 = 0
    package var authorityCount: UInt16 = 0
    package var additionalCount: UInt16 = 0
    /// Where in `records` the time to live of each record stands.
    package fileprivate(set) var ttlPlaces = RecordPlaces()
    /// The addresses in the answer, where there are several that no pointer leads into.
    package var addresses: Row?
    /// Whether the answer has a record of the type that was asked for.
    package var hasAskedType = false
    /// Whether the authority section names servers: a referral, when nothing is answered.
    package var hasServers = false
    /// What the authority section says of how long something is missing.
    package var denial: Denial?
    /// Why it is neither an answer nor a denial: the data of its Extended DNS Error, without what is
    /// beyond the limit; empty where it says nothing (RFC 8914 §2).
    package var errorData: [UInt8] = []

    /// The most of such data that is looked at, in bytes: a code and its text.
    package static let maximumErrorByteCount = 130

    /// A reply without records.
    package init(code: ResponseCode, flags: Flags = []) {
        self.code = code
        self.flags = flags
    }

    /// Reads a reply with one question or none; bytes behind the last record are ignored.
    package init(parsing message: [UInt8]) throws(WireError) {
        self.init(code: .noError)
        var walk = RelayedReplyWalk()
        try walk.read(message, into: &self)
        if walk.mustRewrite { try rewrite(message) }
    }

    /// Reads a reply once more whose OPT does not stand last: pointers may lead over it.
    private mutating func rewrite(_ message: [UInt8]) throws(WireError) {
        var whole = try Message(parsing: message.span)
        let (code, errorData) = (whole.code, errorData)
        for section in [\Message.answers, \.authorities, \.additionals] {
            whole[keyPath: section].removeAll { $0.type == .opt || $0.type == .tsig }
        }
        let rewritten = try whole.encoded()
        var walk = RelayedReplyWalk()
        self = RelayedReply(code: .noError)
        try walk.read(rewritten, into: &self)
        self.code = code
        self.errorData = errorData
    }

    /// Whether it says nothing of the name, but that the server could not.
    package var isFailure: Bool { code != .noError && code != .nameError }

    /// The number of records in all sections.
    package var recordCount: Int { ttlPlaces.count }

    /// The time to live of the record at `index`, in seconds.
    package func ttl(at index: Int) -> UInt32 { records.span.uint32(at: Int(ttlPlaces[index])) }

    /// Gives the record at `index` another time to live, in seconds.
    package mutating func setTTL(_ ttl: UInt32, at index: Int) {
        let place = Int(ttlPlaces[index])
        var target = records.mutableSpan
        target.set32(ttl, at: place)
    }
}

/// Reads the records of one reply from front to back.
private struct RelayedReplyWalk {
    /// The most labels and pointers of one reply, each counted as often as a name leads over it.
    private static let maximumStepCount = 1 << 17

    /// Whether OPT or TSIG stands before another record.
    private(set) var mustRewrite = false
    private var stepCount = 0
    /// The type that was asked for.
    private var askedType = RecordType(rawValue: 0)
    /// Where the question ends.
    private var start = Header.byteCount
    /// Where the last record that is kept ends.
    private var end = Header.byteCount
    /// Where the record that was read last begins.
    private var recordStart = Header.byteCount
    /// Where its data begins.
    private var dataStart = Header.byteCount
    /// Where the name is that the answer leads to: that of the question, or the last alias's target.
    private var answeredName = Header.byteCount
    /// Whether a SOA record was seen among the authorities; only the first counts.
    private var hasAuthority = false
    /// Where the next record begins.
    private var offset = Header.byteCount
    /// The targets of pointers to places behind the question lie from the one to the other.
    private var targets = (first: Int.max, last: -1)

    /// Reads the whole reply into one that has nothing yet.
    mutating func read(
        _ message: [UInt8],
        into reply: inout RelayedReply
    ) throws(WireError) {
        let bytes = message.span
        let header = try Header(parsing: bytes)
        guard header.questionCount <= 1 else { throw .badData(offset: 4) }
        reply.code = ResponseCode(rawValue: UInt16(header.flags.code))
        reply.flags = header.flags.withoutCode
        if header.questionCount == 1 {
            try name(bytes)
            guard offset + 4 <= bytes.count else { throw .truncated(offset: bytes.count) }
            askedType = RecordType(rawValue: bytes.uint16(at: offset))
            offset += 4
        }
        start = offset
        end = offset
        // A record has 11 bytes at least.
        let recordCount =
            Int(header.answerCount) + Int(header.authorityCount) + Int(header.additionalCount)
        reply.ttlPlaces.reserveCapacity(min(recordCount, (bytes.count - offset) / 11))
        for _ in 0..<header.answerCount {
            if let type = try record(bytes, &reply) { noteAnswer(type, &reply) }
        }
        for _ in 0..<header.authorityCount {
            if let type = try record(bytes, &reply) { noteAuthority(type, bytes, &reply) }
        }
        for _ in 0..<header.additionalCount where try record(bytes, &reply) != nil {
            reply.additionalCount += 1
        }
        if let row = reply.addresses {
            let first = start + row.start
            let last = first + row.count * row.recordByteCount
            if row.count < 2 || targets.first < last && targets.last >= first {
                reply.addresses = nil
            }
        }
        reply.records = bytes.extracting(start..<end).copied
    }

    /// Reads the record at `offset`, and tells its type; nil for OPT and TSIG.
    private mutating func record(
        _ bytes: Span<UInt8>,
        _ reply: inout RelayedReply
    ) throws(WireError) -> RecordType? {
        recordStart = offset
        try name(bytes)
        guard offset + 10 <= bytes.count else { throw .truncated(offset: bytes.count) }
        let fields = offset
        let type = RecordType(rawValue: bytes.uint16(at: fields))
        let dataEnd = fields + 10 + Int(bytes.uint16(at: fields + 8))
        guard dataEnd <= bytes.count else { throw .truncated(offset: bytes.count) }
        offset = fields + 10
        dataStart = offset
        try data(bytes, type, end: dataEnd)
        offset = dataEnd
        if type == .opt || type == .tsig {
            if type == .opt {
                let upper = UInt16(bytes[fields + 4]) << 4
                reply.code = ResponseCode(rawValue: reply.code.rawValue | upper)
                if reply.isFailure { noteError(bytes, dataStart..<dataEnd, &reply) }
            }
            return nil
        }
        if end != recordStart { mustRewrite = true }
        end = dataEnd
        // LIMIT: a message has at most 65,535 bytes.
        reply.ttlPlaces.append(UInt16(truncatingIfNeeded: fields + 4 - start))
        return type
    }

    /// Notes the first Extended DNS Error among the options that lie at `range`.
    private func noteError(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ reply: inout RelayedReply
    ) {
        var place = range.lowerBound
        // LIMIT: each step consumes at least 4 bytes.
        while place + 4 <= range.upperBound {
            let start = place + 4
            let end = start + Int(bytes.uint16(at: place + 2))
            guard end <= range.upperBound else { return }
            if bytes.uint16(at: place) == 15, end >= start + 2 {
                let limit = min(end, start + RelayedReply.maximumErrorByteCount)
                reply.errorData = bytes.extracting(start..<limit).copied
                return
            }
            place = end
        }
    }

    /// Notes a record of the answer section that was just read.
    private mutating func noteAnswer(_ type: RecordType, _ reply: inout RelayedReply) {
        reply.answerCount += 1
        if type == askedType || askedType == .any { reply.hasAskedType = true }
        if type == .cname { answeredName = dataStart }
        guard type == .a || type == .aaaa else { return }
        // The owner must be a pointer, to be as long as those of the others.
        let size = 12 + (type == .a ? 4 : 16)
        guard end - recordStart == size else { return }
        let place = recordStart - start
        if var row = reply.addresses {
            guard row.start + row.count * row.recordByteCount == place,
                row.recordByteCount == size
            else { return }
            row.count += 1
            reply.addresses = row
        } else {
            reply.addresses = RelayedReply.Row(
                start: place,
                count: 1,
                recordByteCount: size
            )
        }
    }

    /// Notes a record of the authority section that was just read.
    private mutating func noteAuthority(
        _ type: RecordType,
        _ bytes: Span<UInt8>,
        _ reply: inout RelayedReply
    ) {
        reply.authorityCount += 1
        if type == .ns { reply.hasServers = true }
        // Its data was read: it ends in five numbers, the last of which is the minimum.
        guard type == .soa, !hasAuthority else { return }
        hasAuthority = true
        // A zone elsewhere has no say in what is missing here.
        guard start > Header.byteCount, bytes.isName(at: recordStart, atOrAbove: answeredName)
        else { return }
        reply.denial = RelayedReply.Denial(
            place: reply.ttlPlaces.count - 1,
            minimum: bytes.uint32(at: end - 4)
        )
    }

    /// Checks data from `offset` to `end`, the names in it among the rest.
    private mutating func data(
        _ bytes: Span<UInt8>,
        _ type: RecordType,
        end: Int
    ) throws(WireError) {
        let layout = RecordLayout(of: type)
        if layout.nameCount == 0, case .rest = layout.tail { return }
        offset += layout.leadingByteCount
        for _ in 0..<layout.leadingStringCount {
            guard offset < end else { throw .badData(offset: offset) }
            offset += Int(bytes[offset]) + 1
        }
        for _ in 0..<layout.nameCount {
            guard offset < end else { throw .badData(offset: offset) }
            try name(bytes)
        }
        if case .exactly(let count) = layout.tail { offset += count }
        guard layout.tail == .rest ? offset <= end : offset == end else {
            throw .badData(offset: offset)
        }
    }

    /// Checks the name at `offset` and goes on behind it; each pointer must lead to an earlier place
    /// than the one before.
    private mutating func name(_ bytes: Span<UInt8>) throws(WireError) {
        // What nearly every owner is: a pointer to the question.
        if offset + 1 < bytes.count, start > Header.byteCount,
            bytes.uint16(at: offset) == 0xC000 | UInt16(Header.byteCount)
        {
            offset += 2
            return
        }
        let first = offset
        var source = offset
        var earliest = offset
        var byteCount = 0
        var hasJumped = false
        while true {
            stepCount += 1
            guard stepCount <= Self.maximumStepCount else { throw .badData(offset: first) }
            guard source < bytes.count else { throw .truncated(offset: bytes.count) }
            let length = Int(bytes[source])
            if length >= 0xC0 {
                guard source + 1 < bytes.count else { throw .truncated(offset: bytes.count) }
                let target = (length & 0x3F) << 8 | Int(bytes[source + 1])
                // Not into what is no name: the type and class of the question.
                let isName = target >= start || target < start - 4 || start == Header.byteCount
                guard target < earliest, target >= Header.byteCount, isName else {
                    throw .badPointer(offset: source)
                }
                if !hasJumped { offset = source + 2 }
                hasJumped = true
                if target >= start {
                    targets = (min(targets.first, target), max(targets.last, target))
                }
                source = target
                earliest = target
                continue
            }
            guard length <= Name.maximumLabelByteCount else { throw .badLabel(offset: source) }
            byteCount += length + 1
            guard byteCount <= Name.maximumByteCount else { throw .nameTooLong(offset: first) }
            source += length + 1
            if length == 0 { break }
        }
        if !hasJumped { offset = source }
    }
}
