// SPDX-License-Identifier: Apache-2.0

import Wire

/// What the server adds to every answer of a listener or block.
package struct AnswerLimits: Hashable, Sendable {
    /// The most bytes of a UDP answer that are sent and advertised (RFC 9715): 512 to 4,096.
    package var udpByteCount: UInt16 = 1_232

    package init() {}

    /// The most bytes that an answer to `query` may have.
    package func byteCount(for query: borrowing Query) -> Int {
        guard query.transport == .udp else { return 65_535 }
        guard let options = query.options else { return 512 }
        return Int(max(512, min(options.udpByteCount, udpByteCount)))
    }
}

extension Answer {
    /// The bytes of an OPT record without options (RFC 6891 §6.1.2).
    private static let optionsByteCount = 11

    /// Writes the whole message, and tells its length.
    ///
    /// Records that do not fit are left out from the end; TC is set when one was needed. Question
    /// and OPT always fit, in a buffer of 512 bytes or more; in a smaller one nothing may be written.
    package mutating func write(
        _ query: borrowing Query,
        limits: AnswerLimits,
        table: inout NameTable,
        into writer: inout Writer
    ) {
        writer.limit = min(writer.limit, limits.byteCount(for: query))
        if let relayed {
            if write(relayed, query, limits, into: &writer) { return }
            unpack(query)
            if isRelayed {
                // Records that only fit in wire form: better asked for again over TCP than denied.
                removeRecords()
                isTruncated = true
            }
        }
        table.removeAll()
        let limit = writer.limit
        writer.limit -= reservedByteCount(query)
        guard writer.putQuestion(query.name, query.type, query.recordClass) else { return }
        if hasNamesToCompress {
            writer.remember(query.name.bytes, at: Header.byteCount, in: &table)
        }
        var header = Header(id: query.header.id, flags: Flags(), questionCount: 1)
        header.answerCount = writeSection(.answer, query, &table, &writer)
        header.authorityCount = writeSection(.authority, query, &table, &writer)
        header.additionalCount = writeSection(.additional, query, &table, &writer)
        // Last, because only now it is known whether something was left out.
        header.flags = flags(query)
        writer.limit = limit
        if query.options != nil {
            writeOptions(query, limits, &writer)
            header.additionalCount += 1
        }
        writer.set(header)
    }

    /// Whether a name besides those that point straight to the question will be written.
    private var hasNamesToCompress: Bool {
        for run in 0..<runCount {
            if case .placed = runs[run].owner { return true }
            let type = runs[run].type
            if Run.isEven(type) || runs[run].isCompressed { continue }
            if RecordLayout(of: type).isCompressible { return true }
        }
        return false
    }

    /// The flags of the message, the response code among them.
    func flags(_ query: borrowing Query) -> Flags {
        let asked = query.header.flags.rawValue
        // Opcode 0 is QUERY; an answer to anything else repeats nothing but the opcode.
        let opcode = asked & 0x7800
        var bits = Flags.response.rawValue | opcode | code.rawValue & 0x0F
        if opcode == 0 { bits |= asked & Flags.repeated.rawValue }
        if isAuthoritative { bits |= Flags.authoritative.rawValue }
        if isTruncated { bits |= Flags.truncated.rawValue }
        if isRecursionAvailable { bits |= Flags.recursionAvailable.rawValue }
        if isAuthenticData { bits |= Flags.authenticData.rawValue }
        return Flags(rawValue: bits)
    }

    /// Writes the records of one section until one does not fit, and tells their number.
    ///
    /// Where an extra record does not fit, its whole set is left out (RFC 2181 §9).
    private mutating func writeSection(
        _ section: Section,
        _ query: borrowing Query,
        _ table: inout NameTable,
        _ writer: inout Writer
    ) -> UInt16 {
        guard sections & 1 << section.rawValue != 0 else { return 0 }
        var count = 0
        var isCut = false
        // The last run seen, and where its set of extra records began.
        var previous = -1
        var set = (recordCount: count, byteCount: writer.count)
        for index in 0..<runCount where runs[index].section == section {
            let isNeeded = runs[index].isNeeded
            if !isNeeded, previous < 0 || !isSameSet(previous, index) {
                set = (count, writer.count)
            }
            previous = index
            if isCut, !isNeeded { continue }
            let written = isCut ? 0 : write(index, query, &table, &writer)
            count &+= written
            guard written < runs[index].recordCount else { continue }
            if isNeeded {
                isTruncated = true
                // What follows in any section would only hide that something is missing.
                writer.limit = writer.count
                break
            }
            isCut = true
            count = set.recordCount
            // The table knows nothing of what is taken back: a failed write empties it.
            writer.rewind(to: set.byteCount)
        }
        return UInt16(truncatingIfNeeded: count)
    }

