// SPDX-License-Identifier: Apache-2.0

import LDNS
import Plugin
import Wire

/// An answer as a scenario writes it: what a client must get, or what an upstream sends.
struct ExpectedReply: Sendable {
    /// One of the three sections of records.
    enum Section: String, CaseIterable, Sendable {
        case answer
        case authority
        case additional

        /// The word that gives a number of records instead of them.
        var plural: String { self == .authority ? "authorities" : "\(rawValue)s" }
    }

    /// A record with the line that it stands on.
    struct Line: Sendable {
        let number: Int
        let section: Section
        let record: Record
    }

    /// The line of the code.
    let number: Int
    private(set) var isSilence = false
    private(set) var code = ResponseCode.noError
    /// The flags of `aa tc ra ad cd` that are set.
    private(set) var flags: Flags = []
    private(set) var repeatsRecursionDesired = true
    /// Whether nothing but the header comes back.
    private(set) var isHeader = false
    /// Whether no OPT record comes back, whatever was sent.
    private(set) var hasNoOptions = false
    private(set) var records: [Line] = []
    /// How many records a section holds, where only this is said; and the line that says so.
    private(set) var counts: [Section: (number: Int, count: Int)] = [:]
    private(set) var options: (number: Int, udpByteCount: UInt16, wantsSignatures: Bool)?
    private(set) var extendedError: (number: Int, code: UInt16, text: String?)?
    /// How long after the question it comes, in milliseconds.
    private(set) var after: (number: Int, milliseconds: UInt64)?

    /// The flags that a scenario writes.
    private static let flagNames: [(name: String, flag: Flags)] = [
        ("aa", .authoritative), ("tc", .truncated), ("ra", .recursionAvailable),
        ("ad", .authenticData), ("cd", .checkingDisabled),
    ]

    /// The flags of `flags` that a scenario writes, as text after a blank each.
    static func text(_ flags: Flags) -> String {
        flagNames.filter { flags.contains($0.flag) }.map { " " + $0.name }.joined()
    }

    /// Reads the line with the code.
    init(_ line: NumberedLine) throws(LineMistake) {
        number = line.number
        let words = line.words
        if words == ["silence"] {
            isSilence = true
            return
        }
        guard let word = words.first, let code = ResponseCode(word) else {
            throw LineMistake("'\(words.first ?? "")' is no response code, as NOERROR or NXDOMAIN")
        }
        self.code = code
        for word in words.dropFirst() {
            switch word {
            case "-rd": repeatsRecursionDesired = false
            case "header": isHeader = true
            case "noedns": hasNoOptions = true
            default:
                guard let found = Self.flagNames.first(where: { $0.name == word }) else {
                    throw LineMistake(
                        "'\(word)' is none of 'aa', 'tc', 'ra', 'ad', 'cd', '-rd', 'header', "
                            + "'noedns'"
                    )
                }
                flags.insert(found.flag)
            }
        }
    }

    /// Reads a line below it.
    mutating func add(_ line: NumberedLine) throws(LineMistake) {
        let words = line.words
        guard !isSilence else { throw LineMistake("nothing can stand below 'silence'") }
        if words[0] == "after" {
            guard words.count == 2, let milliseconds = ScenarioParser.milliseconds(words[1]) else {
                throw LineMistake("'after' wants a time, as 250ms, 3s or 2m")
            }
            after = (line.number, milliseconds)
        } else if let section = Section(rawValue: words[0]) {
            let record = try Record(text: String(line.text.drop { $0 != " " && $0 != "\t" }))
            records.append(Line(number: line.number, section: section, record: record))
        } else if let section = Section.allCases.first(where: { $0.plural == words[0] }) {
            guard words.count == 2, let count = Int(words[1]) else {
                throw LineMistake("'\(section.plural)' wants a number")
            }
            counts[section] = (line.number, count)
        } else if words[0] == "edns" {
            guard words.count == 2 || (words.count == 3 && words[2] == "do"),
                let size = UInt16(words[1])
            else { throw LineMistake("'edns BYTES [do]' is wanted") }
            options = (line.number, size, words.count == 3)
        } else if words[0] == "ede" {
            guard words.count > 1, let code = UInt16(words[1]) else {
                throw LineMistake("'ede CODE [TEXT]' is wanted")
            }
            let text = words.count > 2 ? words.dropFirst(2).joined(separator: " ") : nil
            extendedError = (line.number, code, text)
        } else {
            throw LineMistake(
                "'\(words[0])' is none of 'answer', 'authority', 'additional', 'answers', "
                    + "'authorities', 'additionals', 'edns', 'ede', 'after'"
            )
        }
    }

