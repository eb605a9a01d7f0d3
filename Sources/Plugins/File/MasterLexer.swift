// SPDX-License-Identifier: Apache-2.0

import Corefile

/// One word of a master file, as the range of bytes that it was written with.
struct MasterToken {
    /// The first byte, behind the quote if there is one.
    let start: Int
    /// The byte behind the last, or the closing quote.
    let end: Int
    let isQuoted: Bool

    var range: Range<Int> { start..<end }
}

/// Cuts a master file into entries: the words of one line, or of several in parentheses
/// (RFC 1035 §5.1).
///
/// Escapes are checked and left as they are. After a mistake it goes on at the next line.
struct MasterLexer {
    /// The most bytes of one entry, the comments in its parentheses counted.
    static let maximumEntryByteCount = 262_144

    let bytes: [UInt8]
    let file: String
    /// Where everything in `bytes` is said to stand, when it was not read but made.
    private let place: Position?
    /// The first byte of the entry that is read next.
    private var offset = 0
    /// The words of the last entry.
    private(set) var tokens: [MasterToken] = []
    /// Whether the last entry began in the first column: its first word is an owner or directive.
    private(set) var hasOwner = false

    /// A lexer over the bytes of `file`; with `place`, every mistake is said to stand there.
    init(_ bytes: [UInt8], file: String, place: Position? = nil) {
        self.bytes = bytes
        self.file = file
        self.place = place
        // U+FEFF, which some editors put first.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// The position of the byte at `offset`; columns count characters.
    func position(at offset: Int) -> Position {
        if let place { return place }
        var line = 1
        var column = 1
        for byte in bytes[..<min(max(offset, 0), bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return Position(file: file, line: line, column: column)
    }

    /// The text of a word, for messages: cut short, and without what is no text.
    func text(_ token: MasterToken) -> String {
        let most = 40
        let text = String(decoding: bytes[token.range].prefix(most), as: UTF8.self)
        let shown = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : "\($0)" }
        return shown.joined() + (token.range.count > most ? "…" : "")
    }

    /// A mistake at the first byte of a word.
    func mistake(at token: MasterToken, _ text: String) -> ZoneMistake {
        ZoneMistake(at: position(at: token.start), text)
    }

    /// Moves to the next entry that has a word; false at the end of the file.
    mutating func next() throws(ZoneMistake) -> Bool {
        while offset < bytes.count {
            let start = offset
            do throws(ZoneMistake) {
                try readEntry()
            } catch {
                // The line where the entry began is given up, whatever parentheses were open in it.
                offset = endOfLine(from: start)
                throw error
            }
            if !tokens.isEmpty { return true }
        }
        tokens.removeAll(keepingCapacity: true)
        return false
    }

    /// The offset of the first byte of the line after the one with `offset`.
    private func endOfLine(from offset: Int) -> Int {
        var end = offset
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        return min(end + 1, bytes.count)
    }

    /// Reads the words up to the end of a line that is in no parentheses.
    private mutating func readEntry() throws(ZoneMistake) {
        let start = offset
        tokens.removeAll(keepingCapacity: true)
        hasOwner = bytes[start] != UInt8(ascii: " ") && bytes[start] != UInt8(ascii: "\t")
        var opened: Int?
        while offset < bytes.count {
            guard offset - start < Self.maximumEntryByteCount else {
                throw tooLong(start, opened)
            }
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\n"):
                offset += 1
                if opened == nil { return }
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                offset += 1
            case UInt8(ascii: "\r"):
                offset += 1
                guard offset == bytes.count || bytes[offset] == UInt8(ascii: "\n") else {
                    throw control(at: offset - 1)
                }
            case UInt8(ascii: ";"):
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
            case UInt8(ascii: "("):
                guard opened == nil else {
                    throw ZoneMistake(
                        at: position(at: offset),
                        "'(' inside parentheses; close the first with ')' before it"
                    )
                }
                // What follows the parenthesis is not in the first column.
                if tokens.isEmpty { hasOwner = false }
                opened = offset
                offset += 1
            case UInt8(ascii: ")"):
                guard opened != nil else {
                    throw ZoneMistake(at: position(at: offset), "')' without a '(' before it")
                }
                opened = nil
                offset += 1
            default:
                try readToken()
            }
        }
        if let opened {
            throw ZoneMistake(
                at: position(at: opened),
                "'(' is never closed; ')' is wanted behind the last word of the record"
            )
        }
    }

    /// The mistake that an entry has no end.
    private func tooLong(_ start: Int, _ opened: Int?) -> ZoneMistake {
        let hint = opened == nil ? "" : "; is a ')' missing?"
        return ZoneMistake(
            at: position(at: opened ?? start),
            "a record of more than \(Self.maximumEntryByteCount) bytes\(hint)"
        )
    }

    /// The mistake that a byte is no text.
    private func control(at offset: Int) -> ZoneMistake {
        let digits = String(bytes[offset])
        let escape = "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        return ZoneMistake(
            at: position(at: offset),
            "a control character; write it as '\(escape)' if it is meant"
        )
    }

