// SPDX-License-Identifier: Apache-2.0

import Wire

/// Reads the text of a label selector from left to right.
struct LabelSelectorParser {
    /// One piece of the text.
    private enum Token: Equatable {
        case word(String)
        case symbol(String)
        case end
    }

    /// The characters that end a word.
    private static let symbols = Array("=!(),<>".utf8)

    private let text: [UInt8]
    private var offset = 0
    private let takesInequality: Bool

    init(_ text: String, takesInequality: Bool) {
        self.text = Array(text.utf8)
        self.takesInequality = takesInequality
    }

    /// Every requirement of the text.
    mutating func requirements() throws(LabelSelectorError) -> [LabelSelector.Requirement] {
        guard text.count <= LabelSelector.maximumByteCount else {
            throw LabelSelectorError(
                at: LabelSelector.maximumByteCount,
                "a label selector may have \(LabelSelector.maximumByteCount) bytes at most"
            )
        }
        var found: [LabelSelector.Requirement] = []
        guard peek().token != .end else { return found }
        while true {
            found.append(try requirement())
            let (token, start) = next()
            if token == .end { return found }
            guard token == .symbol(",") else {
                throw LabelSelectorError(at: start, "a ',' is wanted before \(Self.shown(token))")
            }
        }
    }

    private mutating func requirement() throws(LabelSelectorError) -> LabelSelector.Requirement {
        if peek().token == .symbol("!") {
            _ = next()
            return .isMissing(key: try key())
        }
        let key = try key()
        let (token, start) = peek()
        switch token {
        case .end, .symbol(","):
            return .exists(key: key)
        case .symbol("="), .symbol("=="):
            _ = next()
            return .isOneOf(key: key, values: [try value()])
        case .word("in"):
            _ = next()
            return .isOneOf(key: key, values: try values())
        case .word("notin"):
            _ = next()
            return .isNoneOf(key: key, values: try values())
        case .symbol("!=") where takesInequality:
            _ = next()
            return .isNoneOf(key: key, values: [try value()])
        case .symbol("!="):
            throw LabelSelectorError(
                at: start,
                "'!=' is no operator here; write '\(key) notin (VALUE)'"
            )
        default:
            throw LabelSelectorError(
                at: start,
                "\(Self.shown(token)) is no operator; '=', '==', 'in' and 'notin' are known"
            )
        }
    }

    /// A label's key: a name, or a domain, `/` and a name.
    private mutating func key() throws(LabelSelectorError) -> String {
        let (token, start) = next()
        guard case .word(let word) = token else {
            throw LabelSelectorError(at: start, "a label's key is wanted, not \(Self.shown(token))")
        }
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        let isRight =
            parts.count <= 2 && Self.isName(parts[parts.count - 1])
            && (parts.count == 1 || NameRule.subdomain1123.allows(String(parts[0])))
        guard isRight else {
            throw LabelSelectorError(
                at: start,
                "'\(word)' is no label's key; at most 63 letters, digits, '-', '_' and '.' are"
                    + " wanted, or a domain and '/' before them"
            )
        }
        return word
    }

    /// The value behind `=`; nothing at all is the empty value.
    private mutating func value() throws(LabelSelectorError) -> String {
        guard case .word(let word) = peek().token else { return "" }
        let start = next().start
        guard Self.isName(word) else {
            throw LabelSelectorError(
                at: start,
                "'\(word)' is no label's value; at most 63 letters, digits, '-', '_' and '.' are"
                    + " wanted"
            )
        }
        return word
    }

    /// The values in parentheses behind `in` and `notin`.
    private mutating func values() throws(LabelSelectorError) -> Set<String> {
        let (open, start) = next()
        guard open == .symbol("(") else {
            throw LabelSelectorError(at: start, "a '(' is wanted, not \(Self.shown(open))")
        }
        var values: Set<String> = []
        while true {
            values.insert(try value())
            let (token, start) = next()
            if token == .symbol(")") { return values }
            guard token == .symbol(",") else {
                throw LabelSelectorError(
                    at: start,
                    "a ',' or ')' is wanted, not \(Self.shown(token))"
                )
            }
        }
    }

    /// The next token, left where it is.
    private func peek() -> (token: Token, start: Int) {
        var copy = self
        return copy.next()
    }

    private mutating func next() -> (token: Token, start: Int) {
        while offset < text.count, text[offset] <= UInt8(ascii: " ") { offset += 1 }
        let start = offset
        guard offset < text.count else { return (.end, start) }
        if Self.symbols.contains(text[offset]) {
            offset += 1
            let isPair = text[start] == UInt8(ascii: "=") || text[start] == UInt8(ascii: "!")
            if isPair, offset < text.count, text[offset] == UInt8(ascii: "=") { offset += 1 }
            return (.symbol(String(decoding: text[start..<offset], as: UTF8.self)), start)
        }
        while offset < text.count, text[offset] > UInt8(ascii: " "),
            !Self.symbols.contains(text[offset])
        {
            offset += 1
        }
        return (.word(String(decoding: text[start..<offset], as: UTF8.self)), start)
    }

    private static func shown(_ token: Token) -> String {
        switch token {
        case .word(let text), .symbol(let text): "'\(text)'"
        case .end: "the end"
        }
    }

    /// Whether `text` is the name of a label, or a value of one.
    private static func isName(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else {
            return false
        }
        return isLetterOrDigit(first) && isLetterOrDigit(last)
            && bytes.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let lower = byte.asciiLowercased
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }
}
