// SPDX-License-Identifier: Apache-2.0

/// What a message asks about (RFC 1035 §4.1.2).
package struct Question: Hashable, Sendable {
    package var name: Name
    package var type: RecordType
    package var recordClass: RecordClass

    package init(_ name: Name, _ type: RecordType, _ recordClass: RecordClass = .internet) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }

    /// Whether both ask the same, whatever the case of their names.
    package func asksTheSame(as other: Question) -> Bool {
        type == other.type && recordClass == other.recordClass
            && name.lowercased == other.name.lowercased
    }
}

/// A resource record (RFC 1035 §4.1.3).
package struct Record: Hashable, Sendable {
    package var owner: Name
    package var type: RecordType
    package var recordClass: RecordClass
    /// Time to live, in seconds.
    package var ttl: UInt32
    /// The data in wire form, its names uncompressed; at most 65,535 bytes.
    package var data: [UInt8]

    package init(
        owner: Name,
        type: RecordType,
        recordClass: RecordClass = .internet,
        ttl: UInt32,
        data: [UInt8]
    ) {
        self.owner = owner
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }
}

/// A whole message as values: for replies of upstreams, for tests, and off the packet path.
package struct Message: Hashable, Sendable {
    package var header: Header
    package var questions: [Question] = []
    package var answers: [Record] = []
    package var authorities: [Record] = []
    package var additionals: [Record] = []

    package init(header: Header) { self.header = header }

    /// Reads a message; every name is expanded, and bytes behind the last record are ignored.
    ///
    /// The work is bounded: expanded names and data may come to `maximumExpandedByteCount` bytes.
    package init(parsing message: Span<UInt8>) throws(WireError) {
        header = try Header(parsing: message)
        var reader = MessageReader()
        for _ in 0..<header.questionCount { questions.append(try reader.question(message)) }
        for _ in 0..<header.answerCount { answers.append(try reader.record(message)) }
        for _ in 0..<header.authorityCount { authorities.append(try reader.record(message)) }
        for _ in 0..<header.additionalCount { additionals.append(try reader.record(message)) }
    }

    /// The response code with the upper bits that OPT carries.
    package var code: ResponseCode {
        let upper = options.map { UInt16($0.ttl >> 24) } ?? 0
        return ResponseCode(rawValue: upper << 4 | UInt16(header.flags.code))
    }

    /// The OPT record (RFC 6891); nil when there is none.
    package var options: Record? { additionals.first { $0.type == .opt } }

    /// Writes the message, names compressed; for queries, tests and tools.
    ///
    /// - Throws: `badData` when it does not fit in 65,535 bytes.
    package func encoded() throws(WireError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_535)
        var table = NameTable()
        var writer = Writer(buffer.mutableSpan, limit: 65_535)
        guard write(into: &writer, &table) else { throw .badData(offset: writer.count) }
        let count = writer.count
        buffer.removeSubrange(count...)
        return buffer
    }

    /// Writes every section; false when something does not fit.
    private func write(into writer: inout Writer, _ table: inout NameTable) -> Bool {
        for _ in 0..<6 where !writer.put16(0) { return false }
        var header = header
        header.questionCount = UInt16(truncatingIfNeeded: questions.count)
        header.answerCount = UInt16(truncatingIfNeeded: answers.count)
        header.authorityCount = UInt16(truncatingIfNeeded: authorities.count)
        header.additionalCount = UInt16(truncatingIfNeeded: additionals.count)
        writer.set(header)
        for question in questions {
            guard writer.put(name: question.name.bytes.span, compressing: &table),
                writer.put16(question.type.rawValue), writer.put16(question.recordClass.rawValue)
            else { return false }
        }
        for record in answers + authorities + additionals {
            guard
                writer.putRecord(
                    owner: record.owner.bytes.span,
                    type: record.type,
                    recordClass: record.recordClass,
                    ttl: record.ttl,
                    data: record.data.span,
                    compressing: &table
                )
            else { return false }
        }
        return true
    }
}