    /// Reads one word, quoted as a whole, in a part (`alpn="h2,h3"`) or not at all.
    private mutating func readToken() throws(ZoneMistake) {
        let first = offset
        let isQuoted = bytes[first] == UInt8(ascii: "\"")
        var quote: Int? = isQuoted ? first : nil
        if isQuoted { offset += 1 }
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                if isQuoted {
                    tokens.append(MasterToken(start: first + 1, end: offset - 1, isQuoted: true))
                    return
                }
                quote = quote == nil ? offset - 1 : nil
            case UInt8(ascii: "\\"):
                try skipEscape()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let quote { throw unclosed(quote) }
                append(from: first)
                return
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                if quote == nil {
                    append(from: first)
                    return
                }
                offset += 1
            case 0x00..<0x20, 0x7F:
                throw control(at: offset)
            default:
                offset += 1
            }
        }
        if let quote { throw unclosed(quote) }
        append(from: first)
    }

    /// Adds the word from `first` to the byte before `offset`.
    private mutating func append(from first: Int) {
        tokens.append(MasterToken(start: first, end: offset, isQuoted: false))
    }

    /// The mistake that a quote has no end.
    private func unclosed(_ quote: Int) -> ZoneMistake {
        ZoneMistake(
            at: position(at: quote),
            "the quote is not closed; '\"' is wanted before the end of the line"
        )
    }

    /// Steps over `\X` or `\DDD`.
    private mutating func skipEscape() throws(ZoneMistake) {
        let start = offset
        guard start + 1 < bytes.count, bytes[start + 1] > 0x20, bytes[start + 1] != 0x7F else {
            // A space may be escaped, but not a line's end or what else cannot be seen.
            if start + 1 < bytes.count, bytes[start + 1] == 0x20 {
                offset += 2
                return
            }
            throw badEscape(at: start)
        }
        guard bytes[start + 1].isDigit else {
            offset += 2
            return
        }
        guard start + 3 < bytes.count, bytes[start + 2].isDigit, bytes[start + 3].isDigit,
            bytes[(start + 1)...(start + 3)].decimal <= 255
        else { throw badEscape(at: start) }
        offset += 4
    }

    /// The mistake that a backslash begins nothing.
    private func badEscape(at offset: Int) -> ZoneMistake {
        ZoneMistake(
            at: position(at: offset),
            "'\\' wants a character or three digits from 000 to 255 behind it"
        )
    }
}

extension UInt8 {
    /// Whether it is one of `0` to `9`.
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}

extension ArraySlice<UInt8> {
    /// The value of a few decimal digits, which they must be.
    var decimal: Int {
        var value = 0
        for digit in self { value = value &* 10 &+ Int(digit &- UInt8(ascii: "0")) }
        return value
    }
}
