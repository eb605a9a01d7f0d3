// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// What will be sent back: a code, flags and records, collected before a byte is written.
///
/// Plugins put records in; compression, size limits and truncation happen once, when it is written.
/// Its memory is used again for the next query, so that a usual answer allocates nothing.
package struct Answer: ~Copyable, Sendable {
    /// The most records of one answer: as many as fit in 65,535 bytes at 16 bytes each.
    package static let maximumRecordCount = 4_096
    /// The most bytes of names and data of one answer before compression.
    package static let maximumByteCount = 1 << 19

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

    /// The runs of records; those beyond `runCount` are of an earlier answer.
    var runs: [Run] = []
    package private(set) var runCount = 0
    /// The number of records in all sections.
    package private(set) var recordCount = 0
    /// A bit for each section that has records.
    var sections: UInt8 = 0
    /// The records of a reply that are relayed in wire form, instead of all runs.
    var relayed: RelayedRecords?
    /// Names and data; what lies beyond `byteCount` is of an earlier answer.
    var memory: [UInt8]
    private var byteCount = 0
    /// Where the data that is being put together begins.
    private var dataStart = 0
    /// Whether something did not fit: from then on no record is taken, so that what is sent is
    /// whole up to its end.
    private var isFull = false

    /// `byteCount`: the memory that it begins with for names and data, in bytes.
    package init(counting cells: WorkerCells, reserving byteCount: Int = 4_096) {
        self.cells = cells
        runs.reserveCapacity(byteCount / 64)
        memory = [UInt8](repeating: 0, count: byteCount)
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
        runCount = 0
        recordCount = 0
        sections = 0
        relayed = nil
        byteCount = 0
        dataStart = 0
        isFull = false
    }

    /// Makes it the answer to whoever asks in another class than IN.
    package mutating func refuseClass() {
        code = .refused
        extendedError = ExtendedError(.notSupported, "only class IN is served")
    }

    /// Forgets the runs behind the first `count`, which have so many records in these sections.
    mutating func keepRuns(_ count: Int, recordCount: Int, sections: UInt8) {
        runCount = count
        self.recordCount = recordCount
        self.sections = sections
    }

    // MARK: Putting records in

    /// Makes room for so many more bytes; where they do not fit, the answer is full.
    private mutating func makeRoom(for count: Int) -> Bool {
        if count > memory.count &- byteCount {
            guard count <= Self.maximumByteCount &- byteCount else {
                isFull = true
                return false
            }
            let wanted = min(max(memory.count * 2, byteCount + count), Self.maximumByteCount)
            memory.append(contentsOf: repeatElement(0, count: wanted - memory.count))
        }
        return !isFull
    }

    /// Copies a wire-form name into the answer, to be an owner or part of data.
    package mutating func place(_ name: Span<UInt8>) -> AnswerName {
        let placed = put(name: name)
        dataStart = byteCount
        return placed
    }

    /// Appends bytes to the data of the next record.
    package mutating func put(_ bytes: Span<UInt8>) {
        guard makeRoom(for: bytes.count) else { return }
        let start = byteCount
        var target = memory.mutableSpan
        target.copy(bytes, to: start)
        byteCount = start &+ bytes.count
    }

    /// Appends to the data of the next record what `write` writes, and tells its length.
    ///
    /// `write`: is lent `maximum` bytes, and returns how many it used; of more than that, none are
    ///   taken, nor where there is no room for the most.
    @discardableResult
    package mutating func put(
        atMost maximum: Int,
        _ write: (inout MutableSpan<UInt8>) -> Int
    ) -> Int {
        guard makeRoom(for: maximum) else { return 0 }
        let start = byteCount
        var target = memory.mutableSpan
        var room = target._mutatingExtracting(start..<(start &+ maximum))
        let count = write(&room)
        guard count <= maximum else { return 0 }
        byteCount = start &+ count
        return count
    }

    /// Appends a name that `write` writes to the data of the next record.
    ///
    /// `write`: is lent room for the longest name, and returns how many bytes it used. The result
    ///   is nil for what is longer, and where there is no room for the longest.
    package mutating func putName(_ write: (inout MutableSpan<UInt8>) -> Int) -> AnswerName? {
        let offset = byteCount
        let count = put(atMost: Name.maximumByteCount, write)
        guard count > 0 else { return nil }
        return AnswerName(
            offset: UInt32(truncatingIfNeeded: offset),
            byteCount: UInt16(truncatingIfNeeded: count)
        )
    }

    /// Takes back the data of a record that cannot be made; TC is set if there was no room for it.
    package mutating func discardData() {
        byteCount = dataStart
        if isFull { isTruncated = true }
    }

    /// Appends 8 bits to the data of the next record.
    package mutating func put8(_ value: UInt8) {
        guard makeRoom(for: 1) else { return }
        memory[byteCount] = value
        byteCount &+= 1
    }

    /// Appends 16 bits to the data of the next record.
    package mutating func put16(_ value: UInt16) {
        guard makeRoom(for: 2) else { return }
        let start = byteCount
        var target = memory.mutableSpan
        target.set16(value, at: start)
        byteCount = start &+ 2
    }

    /// Appends 32 bits to the data of the next record.
    package mutating func put32(_ value: UInt32) {
        guard makeRoom(for: 4) else { return }
        let start = byteCount
        var target = memory.mutableSpan
        target.set32(value, at: start)
        byteCount = start &+ 4
    }

    /// Appends an address to the data of the next record.
    package mutating func put(_ address: IPAddress) {
        guard makeRoom(for: 16) else { return }
        let start = byteCount
        var target = memory.mutableSpan
        if address.family == .v4 {
            target.set32(UInt32(truncatingIfNeeded: address.low), at: start)
        } else {
            target.set64(address.high, at: start)
            target.set64(address.low, at: start &+ 8)
        }
        byteCount = start &+ address.byteCount
    }

    /// Appends a pointer to the question's labels from `label` on, which ends a name in data.
    ///
    /// The record must then be appended as `isCompressed`.
    package mutating func putPointer(to label: Int, of name: borrowing QueryName) {
        let start = name.start(ofLabel: label)
        // The root is shorter than a pointer to it.
        guard start < name.byteCount &- 1 else { return put8(0) }
        put16(0xC000 | UInt16(truncatingIfNeeded: Header.byteCount &+ start))
    }

    /// Appends a placed name to the data of the next record, and tells where it lies.
    @discardableResult
    package mutating func put(_ name: AnswerName) -> AnswerName {
        let offset = byteCount
        guard makeRoom(for: Int(name.byteCount)) else { return .nowhere }
        for index in 0..<Int(name.byteCount) {
            memory[offset &+ index] = memory[Int(name.offset) &+ index]
        }
        byteCount &+= Int(name.byteCount)
        return AnswerName(offset: UInt32(truncatingIfNeeded: offset), byteCount: name.byteCount)
    }

    /// Appends a name to the data of the next record; it can then own other records.
    @discardableResult
    package mutating func put(name: Span<UInt8>) -> AnswerName {
        let offset = byteCount
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
    ///   authority sections only (RFC 2181 §9). `isCompressed`: whether the names in its data end
    ///   in pointers to the question.
    package mutating func append(
        _ section: Section,
        _ owner: Owner,
        _ type: RecordType,
        recordClass: RecordClass = .internet,
        ttl: UInt32,
        isNeeded: Bool? = nil,
        isCompressed: Bool = false
    ) {
        let run = Run(
            section: section,
            isNeeded: isNeeded ?? (section != .additional),
            isCompressed: isCompressed,
            type: type,
            recordClass: recordClass,
            ttl: ttl,
            owner: owner,
            dataOffset: dataStart,
            dataByteCount: byteCount &- dataStart
        )
        append(run)
    }

    /// Adds a run of records, or makes the last one longer.
    private mutating func append(_ run: Run) {
        dataStart = byteCount
        var run = run
        let room = Self.maximumRecordCount &- recordCount
        if isFull || run.recordCount > room || run.dataByteCount > Int(UInt16.max) {
            if run.isNeeded { isTruncated = true }
            guard !isFull, room > 0, run.recordCount > 1 else {
                isFull = true
                return
            }
            isFull = true
            run.recordCount = room
        }
        recordCount &+= run.recordCount
        sections |= 1 << run.section.rawValue
        if runCount > 0, runs[runCount &- 1].takes(run) {
            runs[runCount &- 1].recordCount &+= run.recordCount
        } else {
            if runCount < runs.count { runs[runCount] = run } else { runs.append(run) }
            runCount &+= 1
        }
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

    /// Adds `count` A or AAAA records at once, whose addresses `write` writes one behind the other.
    package mutating func append(
        _ section: Section,
        _ owner: Owner,
        _ type: RecordType,
        addressCount count: Int,
        ttl: UInt32,
        _ write: (inout MutableSpan<UInt8>) -> Void
    ) {
        guard count > 0 else { return }
        let size = type == .a ? 4 : 16
        put(atMost: count &* size) {
            write(&$0)
            return count &* size
        }
        append(
            Run(
                section: section,
                isNeeded: section != .additional,
                isCompressed: false,
                type: type,
                recordClass: .internet,
                ttl: ttl,
                owner: owner,
                dataOffset: dataStart,
                dataByteCount: size,
                recordCount: count
            )
        )
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
