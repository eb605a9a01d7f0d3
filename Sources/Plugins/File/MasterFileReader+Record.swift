// SPDX-License-Identifier: Apache-2.0

import Corefile
import LDNS
import Wire

extension MasterFileReader {
    /// The words of a record before its data.
    private struct Head {
        var ttl: UInt32?
        var type = RecordType(rawValue: 0)
        /// The word that names the type.
        var typeToken: MasterToken
        /// The index of the first word of the data.
        var dataIndex = 0
    }

    /// The record that the words of one entry make.
    mutating func record(
        _ lexer: MasterLexer,
        at place: MasterPlace
    ) throws(ZoneMistake) -> MasterRecord {
        guard let current = open.indices.last, let first = lexer.tokens.first else {
            throw ZoneMistake(at: position(of: place), "a record without a word")
        }
        let owner = try owner(lexer, first, current)
        open[current].lastOwner = owner
        let head = try head(lexer, from: lexer.hasOwner ? 1 : 0)
        if let ttl = head.ttl { open[current].lastTTL = ttl }
        let data = try data(lexer, head)
        if head.type == .soa, minimumTTL == nil, data.count >= 4 {
            minimumTTL = data.span.uint32(at: data.count - 4)
        }
        let ttl = head.ttl ?? open[current].defaultTTL ?? open[current].lastTTL ?? minimumTTL
        guard let ttl else {
            throw lexer.mistake(
                at: head.typeToken,
                "no time to live was said before; put '$TTL 3600' in front of the first record"
            )
        }
        return MasterRecord(
            owner: owner,
            type: head.type,
            ttl: min(ttl, MasterValues.maximumTTL),
            data: data,
            place: place
        )
    }

    /// The owner: the first word, or that of the record before.
    private func owner(
        _ lexer: MasterLexer,
        _ token: MasterToken,
        _ current: Int
    ) throws(ZoneMistake) -> [UInt8] {
        guard lexer.hasOwner else {
            guard let last = open[current].lastOwner else {
                throw lexer.mistake(
                    at: token,
                    "the line begins with a space, but there is no record before it whose owner "
                        + "it could repeat"
                )
            }
            return last
        }
        do throws(WireError) {
            return try MasterName.read(
                lexer.bytes[token.range],
                origin: open[current].origin
            )
        } catch {
            throw badName(lexer, token, error)
        }
    }

    /// Reads TTL and class in either order, and the type behind them.
    private func head(_ lexer: MasterLexer, from start: Int) throws(ZoneMistake) -> Head {
        var ttl: UInt32?
        var hasClass = false
        for index in lexer.tokens.indices.dropFirst(start) {
            let token = lexer.tokens[index]
            let word = lexer.bytes[token.range]
            if ttl == nil, let seconds = MasterValues.ttl(word) {
                ttl = seconds
                continue
            }
            if !hasClass, let number = MasterValues.recordClass(word) {
                guard number == 1 else {
                    throw lexer.mistake(
                        at: token,
                        "class '\(lexer.text(token))' is not served; only IN is"
                    )
                }
                hasClass = true
                continue
            }
            return Head(
                ttl: ttl,
                type: try type(lexer, token),
                typeToken: token,
                dataIndex: index + 1
            )
        }
        let last = lexer.tokens[lexer.tokens.count - 1]
        throw lexer.mistake(at: last, "a record type is wanted behind '\(lexer.text(last))'")
    }

    /// The type that a word names, when a zone may hold it.
    private func type(_ lexer: MasterLexer, _ token: MasterToken) throws(ZoneMistake) -> RecordType
    {
        let text = String(decoding: lexer.bytes[token.range].prefix(64), as: UTF8.self)
        guard let number = RecordTypeName.number(of: text) else {
            if lexer.bytes[token.start].isDigit { throw badTTL(lexer, token) }
            let nearest = Nearest.word(to: text, in: Self.commonTypes)
            let hint = nearest.map { "; try '\($0)'" } ?? ""
            throw lexer.mistake(
                at: token,
                "'\(lexer.text(token))' is no record type, class or time to live\(hint)"
            )
        }
        let type = RecordType(rawValue: number)
        switch number {
        case 0, 41, 128...255:
            throw lexer.mistake(
                at: token,
                "\(type) is no type of records in a zone (RFC 6895 §3.1)"
            )
        case 50, 51:
            throw lexer.mistake(
                at: token,
                "\(type) is not supported; sign the zone with NSEC, or leave it unsigned"
            )
        default:
            return type
        }
    }

    /// The types that a mistyped word is compared with.
    private static let commonTypes = [
        "A", "AAAA", "CAA", "CNAME", "DNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA",
        "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
    ]

