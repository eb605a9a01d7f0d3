// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// The part of a message that a record goes to (RFC 1035 §4.1).
package enum Section: UInt8, Hashable, Sendable {
    case answer
    case authority
    case additional
}

/// The owner of a record in an answer.
package enum Owner: Hashable, Sendable {
    /// The name that was asked for, in the client's case.
    case question
    /// The name asked for without its first labels: it begins at this label.
    case questionSuffix(label: Int)
    /// A name that was put into the answer before.
    case placed(AnswerName)
}

/// A name that lies in an answer's memory, in wire form.
package struct AnswerName: Hashable, Sendable {
    /// The name that did not fit: an answer that gave it takes no more records.
    static let nowhere = AnswerName(offset: 0, byteCount: 0)

    let offset: UInt32
    let byteCount: UInt16
}

/// Why a query failed, for people (RFC 8914).
package struct ExtendedError: Hashable, Sendable {
    /// The longest text that is sent, in bytes.
    package static let maximumTextByteCount = 64

    package let code: ExtendedErrorCode
    package let text: String

    package init(_ code: ExtendedErrorCode, _ text: String = "") {
        self.code = code
        self.text = text
    }
}

/// What will be sent back: a code, flags and records, collected before a byte is written.
///
/// Plugins put records in; compression, size limits and truncation happen once, when it is written.
/// Its memory is used again for the next query, so that a usual answer allocates nothing.
package struct Answer: ~Copyable, Sendable {
    /// The most records of one answer: as many as fit in 65,535 bytes at 16 bytes each.
    package static let maximumRecordCount = 4_096
    /// The most bytes of names and data of one answer before compression.
    package static let maximumByteCount = 1 << 19

    /// One record whose owner and data lie elsewhere.
    struct Entry {
        var section: Section
        /// Whether leaving it out makes the answer truncated.
        var isNeeded: Bool
        var type: RecordType
        var recordClass: RecordClass
        var ttl: UInt32
        var owner: Owner
        var dataOffset: Int
        var dataByteCount: Int
    }

    package var code = ResponseCode.noError
    /// AA: the answer comes from data of our own.
    package var isAuthoritative = false
    /// TC, set before writing: by an upstream, or because the answer was over its limits.
    package var isTruncated = false
    /// RA: the answer came from a server that finds whole answers.
    package var isRecursionAvailable = false
    /// AD: the data was verified.
    package var isAuthenticData = false
    /// The reason of a failure, sent to clients that speak EDNS.
    package var extendedError: ExtendedError?
    /// What the `errors` plugin logs; empty when nothing went wrong.
    package var failure = ""
    /// The place in the chain of the plugin that took the query; -1 when none did.
    package var answeringPlugin = -1

    /// Where the worker counts that this answer is made by.
    package let cells: WorkerCells

    var entries: [Entry] = []
    var memory: [UInt8] = []
    /// Where the data that is being put together begins.
    private var dataStart = 0
    /// Whether something did not fit: from then on no record is taken, so that what is sent is
    /// whole up to its end.
    private var isFull = false

    package init(counting cells: WorkerCells) {
        self.cells = cells
        entries.reserveCapacity(64)
        memory.reserveCapacity(4_096)
    }

    /// Makes it an empty answer again.
    package mutating func removeAll() {
        code = .noError
        isAuthoritative = false
        isTruncated = false
        isRecursionAvailable = false
        isAuthenticData = false
        if extendedError != nil { extendedError = nil }
        if !failure.isEmpty { failure = "" }
        answeringPlugin = -1
        removeRecords()
    }

    /// Takes every record out, and leaves code and flags.
    package mutating func removeRecords() {
        entries.removeAll(keepingCapacity: true)
        memory.removeAll(keepingCapacity: true)
        dataStart = 0
        isFull = false
    }

    /// The number of records in all sections.
    package var recordCount: Int { entries.count }

    // MARK: Putting records in

    /// Whether `byteCount` more bytes fit; where they do not, the answer is full.
    private mutating func hasRoom(for byteCount: Int) -> Bool {
        if byteCount > Self.maximumByteCount &- memory.count { isFull = true }
        return !isFull
    }

    /// Copies a wire-form name into the answer, to be an owner or part of data.
    package mutating func place(_ name: Span<UInt8>) -> AnswerName {
        let placed = put(name: name)
        dataStart = memory.count
        return placed
    }

    /// Appends bytes to the data of the next record.
    package mutating func put(_ bytes: Span<UInt8>) {
        guard hasRoom(for: bytes.count) else { return }
        for index in 0..<bytes.count { memory.append(bytes[index]) }
    }

    /// Appends 16 bits to the data of the next record.
    package mutating func put16(_ value: UInt16) {
        guard hasRoom(for: 2) else { return }
        memory.append(UInt8(truncatingIfNeeded: value >> 8))
        memory.append(UInt8(truncatingIfNeeded: value))
    }

    /// Appends 32 bits to the data of the next record.
    package mutating func put32(_ value: UInt32) {
        put16(UInt16(truncatingIfNeeded: value >> 16))
        put16(UInt16(truncatingIfNeeded: value))
    }

    /// Appends an address to the data of the next record.
    package mutating func put(_ address: IPAddress) {
        guard hasRoom(for: address.byteCount) else { return }
        for index in 0..<address.byteCount { memory.append(address.byte(at: index)) }
    }

    /// Appends a placed name to the data of the next record, and tells where it lies.
    @discardableResult
    package mutating func put(_ name: AnswerName) -> AnswerName {
        let offset = memory.count
        guard hasRoom(for: Int(name.byteCount)) else { return .nowhere }
        for index in 0..<Int(name.byteCount) { memory.append(memory[Int(name.offset) + index]) }
        return AnswerName(offset: UInt32(truncatingIfNeeded: offset), byteCount: name.byteCount)
    }

    /// Appends a name to the data of the next record; it can then own other records.
    @discardableResult
    package mutating func put(name: Span<UInt8>) -> AnswerName {
        let offset = memory.count
        // What is longer than a name is taken as what does not fit.
        if name.count > Name.maximumByteCount { isFull = true }
        put(name)
        guard !isFull else { return .nowhere }
        return AnswerName(
            offset: UInt32(truncatingIfNeeded: offset),
            byteCount: UInt16(truncatingIfNeeded: name.count)
        )
    }

    /// Ends a record whose data was put in since the last one.
    ///
    /// `isNeeded`: whether TC is set when it does not fit; by default for the answer and
    ///   authority sections only (RFC 2181 §9).
    package mutating func append(
        _ section: Section,
        _ owner: Owner,
        _ type: RecordType,
        recordClass: RecordClass = .internet,
        ttl: UInt32,
        isNeeded: Bool? = nil
    ) {
        let start = dataStart
        dataStart = memory.count
        let isNeeded = isNeeded ?? (section != .additional)
        guard !isFull, entries.count < Self.maximumRecordCount,
            memory.count - start <= Int(UInt16.max)
        else {
            isFull = true
            if isNeeded { isTruncated = true }
            return
        }
        entries.append(
            Entry(
                section: section,
                isNeeded: isNeeded,
                type: type,
                recordClass: recordClass,
                ttl: ttl,
                owner: owner,
                dataOffset: start,
                dataByteCount: memory.count - start
            )
        )
    }

    /// Adds one record with its data at once.
    package mutating func append(
        _ section: Section,
        _ owner: Owner,
        _ type: RecordType,
        recordClass: RecordClass = .internet,
        ttl: UInt32,
        data: Span<UInt8>,
        isNeeded: Bool? = nil
    ) {
        put(data)
        append(
            section,
            owner,
            type,
            recordClass: recordClass,
            ttl: ttl,
            isNeeded: isNeeded
        )
    }

    /// Adds an A or AAAA record.
    package mutating func append(
        _ section: Section,
        _ owner: Owner,
        _ address: IPAddress,
        ttl: UInt32,
        isNeeded: Bool? = nil
    ) {
        put(address)
        let type: RecordType = address.family == .v4 ? .a : .aaaa
        append(section, owner, type, ttl: ttl, isNeeded: isNeeded)
    }

    /// Adds a record that came as a value; off the packet path.
    package mutating func append(_ section: Section, _ record: Record, isNeeded: Bool? = nil) {
        let owner = place(record.owner.bytes.span)
        append(
            section,
            .placed(owner),
            record.type,
            recordClass: record.recordClass,
            ttl: record.ttl,
            data: record.data.span,
            isNeeded: isNeeded
        )
    }
}