/// Reads questions and records one after the other, and bounds what they may expand to.
///
/// After an error it is of no more use.
package struct MessageReader: Sendable {
    /// The most bytes that the names and data of one message may expand to.
    package static let maximumExpandedByteCount = 1 << 20
    /// The most pointers of one name: one before each label and one before the root's zero.
    package static let maximumPointerCount = 128

    /// Where the next question or record begins.
    package var offset = Header.byteCount
    private var expandedByteCount = 0

    package init() {}

    /// The question at `offset`.
    package mutating func question(_ message: Span<UInt8>) throws(WireError) -> Question {
        let name = try name(message)
        guard offset + 4 <= message.count else { throw .truncated(offset: message.count) }
        let type = RecordType(rawValue: message.uint16(at: offset))
        let recordClass = RecordClass(rawValue: message.uint16(at: offset + 2))
        offset += 4
        return Question(name, type, recordClass)
    }

    /// The record at `offset`.
    package mutating func record(_ message: Span<UInt8>) throws(WireError) -> Record {
        let owner = try name(message)
        guard offset + 10 <= message.count else { throw .truncated(offset: message.count) }
        let type = RecordType(rawValue: message.uint16(at: offset))
        let recordClass = RecordClass(rawValue: message.uint16(at: offset + 2))
        let ttl = message.uint32(at: offset + 4)
        let length = Int(message.uint16(at: offset + 8))
        offset += 10
        guard offset + length <= message.count else { throw .truncated(offset: message.count) }
        let data = try data(message, type: type, end: offset + length)
        return Record(owner: owner, type: type, recordClass: recordClass, ttl: ttl, data: data)
    }

    /// The data up to `end`, its names expanded.
    private mutating func data(
        _ message: Span<UInt8>,
        type: RecordType,
        end: Int
    ) throws(WireError) -> [UInt8] {
        let layout = RecordLayout(of: type)
        var data: [UInt8] = []
        // An empty data field is legal in updates and in some queries; it has no shape to check.
        guard offset < end else { return data }
        try copy(layout.leadingByteCount, of: message, to: &data, end: end)
        for _ in 0..<layout.leadingStringCount {
            guard offset < end else { throw .badData(offset: offset) }
            try copy(Int(message[offset]) + 1, of: message, to: &data, end: end)
        }
        for _ in 0..<layout.nameCount {
            data += try name(message).bytes
            guard offset <= end else { throw .badData(offset: offset) }
        }
        switch layout.tail {
        case .exactly(let count):
            try copy(count, of: message, to: &data, end: end)
            guard offset == end else { throw .badData(offset: offset) }
        case .rest:
            try copy(end - offset, of: message, to: &data, end: end)
        }
        guard data.count <= Int(UInt16.max) else { throw .badData(offset: offset) }
        return data
    }

    /// Copies `count` bytes to `data`.
    private mutating func copy(
        _ count: Int,
        of message: Span<UInt8>,
        to data: inout [UInt8],
        end: Int
    ) throws(WireError) {
        guard offset + count <= end else { throw .badData(offset: offset) }
        for index in offset..<(offset + count) { data.append(message[index]) }
        offset += count
        try spend(count)
    }

    /// The name at `offset`, pointers followed; each must point before the one that led to it.
    package mutating func name(_ message: Span<UInt8>) throws(WireError) -> Name {
        let end = try message.nameEnd(at: offset)
        var bytes: [UInt8] = []
        var source = offset
        var earliest = offset
        var pointerCount = 0
        while true {
            guard source < message.count else { throw .truncated(offset: message.count) }
            let length = Int(message[source])
            if length >= 0xC0 {
                guard source + 1 < message.count else { throw .truncated(offset: message.count) }
                let target = (length & 0x3F) << 8 | Int(message[source + 1])
                pointerCount += 1
                guard target < earliest, target >= Header.byteCount,
                    pointerCount <= Self.maximumPointerCount
                else { throw .badPointer(offset: source) }
                source = target
                earliest = target
                continue
            }
            guard length <= Name.maximumLabelByteCount else { throw .badLabel(offset: source) }
            guard source + length < message.count else { throw .truncated(offset: message.count) }
            guard bytes.count + length + 1 <= Name.maximumByteCount else {
                throw .nameTooLong(offset: offset)
            }
            for index in source...(source + length) { bytes.append(message[index]) }
            if length == 0 { break }
            source += length + 1
        }
        // Pointers are counted too: they take time even where they lead to few bytes.
        try spend(bytes.count + pointerCount)
        offset = end
        return try Name(wire: bytes.span)
    }

    /// Counts expanded bytes against the limit.
    private mutating func spend(_ count: Int) throws(WireError) {
        expandedByteCount += count
        guard expandedByteCount <= Self.maximumExpandedByteCount else {
            throw .badData(offset: offset)
        }
    }
}