    /// The reply that an upstream sends to `asked`.
    func message(to asked: Message) throws(WireError) -> [UInt8] {
        var header = asked.header
        header.flags = flags.union([.response, asked.header.flags.intersection(.repeated)])
        header.flags.code = UInt8(truncatingIfNeeded: code.rawValue)
        var message = Message(header: header)
        message.questions = asked.questions
        message.answers = records.filter { $0.section == .answer }.map(\.record)
        message.authorities = records.filter { $0.section == .authority }.map(\.record)
        message.additionals = records.filter { $0.section == .additional }.map(\.record)
        if let (_, code, text) = extendedError {
            let error = ExtendedError(ExtendedErrorCode(rawValue: code), text ?? "").data
            let data = [0, 15, 0, UInt8(truncatingIfNeeded: error.count)] + error
            message.additionals.append(Record(owner: .root, type: .opt, ttl: 0, data: data))
        }
        return try message.encoded()
    }

    /// What comes in place of this reply to `asked`.
    func message(to asked: Message, with forgery: UpstreamAnswer.Forgery) throws -> [UInt8] {
        var asked = asked
        if forgery == .noQuestion { asked.questions = [] }
        if forgery == .twoQuestions { asked.questions += asked.questions }
        var bytes = try message(to: asked)
        let end = forgery == .noQuestion ? bytes.count : try bytes.span.nameEnd(at: 12)
        switch forgery {
        case .id: bytes[1] ^= 1
        case .name: bytes[13] ^= 1
        case .letters: bytes[13] ^= 0x20
        case .type: bytes[end + 1] ^= 0x1D
        case .class: bytes[end + 3] ^= 2
        case .opcode: bytes[2] ^= 0x10
        case .query: bytes[2] &= 0x7F
        case .cut: bytes.removeSubrange((end + 3)...)
        case .noQuestion, .twoQuestions: break
        }
        return bytes
    }
}

extension Record {
    /// Reads a record in the form in which dig prints it: `NAME TTL [CLASS] TYPE DATA`.
    init(text: String) throws(LineMistake) {
        var rest = text[...]
        func word() -> String {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            let word = rest.prefix { $0 != " " && $0 != "\t" }
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        let owner = word()
        guard owner.hasSuffix("."), let name = try? Name(owner) else {
            throw LineMistake("'\(owner)' is no whole name: it ends with a dot")
        }
        let seconds = word()
        guard let ttl = UInt32(seconds) else { throw LineMistake("'\(seconds)' is no TTL") }
        var typeName = word()
        var recordClass = RecordClass.internet
        if let found = RecordClass(text: typeName), typeName != "ANY" {
            recordClass = found
            typeName = word()
        }
        guard let type = RecordType(typeName) else {
            throw LineMistake("'\(typeName)' is no type")
        }
        rest = rest.drop { $0 == " " || $0 == "\t" }
        do throws(LDNSError) {
            let data = try ParsedRecord.reading(
                type: type.rawValue,
                text: Array(rest.utf8),
                origin: [0]
            ).data
            self.init(owner: name, type: type, recordClass: recordClass, ttl: ttl, data: data)
        } catch {
            throw LineMistake("'\(rest)' is no data of \(type): \(error)")
        }
    }

    /// The record in the form in which dig prints it.
    var text: String {
        let start = "\(owner) \(ttl) \(recordClass) \(type)"
        let data = try? ParsedRecord.decoding(type: type.rawValue, data: data).text
        return start + " " + (data ?? "\\# \(self.data.count) \(self.data)")
    }
}
