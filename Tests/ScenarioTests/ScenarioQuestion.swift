// SPDX-License-Identifier: Apache-2.0

import Wire

/// A question as the words after `ask` put it, with the options of dig.
struct ScenarioQuestion: Hashable, Sendable {
    private(set) var question = Question(.root, .a)
    /// The name's wire form as it is sent, its case kept.
    var name: [UInt8] { question.name.bytes }
    private(set) var isOverTCP = false
    /// The port of the server.
    private(set) var port: UInt16 = 53
    /// How often the question stands in the message.
    private(set) var questionCount = 1
    /// RD at first, as dig has it.
    private(set) var flags: Flags = .recursionDesired
    /// The version of EDNS; nil for no OPT record.
    private(set) var version: UInt8?
    /// The size that OPT says.
    private(set) var udpByteCount: UInt16 = 1_232
    private(set) var wantsSignatures = false
    /// The options in OPT, in wire form.
    private(set) var optionBytes: [UInt8] = []

    /// The largest datagram that the client takes.
    var maximumByteCount: Int { version == nil ? 512 : max(512, Int(udpByteCount)) }

    /// Reads the words after `ask`.
    init(_ words: [String]) throws(LineMistake) {
        var rest = words[...]
        var plain: [String] = []
        var isReverse = false
        while let word = rest.popFirst() {
            switch word {
            case "-x":
                guard let address = rest.popFirst().flatMap({ IPAddress($0) }) else {
                    throw LineMistake("an address is wanted after '-x'")
                }
                plain.insert(Self.reverseName(of: address), at: 0)
                isReverse = true
            case "-p":
                guard let port = rest.popFirst().flatMap({ UInt16($0) }) else {
                    throw LineMistake("a port is wanted after '-p'")
                }
                self.port = port
            case _ where word.hasPrefix("+"): try take(option: word)
            default: plain.append(word)
            }
        }
        if plain.isEmpty, questionCount == 0 { return }
        guard let text = plain.first, plain.count <= 3 else {
            throw LineMistake(
                "'NAME [TYPE] [CLASS]' is wanted, not '\(words.joined(separator: " "))'"
            )
        }
        guard let name = try? Name(text) else { throw LineMistake("'\(text)' is no name") }
        question = Question(name, isReverse ? .ptr : .a)
        if plain.count > 1 {
            guard let type = RecordType(plain[1]) else {
                throw LineMistake("'\(plain[1])' is no type")
            }
            question.type = type
        }
        if plain.count > 2 {
            guard let recordClass = RecordClass(text: plain[2]) else {
                throw LineMistake("'\(plain[2])' is no class")
            }
            question.recordClass = recordClass
        }
    }

    private mutating func take(option: String) throws(LineMistake) {
        let parts = option.dropFirst().split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? parts[1] : nil
        switch (parts.first, value) {
        case ("tcp", nil): isOverTCP = true
        case ("norecurse", nil), ("norec", nil): flags.remove(.recursionDesired)
        case ("adflag", nil): flags.insert(.authenticData)
        case ("cdflag", nil): flags.insert(.checkingDisabled)
        case ("header-only", nil): questionCount = 0
        case ("edns", nil): version = version ?? 0
        case ("dnssec", nil):
            version = version ?? 0
            wantsSignatures = true
        case ("edns", let value?): version = try Self.number(value, option)
        case ("bufsize", let value?):
            version = version ?? 0
            udpByteCount = try Self.number(value, option)
        case ("ednsopt", let value?):
            version = version ?? 0
            optionBytes += try Self.ednsOption(value)
        case ("questions", let value?): questionCount = Int(try Self.number(value, option) as UInt8)
        case ("opcode", let value?): flags.opcode = Opcode(rawValue: try Self.number(value, option))
        default: throw LineMistake("'\(option)' is no option; see README.md")
        }
    }

    /// The wire form of an option that is written as dig has it: `CODE[:HEXADECIMAL]`.
    private static func ednsOption(_ text: String) throws(LineMistake) -> [UInt8] {
        let parts = text.split(separator: ":").map { Array($0.utf8) }
        let digits = parts.count > 1 ? parts[1] : []
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(
                String(decoding: digits[$0..<min($0 + 2, digits.count)], as: UTF8.self),
                radix: 16
            )
        }
        guard parts.count == 1 || parts.count == 2, bytes.count * 2 == digits.count,
            let code = UInt16(String(decoding: parts[0], as: UTF8.self))
        else { throw LineMistake("'\(text)' is no option of EDNS, as 10:0123456789abcdef") }
        return [UInt8(code >> 8), UInt8(code & 0xFF), 0, UInt8(truncatingIfNeeded: bytes.count)]
            + bytes
    }

    private static func number<Number: FixedWidthInteger>(
        _ text: String,
        _ option: String
    ) throws(LineMistake) -> Number {
        guard let number = Number(text) else {
            throw LineMistake("'\(option)' does not hold a number that fits")
        }
        return number
    }

    /// The name of an address under `in-addr.arpa` or `ip6.arpa`.
    static func reverseName(of address: IPAddress) -> String {
        let bytes = (0..<address.byteCount).map { address.byte(at: $0) }.reversed()
        if address.family == .v4 {
            return bytes.map { String($0) }.joined(separator: ".") + ".in-addr.arpa."
        }
        let digits = bytes.flatMap { [$0 & 0x0F, $0 >> 4] }.map { String($0, radix: 16) }
        return digits.joined(separator: ".") + ".ip6.arpa."
    }

    /// The message, with this id.
    func message(id: UInt16) -> [UInt8] {
        var bytes: [UInt8] = []
        func put16(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(value & 0xFF)] }
        put16(id)
        put16(flags.rawValue)
        for count in [UInt16(questionCount), 0, 0, version == nil ? 0 : 1] { put16(count) }
        for _ in 0..<questionCount { bytes += questionBytes }
        if let version {
            bytes += [0]
            put16(RecordType.opt.rawValue)
            put16(udpByteCount)
            bytes += [0, version, wantsSignatures ? 0x80 : 0, 0]
            put16(UInt16(optionBytes.count))
            bytes += optionBytes
        }
        return bytes
    }

    /// The question section with one question.
    var questionBytes: [UInt8] {
        let (type, recordClass) = (question.type.rawValue, question.recordClass.rawValue)
        return name + [UInt8(type >> 8), UInt8(type & 0xFF)]
            + [UInt8(recordClass >> 8), UInt8(recordClass & 0xFF)]
    }
}

extension RecordClass {
    /// The class that `text` names: a mnemonic in capitals, or `CLASS` and a number.
    init?(text: String) {
        switch text {
        case "IN": self = .internet
        case "CH": self = .chaos
        case "HS": self.init(rawValue: 4)
        case "NONE": self = .none
        case "ANY": self = .any
        case _ where text.hasPrefix("CLASS"):
            guard let number = UInt16(text.dropFirst(5)) else { return nil }
            self.init(rawValue: number)
        default: return nil
        }
    }
}
