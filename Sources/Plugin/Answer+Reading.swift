// SPDX-License-Identifier: Apache-2.0

import Wire

extension Answer {
    /// The number of records in one section.
    package func count(of section: Section) -> Int {
        var count = 0
        for index in 0..<entries.count where entries[index].section == section { count += 1 }
        return count
    }

    /// The section of the record at `index`.
    package func section(at index: Int) -> Section { entries[index].section }

    /// The type of the record at `index`.
    package func type(at index: Int) -> RecordType { entries[index].type }

    /// The time to live of the record at `index`, in seconds.
    package func ttl(at index: Int) -> UInt32 { entries[index].ttl }

    /// The data of the record at `index`, names uncompressed.
    @_lifetime(borrow self)
    package borrowing func data(at index: Int) -> Span<UInt8> {
        let entry = entries[index]
        return memory.span.extracting(
            entry.dataOffset..<(entry.dataOffset + entry.dataByteCount)
        )
    }

    /// Exchanges the places of two records.
    package mutating func swapRecords(_ first: Int, _ second: Int) {
        entries.swapAt(first, second)
    }

    /// Whether both records have the same section, owner, class and type.
    package func isSameSet(_ first: Int, _ second: Int) -> Bool {
        let (first, second) = (entries[first], entries[second])
        return first.section == second.section && first.type == second.type
            && first.recordClass == second.recordClass && hasSameOwner(first, second)
    }

    /// Whether two records have the same owner, byte for byte.
    private func hasSameOwner(_ first: Entry, _ second: Entry) -> Bool {
        if first.owner == second.owner { return true }
        guard case .placed(let left) = first.owner, case .placed(let right) = second.owner,
            left.byteCount == right.byteCount
        else { return false }
        for index in 0..<Int(left.byteCount)
        where memory[Int(left.offset) + index] != memory[Int(right.offset) + index] {
            return false
        }
        return true
    }

    /// The records of one section as values, for look-ups and tests; it allocates.
    ///
    /// `question`: the name that `Owner.question` stands for.
    package func records(in section: Section, question: borrowing QueryName) -> [Record] {
        var records: [Record] = []
        for entry in entries where entry.section == section {
            let end = entry.dataOffset + entry.dataByteCount
            records.append(
                Record(
                    owner: ownerName(entry.owner, question: question),
                    type: entry.type,
                    recordClass: entry.recordClass,
                    ttl: entry.ttl,
                    data: Array(memory[entry.dataOffset..<end])
                )
            )
        }
        return records
    }

    /// The name that `owner` stands for.
    private func ownerName(_ owner: Owner, question: borrowing QueryName) -> Name {
        switch owner {
        case .question: return question.name
        case .questionSuffix(let label): return question.name(fromLabel: label)
        case .placed(let name):
            let bytes = Array(memory[Int(name.offset)..<(Int(name.offset) + Int(name.byteCount))])
            return (try? Name(wire: bytes.span)) ?? .root
        }
    }
}

extension Answer {
    /// What plugins learn about this answer once it was sent.
    package func report(
        _ query: borrowing Query,
        byteCount: Int,
        durationNanoseconds: UInt64
    ) -> SentReport {
        var flags: Flags = .response
        if isAuthoritative { flags.insert(.authoritative) }
        if isTruncated { flags.insert(.truncated) }
        if isRecursionAvailable { flags.insert(.recursionAvailable) }
        if isAuthenticData { flags.insert(.authenticData) }
        flags.formUnion(query.header.flags.intersection(.repeated))
        return SentReport(
            code: code,
            flags: flags,
            hasAnswers: entries.contains { $0.section == .answer },
            byteCount: byteCount,
            answeringPlugin: answeringPlugin,
            durationNanoseconds: durationNanoseconds
        )
    }
}
