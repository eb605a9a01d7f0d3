// SPDX-License-Identifier: Apache-2.0

/// A word as it stands in a file, before variables are replaced.
struct Token: Hashable, Sendable {
    let word: Word
    /// Whether it is the first word of its line.
    let startsLine: Bool

    /// Whether this is the brace `text`, and not a quoted word that looks like it.
    func isBrace(_ text: String) -> Bool { !word.isQuoted && word.text == text }
}

/// Cuts the text of one file into words.
///
/// Words end at white space. `#` begins a comment, even inside a word; only quotes protect it. A
/// word is quoted when it begins with `"`, runs to the next `"` over lines if need be, and knows
/// one escape, `\"`; every other backslash stays. Carriage returns outside quotes do not count.
struct Lexer {
    private let bytes: [UInt8]
    private let file: String
    private var offset = 0
    private var line = 1
    private var column = 1
    private var startsLine = true
    private var tokens: [Token] = []

    /// The words of a file; `file` is the name that their places carry.
    static func tokens(of bytes: [UInt8], file: String) throws(CorefileError) -> [Token] {
        var lexer = Lexer(bytes: bytes, file: file)
        guard bytes.count <= Corefile.maximumFileByteCount else {
            throw CorefileError(at: lexer.position, .fileTooLarge(byteCount: bytes.count))
        }
        try lexer.run()
        return lexer.tokens
    }

    private init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        // A byte order mark is no character of the text.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    private var position: Position { Position(file: file, line: line, column: column) }

    private mutating func run() throws(CorefileError) {
        while let (scalar, _) = try next() {
            switch scalar {
            case "\n":
                advance(over: scalar, 1)
                startsLine = true
            case "#":
                try skipComment()
            case "\"":
                try readQuoted()
            case _ where scalar.properties.isWhitespace:
                advance(over: scalar, scalar.utf8.count)
            default:
                try readPlain()
            }
        }
    }

    /// Moves to the end of the line.
    private mutating func skipComment() throws(CorefileError) {
        while let (scalar, byteCount) = try next(), scalar != "\n" {
            advance(over: scalar, byteCount)
        }
    }

    /// Reads a word up to white space or a comment.
    private mutating func readPlain() throws(CorefileError) {
        let start = position
        var text: [UInt8] = []
        while let (scalar, byteCount) = try next(), scalar != "#" {
            if scalar != "\r" {
                guard !scalar.properties.isWhitespace else { break }
                try append(byteCount, to: &text, of: start)
            }
            advance(over: scalar, byteCount)
        }
        add(text, at: start, isQuoted: false)
    }

    /// Reads a word between quotes.
    private mutating func readQuoted() throws(CorefileError) {
        let start = position
        var text: [UInt8] = []
        advance(over: "\"", 1)
        while let (scalar, byteCount) = try next() {
            if scalar == "\"" {
                advance(over: scalar, 1)
                add(text, at: start, isQuoted: true)
                return
            }
            if scalar == "\\" {
                advance(over: scalar, 1)
                guard let (escaped, escapedByteCount) = try next() else { break }
                if escaped != "\"" { try append("\\", to: &text, of: start) }
                try append(escapedByteCount, to: &text, of: start)
                advance(over: escaped, escapedByteCount)
            } else {
                try append(byteCount, to: &text, of: start)
                advance(over: scalar, byteCount)
            }
        }
        throw CorefileError(at: start, .unclosedQuote)
    }

    private mutating func add(_ text: [UInt8], at start: Position, isQuoted: Bool) {
        let word = Word(String(decoding: text, as: UTF8.self), at: start, isQuoted: isQuoted)
        tokens.append(Token(word: word, startsLine: startsLine))
        startsLine = false
    }

    /// Appends the next `byteCount` bytes of the file to a word that began at `start`.
    private func append(
        _ byteCount: Int,
        to text: inout [UInt8],
        of start: Position
    ) throws(CorefileError) {
        guard text.count + byteCount <= Corefile.maximumWordByteCount else {
            throw CorefileError(at: start, .wordTooLong)
        }
        text += bytes[offset..<(offset + byteCount)]
    }

    /// Appends one ASCII character to a word that began at `start`.
    private func append(
        _ character: Unicode.Scalar,
        to text: inout [UInt8],
        of start: Position
    ) throws(CorefileError) {
        guard text.count < Corefile.maximumWordByteCount else {
            throw CorefileError(at: start, .wordTooLong)
        }
        text.append(UInt8(ascii: character))
    }

    /// The next character and its length in bytes; nil at the end.
    private func next() throws(CorefileError) -> (Unicode.Scalar, byteCount: Int)? {
        guard offset < bytes.count else { return nil }
        let byte = bytes[offset]
        guard byte != 0 else { throw CorefileError(at: position, .zeroByte) }
        if byte < 0x80 { return (Unicode.Scalar(byte), 1) }
        var iterator = bytes[offset...].makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        guard case .valid(let encoded) = parser.parseScalar(from: &iterator) else {
            throw CorefileError(at: position, .invalidUTF8)
        }
        return (Unicode.UTF8.decode(encoded), encoded.count)
    }

    private mutating func advance(over scalar: Unicode.Scalar, _ byteCount: Int) {
        offset += byteCount
        if scalar == "\n" {
            line += 1
            column = 1
        } else {
            column += 1
        }
    }
}