    /// Writes the records of a run until one does not fit, and tells their number.
    private func write(
        _ index: Int,
        _ query: borrowing Query,
        _ table: inout NameTable,
        _ writer: inout Writer
    ) -> Int {
        let run = runs[index]
        guard let start = start(of: run.owner, in: query) else {
            return writeOwned(run, query, &table, &writer)
        }
        let owner = UInt16(truncatingIfNeeded: Header.byteCount &+ start)
        if Run.isEven(run.type) {
            return writeAddresses(run, owner, &writer)
        }
        // Data that is compressed already goes as it is: for the writer, of no known shape.
        let isWritten = writer.putRecord(
            ownerAt: owner,
            type: run.type,
            recordClass: run.recordClass,
            ttl: run.ttl,
            data: memory.span.extracting(run.data),
            isCompressed: run.isCompressed,
            compressing: &table
        )
        return isWritten ? 1 : 0
    }

    /// Where an owner that is part of the question stands in it; nil for the root, which is shorter
    /// than a pointer to it, and for names that stand elsewhere.
    private func start(of owner: Owner, in query: borrowing Query) -> Int? {
        let start: Int
        switch owner {
        case .question: start = 0
        case .questionSuffix(let label): start = query.name.start(ofLabel: label)
        case .placed: return nil
        }
        return start < query.name.byteCount &- 1 ? start : nil
    }

    /// Writes the addresses of a run from the first one on, and then those in front of it.
    private func writeAddresses(_ run: Run, _ owner: UInt16, _ writer: inout Writer) -> Int {
        let all = run.data
        let first = all.lowerBound &+ run.first &* run.dataByteCount
        let count = writeAddresses(run, first..<all.upperBound, owner, &writer)
        guard run.first > 0, count == run.recordCount &- run.first else { return count }
        return count &+ writeAddresses(run, all.lowerBound..<first, owner, &writer)
    }

    /// Writes part of the addresses of a run.
    private func writeAddresses(
        _ run: Run,
        _ part: Range<Int>,
        _ owner: UInt16,
        _ writer: inout Writer
    ) -> Int {
        writer.putAddresses(
            ownerAt: owner,
            type: run.type,
            recordClass: run.recordClass,
            ttl: run.ttl,
            addresses: memory.span.extracting(part),
            byteCount: run.dataByteCount
        )
    }

    /// Writes the records of a run whose owner has to be written out, or compressed.
    private func writeOwned(
        _ run: Run,
        _ query: borrowing Query,
        _ table: inout NameTable,
        _ writer: inout Writer
    ) -> Int {
        var owner = query.name.bytes.extracting((query.name.byteCount &- 1)...)
        let bytes = memory.span
        if case .placed(let name) = run.owner { owner = bytes.extracting(name.range) }
        for index in 0..<run.recordCount {
            let isWritten = writer.putRecord(
                owner: owner,
                type: run.type,
                recordClass: run.recordClass,
                ttl: run.ttl,
                data: bytes.extracting(run.data(at: index)),
                isCompressed: run.isCompressed,
                compressing: &table
            )
            guard isWritten else { return index }
        }
        return run.recordCount
    }

    /// The bytes that OPT will need.
    func reservedByteCount(_ query: borrowing Query) -> Int {
        guard query.options != nil else { return 0 }
        guard let extendedError else { return Self.optionsByteCount }
        return Self.optionsByteCount + 6 + Self.textByteCount(extendedError)
    }

    /// The bytes of the error's text that are sent: whole characters only.
    private static func textByteCount(_ error: ExtendedError) -> Int {
        let text = error.text.utf8
        guard text.count > ExtendedError.maximumTextByteCount else { return text.count }
        var count = 0
        for character in error.text.unicodeScalars {
            let next = count + Unicode.UTF8.width(character)
            if next > ExtendedError.maximumTextByteCount { break }
            count = next
        }
        return count
    }

    /// Writes OPT: our own size, the client's DO, and the reason of a failure (RFC 6891, RFC 8914).
    ///
    /// It changes nothing. But a value that cannot be copied is still copied, byte by byte, where a
    /// function that may change it calls one that may not.
    mutating func writeOptions(
        _ query: borrowing Query,
        _ limits: AnswerLimits,
        _ writer: inout Writer
    ) {
        let textCount = extendedError.map { Self.textByteCount($0) }
        let isWritten = writer.putOptions(
            udpByteCount: limits.udpByteCount,
            upperCode: UInt8(truncatingIfNeeded: code.rawValue >> 4),
            wantsSignatures: query.options?.wantsSignatures == true,
            dataByteCount: UInt16(textCount.map { 6 + $0 } ?? 0)
        )
        guard isWritten, let extendedError, let textCount else { return }
        _ = writer.put16(15)
        _ = writer.put16(UInt16(2 + textCount))
        _ = writer.put16(extendedError.code.rawValue)
        for byte in extendedError.text.utf8.prefix(textCount) { _ = writer.put8(byte) }
    }
}
