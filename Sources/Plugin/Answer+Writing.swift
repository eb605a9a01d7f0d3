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
        table.removeAll()
        writer.limit = min(writer.limit, limits.byteCount(for: query))
        let limit = writer.limit
        writer.limit -= reservedByteCount(query)
        guard writer.hasRoom(for: Header.byteCount + query.questionByteCount) else { return }
        for _ in 0..<6 { _ = writer.put16(0) }
        _ = writer.put(query.name.bytes)
        _ = writer.put16(query.type.rawValue)
        _ = writer.put16(query.recordClass.rawValue)
        if hasNamesToCompress {
            writer.remember(query.name.bytes, at: Header.byteCount, in: &table)
        }
        var header = Header(id: query.header.id, flags: flags(query), questionCount: 1)
        header.answerCount = writeSection(.answer, query, &table, &writer)
        header.authorityCount = writeSection(.authority, query, &table, &writer)
        header.additionalCount = writeSection(.additional, query, &table, &writer)
        if isTruncated { header.flags.insert(.truncated) }
        writer.limit = limit
        if query.options != nil {
            writeOptions(query, limits, &writer)
            header.additionalCount += 1
        }
        writer.set(header)
    }

    /// Whether a name besides those that point straight to the question will be written.
    private var hasNamesToCompress: Bool {
        for index in 0..<entries.count {
            if case .placed = entries[index].owner { return true }
            if RecordLayout(of: entries[index].type).isCompressible { return true }
        }
        return false
    }

    /// The flags of the message, TC still open.
    private func flags(_ query: borrowing Query) -> Flags {
        var flags: Flags = .response
        flags.opcode = query.header.flags.opcode
        if query.header.flags.opcode == .query {
            flags.formUnion(
                query.header.flags.intersection(.repeated)
            )
        }
        if isAuthoritative { flags.insert(.authoritative) }
        if isRecursionAvailable { flags.insert(.recursionAvailable) }
        if isAuthenticData { flags.insert(.authenticData) }
        flags.code = UInt8(truncatingIfNeeded: code.rawValue & 0x0F)
        return flags
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
        var count: UInt16 = 0
        var isCut = false
        // The last record seen, and where its set of extra records began.
        var previous = -1
        var set = (recordCount: count, byteCount: writer.count)
        for index in 0..<entries.count where entries[index].section == section {
            if !entries[index].isNeeded, previous < 0 || !isSameSet(previous, index) {
                set = (count, writer.count)
            }
            previous = index
            if !isCut, write(entries[index], query, &table, &writer) {
                count += 1
            } else if entries[index].isNeeded {
                isTruncated = true
                // What follows in any section would only hide that something is missing.
                writer.limit = writer.count
                return count
            } else if !isCut {
                isCut = true
                count = set.recordCount
                // The table knows nothing of what is taken back: a failed write empties it.
                writer.rewind(to: set.byteCount)
            }
        }
        return count
    }

    /// Writes one record; false when it does not fit.
    private func write(
        _ entry: Entry,
        _ query: borrowing Query,
        _ table: inout NameTable,
        _ writer: inout Writer
    ) -> Bool {
        let data = memory.span.extracting(
            entry.dataOffset..<(entry.dataOffset + entry.dataByteCount)
        )
        let label: Int
        switch entry.owner {
        case .question: label = 0
        case .questionSuffix(let start): label = start
        case .placed(let name):
            let start = Int(name.offset)
            return writer.putRecord(
                owner: memory.span.extracting(start..<(start + Int(name.byteCount))),
                type: entry.type,
                recordClass: entry.recordClass,
                ttl: entry.ttl,
                data: data,
                compressing: &table
            )
        }
        let start = query.name.start(ofLabel: label)
        guard start < query.name.byteCount - 1 else {
            // The root is shorter than a pointer to it.
            return writer.putRecord(
                owner: query.name.bytes.extracting(start...),
                type: entry.type,
                recordClass: entry.recordClass,
                ttl: entry.ttl,
                data: data,
                compressing: &table
            )
        }
        let offset = Header.byteCount + start
        return writer.putRecord(
            ownerAt: UInt16(truncatingIfNeeded: offset),
            type: entry.type,
            recordClass: entry.recordClass,
            ttl: entry.ttl,
            data: data,
            compressing: &table
        )
    }

    /// The bytes that OPT will need.
    private func reservedByteCount(_ query: borrowing Query) -> Int {
        guard query.options != nil else { return 0 }
        guard let extendedError else { return Self.optionsByteCount }
        return Self.optionsByteCount + 6 + textByteCount(extendedError)
    }

    /// The bytes of the error's text that are sent: whole characters only.
    private func textByteCount(_ error: ExtendedError) -> Int {
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
    private func writeOptions(
        _ query: borrowing Query,
        _ limits: AnswerLimits,
        _ writer: inout Writer
    ) {
        _ = writer.put8(0)
        _ = writer.put16(RecordType.opt.rawValue)
        _ = writer.put16(limits.udpByteCount)
        _ = writer.put8(UInt8(truncatingIfNeeded: code.rawValue >> 4))
        _ = writer.put8(0)
        _ = writer.put16(query.options?.wantsSignatures == true ? 0x8000 : 0)
        guard let extendedError else {
            _ = writer.put16(0)
            return
        }
        let textCount = textByteCount(extendedError)
        _ = writer.put16(UInt16(6 + textCount))
        _ = writer.put16(15)
        _ = writer.put16(UInt16(2 + textCount))
        _ = writer.put16(extendedError.code.rawValue)
        for byte in extendedError.text.utf8.prefix(textCount) { _ = writer.put8(byte) }
    }
}
