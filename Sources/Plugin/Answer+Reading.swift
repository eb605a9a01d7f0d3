// SPDX-License-Identifier: Apache-2.0

import Wire

extension Answer {
    /// The number of records in one section.
    package func count(of section: Section) -> Int {
        if let relayed { return Int(relayed.count(of: section)) }
        var count = 0
        for run in 0..<runCount where runs[run].section == section {
            count &+= runs[run].recordCount
        }
        return count
    }

    /// The run of the record at `index`, and its place there.
    private func place(at index: Int) -> (run: Int, record: Int) {
        var record = index
        var run = 0
        while run < runCount, record >= runs[run].recordCount {
            record &-= runs[run].recordCount
            run &+= 1
        }
        precondition(run < runCount && record >= 0, "the answer holds fewer records")
        return (run, record)
    }

    /// The section of the record at `index`.
    package func section(at index: Int) -> Section { runs[place(at: index).run].section }

    /// The type of the record at `index`.
    package func type(at index: Int) -> RecordType { runs[place(at: index).run].type }

    /// The time to live of the record at `index`, in seconds.
    package func ttl(at index: Int) -> UInt32 { runs[place(at: index).run].ttl }

    /// The data of the record at `index`.
    @_lifetime(borrow self)
    package borrowing func data(at index: Int) -> Span<UInt8> {
        let (run, record) = place(at: index)
        return memory.span.extracting(runs[run].data(at: record))
    }

    /// The records of one section as values, for look-ups and tests; it allocates.
    ///
    /// `question`: the name that `Owner.question` stands for.
    package func records(in section: Section, question: borrowing QueryName) -> [Record] {
        if let relayed { return records(of: relayed, in: section, question: question) }
        var records: [Record] = []
        for run in runs[..<runCount] where run.section == section {
            let owner = ownerName(run.owner, question: question)
            for index in 0..<run.recordCount {
                let data = Array(memory[run.data(at: index)])
                records.append(
                    Record(
                        owner: owner,
                        type: run.type,
                        recordClass: run.recordClass,
                        ttl: run.ttl,
                        data: run.isCompressed ? Self.expanded(data, run.type, question) : data
                    )
                )
            }
        }
        return records
    }

    /// Data whose names end in pointers to the question, with these written out.
    private static func expanded(
        _ data: [UInt8],
        _ type: RecordType,
        _ question: borrowing QueryName
    ) -> [UInt8] {
        let layout = RecordLayout(of: type)
        var expanded = Array(data[..<layout.leadingByteCount])
        var offset = layout.leadingByteCount
        for _ in 0..<layout.nameCount {
            while data[offset] != 0, data[offset] < 0xC0 {
                expanded += data[offset...(offset + Int(data[offset]))]
                offset += Int(data[offset]) + 1
            }
            if data[offset] == 0 {
                expanded.append(0)
                offset += 1
            } else {
                let start = Int(data.span.uint16(at: offset) & 0x3FFF) - Header.byteCount
                for index in start..<question.byteCount { expanded.append(question.bytes[index]) }
                offset += 2
            }
        }
        return expanded + data[offset...]
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
        SentReport(
            code: code,
            flags: flags(query).withoutCode,
            hasAnswers: sections & 1 << Section.answer.rawValue != 0,
            byteCount: byteCount,
            answeringPlugin: answeringPlugin,
            durationNanoseconds: durationNanoseconds
        )
    }
}
