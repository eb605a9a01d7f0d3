// SPDX-License-Identifier: Apache-2.0

import Wire

/// Finds everything in which an answer is not what a scenario expects.
struct ReplyComparison {
    let asked: ScenarioQuestion
    let expected: ExpectedReply
    /// The id that the question had.
    let id: UInt16
    /// The differences, each with the line that it belongs to.
    private(set) var differences: [NumberedLine] = []

    /// What is wrong with `reply`; nil stands for no answer at all.
    static func differences(
        of reply: [UInt8]?,
        from expected: ExpectedReply,
        asked: ScenarioQuestion,
        id: UInt16
    ) -> [NumberedLine] {
        var comparison = ReplyComparison(asked: asked, expected: expected, id: id)
        comparison.compare(reply)
        return comparison.differences
    }

    private init(asked: ScenarioQuestion, expected: ExpectedReply, id: UInt16) {
        self.asked = asked
        self.expected = expected
        self.id = id
    }

    private mutating func note(_ line: Int, expected: String, got: String) {
        differences.append(NumberedLine(number: line, text: "expected \(expected), got \(got)"))
    }

    private mutating func compare(_ reply: [UInt8]?) {
        let line = expected.number
        guard let reply else {
            if !expected.isSilence { note(line, expected: "\(expected.code)", got: "no answer") }
            return
        }
        guard !expected.isSilence else {
            note(line, expected: "silence", got: "\(reply.count) bytes")
            return
        }
        guard let message = try? Message(parsing: reply.span) else {
            note(line, expected: "a message", got: "\(reply.count) bytes that are none")
            return
        }
        compareHeader(message)
        compareQuestion(reply, message)
        if !asked.isOverTCP, reply.count > asked.maximumByteCount {
            note(line, expected: "\(asked.maximumByteCount) bytes", got: "\(reply.count)")
        }
        compare(.answer, message.answers)
        compare(.authority, message.authorities)
        compare(.additional, message.additionals.filter { $0.type != .opt })
        compareOptions(message)
    }

    private mutating func compareHeader(_ message: Message) {
        let flags = message.header.flags
        let line = expected.number
        if message.header.id != id { note(line, expected: "id \(id)", got: "\(message.header.id)") }
        if !flags.contains(.response) { note(line, expected: "QR", got: "a query") }
        if flags.opcode != asked.flags.opcode {
            let opcodes = (asked.flags.opcode.rawValue, flags.opcode.rawValue)
            note(line, expected: "opcode \(opcodes.0)", got: "\(opcodes.1)")
        }
        let right = "\(expected.code)\(ExpectedReply.text(expected.flags))"
        let found = "\(message.code)\(ExpectedReply.text(flags))"
        if right != found { note(line, expected: right, got: found) }
        let wantsRecursion =
            expected.repeatsRecursionDesired && asked.flags.contains(.recursionDesired)
        if flags.contains(.recursionDesired) != wantsRecursion {
            note(
                line,
                expected: wantsRecursion ? "RD" : "no RD",
                got: wantsRecursion ? "none" : "RD"
            )
        }
    }

    /// The question comes back byte for byte.
    private mutating func compareQuestion(_ reply: [UInt8], _ message: Message) {
        let start = Header.byteCount
        if expected.isHeader {
            guard reply.count != start else { return }
            note(expected.number, expected: "a bare header", got: "\(reply.count) bytes")
        } else if message.questions.count != 1
            || !reply.dropFirst(start).starts(with: asked.questionBytes)
        {
            let got = message.questions.map { "\($0.name) \($0.recordClass) \($0.type)" }
            note(expected.number, expected: "the question as it was asked", got: "\(got)")
        }
    }

    /// A section holds these records and no other, in any order.
    private mutating func compare(_ section: ExpectedReply.Section, _ records: [Record]) {
        if let (line, count) = expected.counts[section] {
            if records.count != count {
                note(line, expected: "\(count) \(section.plural)", got: "\(records.count)")
            }
            return
        }
        var left = records
        for right in expected.records where right.section == section {
            if let index = left.firstIndex(of: right.record) {
                left.remove(at: index)
            } else {
                let place = "\(section.rawValue) \(right.record.text)"
                let got = records.isEmpty ? "an empty section" : "others"
                note(right.number, expected: place, got: got)
            }
        }
        for record in left {
            let line = expected.records.last { $0.section == section }?.number ?? expected.number
            note(line, expected: "no other record", got: "\(section.rawValue) \(record.text)")
        }
    }

    /// OPT comes back to those who sent one, and to nobody else (RFC 6891 §6.1.1).
    private mutating func compareOptions(_ message: Message) {
        let line = expected.number
        let isWanted = asked.version != nil && !expected.isHeader && !expected.hasNoOptions
        let count = message.additionals.filter { $0.type == .opt }.count
        if count != (isWanted ? 1 : 0) {
            note(line, expected: "\(isWanted ? 1 : 0) OPT records", got: "\(count)")
        }
        let options = message.options
        let hasSignatures = options.map { $0.ttl & 0x8000 != 0 } ?? false
        if isWanted, hasSignatures != asked.wantsSignatures {
            note(line, expected: "DO as it was asked", got: "\(hasSignatures)")
        }
        if let right = expected.options {
            let size = options?.recordClass.rawValue ?? 0
            if size != right.udpByteCount || hasSignatures != right.wantsSignatures {
                note(
                    right.number,
                    expected: "edns \(right.udpByteCount)\(right.wantsSignatures ? " do" : "")",
                    got: "edns \(size)\(hasSignatures ? " do" : "")"
                )
            }
        }
        let found = options.flatMap { Self.extendedError($0.data) }
        guard let right = expected.extendedError else {
            if let found {
                note(
                    line,
                    expected: "no Extended DNS Error",
                    got: "ede \(found.code) \(found.text)"
                )
            }
            return
        }
        let isRight = found?.code == right.code && (right.text == nil || right.text == found?.text)
        if !isRight {
            note(
                right.number,
                expected: "ede \(right.code)\(right.text.map { " " + $0 } ?? "")",
                got: found.map { "ede \($0.code) \($0.text)" } ?? "none"
            )
        }
    }

    /// The Extended DNS Error among the options of OPT (RFC 8914 §2).
    private static func extendedError(_ data: [UInt8]) -> (code: UInt16, text: String)? {
        var index = 0
        while index + 4 <= data.count {
            let option = data.span.uint16(at: index)
            let end = index + 4 + Int(data.span.uint16(at: index + 2))
            guard end <= data.count else { return nil }
            if option == 15, index + 6 <= end {
                let text = String(decoding: data[(index + 6)..<end], as: UTF8.self)
                return (data.span.uint16(at: index + 4), text)
            }
            index = end
        }
        return nil
    }
}