    /// The data of a record in wire form.
    private func data(_ lexer: MasterLexer, _ head: Head) throws(ZoneMistake) -> [UInt8] {
        let words = lexer.tokens[head.dataIndex...]
        guard let first = words.first else {
            throw lexer.mistake(at: head.typeToken, "\(head.type) wants data behind it")
        }
        if lexer.bytes[first.range].elementsEqual([UInt8(ascii: "\\"), UInt8(ascii: "#")]) {
            return try generalData(lexer, head, words.dropFirst())
        }
        try checkPorts(lexer, head, words)
        let origin = open.last?.origin ?? .root
        let data: [UInt8]
        do throws(LDNSError) {
            let record = try ParsedRecord.reading(
                type: head.type.rawValue,
                text: MasterText.joined(lexer, words, of: head.type),
                origin: origin.bytes
            )
            data = record.data
        } catch {
            throw lexer.mistake(at: first, MasterData.mistake(of: head.type, error.description))
        }
        do throws(LDNSError) {
            try checkShape(data, of: head.type)
        } catch {
            throw lexer.mistake(at: first, "data of \(head.type): \(error)")
        }
        return data
    }

    /// The data that is written as `\# LENGTH HEXADECIMAL…` (RFC 3597 §5).
    private func generalData(
        _ lexer: MasterLexer,
        _ head: Head,
        _ words: ArraySlice<MasterToken>
    ) throws(ZoneMistake) -> [UInt8] {
        let wanted = "'\\# LENGTH HEXADECIMAL' is wanted"
        guard let first = words.first else {
            throw lexer.mistake(at: head.typeToken, "no length behind '\\#'; \(wanted)")
        }
        let digits = lexer.bytes[first.range]
        guard digits.count <= 5, digits.allSatisfy(\.isDigit), digits.decimal <= 65_535 else {
            throw lexer.mistake(
                at: first,
                "'\(lexer.text(first))' is no length from 0 to 65535; \(wanted)"
            )
        }
        var nibbles: [UInt8] = []
        for token in words.dropFirst() {
            for byte in lexer.bytes[token.range] {
                guard let value = Character(Unicode.Scalar(byte)).hexDigitValue else {
                    throw lexer.mistake(
                        at: token,
                        "'\(lexer.text(token))' is not hexadecimal; \(wanted)"
                    )
                }
                nibbles.append(UInt8(value))
            }
        }
        guard nibbles.count == digits.decimal * 2 else {
            throw lexer.mistake(
                at: first,
                "\(digits.decimal) bytes are announced, but \(nibbles.count) hexadecimal digits "
                    + "follow; two a byte are wanted"
            )
        }
        let data = stride(from: 0, to: nibbles.count, by: 2).map {
            nibbles[$0] << 4 | nibbles[$0 + 1]
        }
        do throws(LDNSError) {
            try checkShape(data, of: head.type)
        } catch {
            throw lexer.mistake(at: first, "data of \(head.type): \(error)")
        }
        return data
    }

    /// Refuses a port above 65535, which libldns would cut.
    private func checkPorts(
        _ lexer: MasterLexer,
        _ head: Head,
        _ words: ArraySlice<MasterToken>
    ) throws(ZoneMistake) {
        guard head.type == .svcb || head.type == .https else { return }
        for token in words {
            let word = String(decoding: lexer.bytes[token.range], as: UTF8.self).lowercased()
            guard word.hasPrefix("port=") else { continue }
            let digits = word.dropFirst(5).filter { $0 != "\"" }
            guard UInt16(digits) == nil || digits.utf8.first == UInt8(ascii: "+") else { continue }
            throw lexer.mistake(at: token, "'\(word)' is no port from 0 to 65535")
        }
    }

    /// Makes sure that names and fixed fields of the data are where its type has them.
    private func checkShape(_ data: [UInt8], of type: RecordType) throws(LDNSError) {
        if type == .svcb || type == .https { try ServiceParameters.check(data) }
        let layout = RecordLayout(of: type)
        let misshapen = LDNSError("the data does not fit its type")
        var offset = layout.leadingByteCount
        for _ in 0..<layout.leadingStringCount {
            guard offset < data.count else { throw misshapen }
            offset += Int(data[offset]) + 1
        }
        for _ in 0..<layout.nameCount {
            guard offset < data.count, let end = try? data.span.nameEnd(at: offset),
                end <= data.count, (try? Name(wire: data[offset..<end].span)) != nil
            else { throw misshapen }
            offset = end
        }
        guard offset <= data.count else { throw misshapen }
        if case .exactly(let count) = layout.tail, data.count - offset != count {
            throw misshapen
        }
    }
}
