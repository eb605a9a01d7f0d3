// SPDX-License-Identifier: Apache-2.0

/// Reads templates of JSONPath, with kubectl's rules and its limits: no filter inside a filter.
struct JSONPathParser {
    /// Stands behind the end of the text; it is in no template that a command line can hold.
    private static let end: Unicode.Scalar = "\0"

    private let text: [Unicode.Scalar]
    private var offset = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    private init(_ text: ArraySlice<Unicode.Scalar>) { self.text = Array(text) }

    private var next: Unicode.Scalar { offset < text.count ? text[offset] : Self.end }
    private var isAtEnd: Bool { offset >= text.count }

    // MARK: Parts

    /// What stands in one pair of braces.
    private enum Action {
        case path([JSONPath.Step])
        case range([JSONPath.Step])
        case end
    }

    /// The whole template.
    mutating func template() throws(JSONPathError) -> [JSONPath.Part] {
        try parts(depth: 0)
    }

    /// The parts up to the end of a range, or of everything: a range may be left open.
    private mutating func parts(depth: Int) throws(JSONPathError) -> [JSONPath.Part] {
        var parts: [JSONPath.Part] = []
        while !isAtEnd {
            guard next == "{" else {
                parts.append(.text(plainText()))
                continue
            }
            offset += 1
            switch try action() {
            case .path(let steps): parts.append(.path(steps))
            case .range(let steps):
                guard depth < JSONPath.maximumRangeDepth else { throw .deep }
                parts.append(.range(steps, try self.parts(depth: depth + 1)))
            case .end:
                guard depth > 0 else { throw .nothingToEnd }
                return parts
            }
        }
        return parts
    }

    private mutating func plainText() -> String {
        let start = offset
        while !isAtEnd, next != "{" { offset += 1 }
        return Self.string(text[start..<offset])
    }

    /// Reads what follows an opening brace, and the closing one.
    private mutating func action() throws(JSONPathError) -> Action {
        while next == " " { offset += 1 }
        let word = self.word()
        if word.isEmpty {
            let steps = try self.steps()
            guard next == "}", !isAtEnd else { throw .unclosedAction }
            offset += 1
            return .path(steps)
        }
        let steps = try self.steps()
        guard next == "}", !isAtEnd else { throw .unclosedAction }
        offset += 1
        switch word {
        case "range": return .range(steps)
        case "end": return .end
        case "true", "false": return .path([.literal(.boolean(word == "true"))] + steps)
        default: throw .unknownWord(word)
        }
    }

    // MARK: Paths

    /// The steps up to a closing brace, or to the end of the text.
    private mutating func steps() throws(JSONPathError) -> [JSONPath.Step] {
        var steps: [JSONPath.Step] = []
        while !isAtEnd, next != "}" {
            switch next {
            case "\n", "\r": throw .unclosedAction
            // The object at hand.
            case " ", "@", "$": offset += 1
            case "[": steps += try brackets()
            case "\"", "'": steps.append(.literal(.string(try quoted())))
            case ".": try dots(&steps)
            case "+", "-", "0"..."9": steps.append(.literal(try number()))
            case _ where Self.isWord(next): steps.append(try truth())
            default: throw .unknownCharacter(next)
            }
        }
        return steps
    }

    private mutating func truth() throws(JSONPathError) -> JSONPath.Step {
        let word = self.word()
        switch word {
        case "true", "false": return .literal(.boolean(word == "true"))
        case "range", "end": throw .misplacedRange
        default: throw .unknownWord(word)
        }
    }

    private mutating func word() -> String {
        let start = offset
        if ("0"..."9").contains(next) { return "" }
        while !isAtEnd, Self.isWord(next) { offset += 1 }
        return Self.string(text[start..<offset])
    }

    private mutating func dots(_ steps: inout [JSONPath.Step]) throws(JSONPathError) {
        offset += 1
        if next == "." {
            guard steps.last != .descent else { throw .repeatedDescent }
            offset += 1
            steps.append(.descent)
            guard Self.isWord(next) else { return }
        }
        let name = fieldName()
        if name == "*" {
            steps.append(.wildcard)
        } else if !name.isEmpty {
            steps.append(.field(name))
        }
    }

    /// A name up to what cannot be in one, unless a backslash stands in front of it.
    private mutating func fieldName() -> String {
        var name: [Unicode.Scalar] = []
        while !isAtEnd {
            if next == "\\" {
                offset += 1
                if isAtEnd { break }
            } else if Self.terminators.contains(next) {
                break
            }
            name.append(next)
            offset += 1
        }
        return Self.string(name[...])
    }

    private mutating func number() throws(JSONPathError) -> Tree {
        let start = offset
        offset += 1
        while !isAtEnd, next == "." || ("0"..."9").contains(next) { offset += 1 }
        let written = Self.string(text[start..<offset])
        if let number = Int(written) { return .integer(number) }
        guard let number = Double(written), number.isFinite else { throw .badNumber(written) }
        return .number(written)
    }

    /// A text in quotes, with Go's escapes.
    private mutating func quoted() throws(JSONPathError) -> String {
        let start = offset
        let quote = next
        offset += 1
        while next != quote {
            guard !isAtEnd, next != "\n" else { throw .unterminatedText }
            offset += next == "\\" ? 2 : 1
        }
        guard !isAtEnd else { throw .unterminatedText }
        offset += 1
        var escapes = EscapedText(text[(start + 1)..<(offset - 1)])
        guard let found = escapes.unescaped() else {
            throw .badEscape(Self.string(text[start..<offset]))
        }
        return found
    }

    // MARK: Brackets

    /// Reads `[...]`: a filter, an index, a slice, a name in quotes, or several of them.
    private mutating func brackets() throws(JSONPathError) -> [JSONPath.Step] {
        if text[offset...].starts(with: "[?(".unicodeScalars) { return [try filter()] }
        let start = offset + 1
        while next != "]" {
            guard !isAtEnd, next != "\n" else { throw .unterminatedArray }
            offset += 1
        }
        let inner = text[start..<offset]
        offset += 1
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return [try Self.item(inner)] }
        var paths: [[JSONPath.Step]] = []
        for part in parts { paths.append([try Self.item(part)]) }
        return [.union(paths)]
    }

    /// What one entry in brackets means.
    private static func item(
        _ entry: ArraySlice<Unicode.Scalar>
    ) throws(JSONPathError) -> JSONPath.Step {
        let entry = entry.drop { $0 == " " }
        let text = entry[..<(entry.lastIndex { $0 != " " }.map { $0 + 1 } ?? entry.startIndex)]
        if text.count > 1, text.first == "'", text.last == "'" {
            var parser = JSONPathParser(text.dropFirst().dropLast())
            return .field(parser.keyName())
        }
        if text.elementsEqual(["*"]) { return .slice(JSONPath.Slice()) }
        return .slice(try slice(string(text)))
    }

    /// A name in quotes, in which no point needs a backslash, though it may have one.
    private mutating func keyName() -> String {
        var name: [Unicode.Scalar] = []
        while !isAtEnd {
            if next == "\\" { offset += 1 }
            if !isAtEnd { name.append(next) }
            offset += 1
        }
        return Self.string(name[...])
    }

    private static func slice(_ text: String) throws(JSONPathError) -> JSONPath.Slice {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 3 else { throw .badIndex(text) }
        var bounds: [Int?] = [nil, nil, nil]
        for (place, part) in parts.enumerated() where !part.isEmpty {
            guard let number = Int(part), !part.hasPrefix("+") else { throw .badIndex(text) }
            bounds[place] = number
        }
        if parts.count == 1 {
            guard bounds[0] != nil else { throw .badIndex(text) }
            return JSONPath.Slice(from: bounds[0], isIndex: true)
        }
        return JSONPath.Slice(from: bounds[0], to: bounds[1], step: bounds[2])
    }

    /// Reads `[?(LEFT == RIGHT)]`, or with one side only.
    private mutating func filter() throws(JSONPathError) -> JSONPath.Step {
        offset += 3
        let start = offset
        var quote: Unicode.Scalar?
        while quote != nil || next != ")" {
            guard !isAtEnd, next != "\n" else { throw .unterminatedFilter }
            if let open = quote {
                if next == "\\" { offset += 1 } else if next == open { quote = nil }
            } else if next == "\"" || next == "'" {
                quote = next
            }
            offset += 1
        }
        guard offset < text.count else { throw .unterminatedFilter }
        let inner = text[start..<offset]
        offset += 1
        guard next == "]" else { throw .unclosedFilter }
        offset += 1
        return .filter(try Self.filter(inner))
    }

    private static func filter(
        _ text: ArraySlice<Unicode.Scalar>
    ) throws(JSONPathError) -> JSONPath.Filter {
        let marks: [Unicode.Scalar] = ["<", ">", "=", "!"]
        guard let start = text.firstIndex(where: marks.contains), start > text.startIndex else {
            return JSONPath.Filter(left: try side(text), comparison: nil, right: [])
        }
        let rest = text[start...]
        let end = rest.firstIndex { !marks.contains($0) } ?? rest.endIndex
        let written = string(text[start..<end])
        guard let comparison = JSONPath.Comparison(rawValue: written), end < text.endIndex else {
            throw .unknownComparison(written)
        }
        return JSONPath.Filter(
            left: try side(text[..<start]),
            comparison: comparison,
            right: try side(text[end...])
        )
    }

    /// One side of a filter, which is a path of its own.
    private static func side(
        _ text: ArraySlice<Unicode.Scalar>
    ) throws(JSONPathError) -> [JSONPath.Step] {
        // What stands in a filter has no braces, so all of it is read.
        var parser = JSONPathParser(text)
        let steps = try parser.steps()
        guard parser.isAtEnd else { throw .unknownCharacter(parser.next) }
        return steps
    }

    // MARK: Characters

    private static let terminators: Set<Unicode.Scalar> = [
        " ", "\t", "\r", "\n", ".", ",", "[", "]", "$", "@", "{", "}",
    ]

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }
}

/// What stands between quotes, with Go's escapes.
struct EscapedText {
    private var rest: ArraySlice<Unicode.Scalar>

    init(_ text: ArraySlice<Unicode.Scalar>) { rest = text }

    /// The text that is meant; nil where an escape is none.
    mutating func unescaped() -> String? {
        var text = ""
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            guard let meant = escape() else { return nil }
            text.unicodeScalars.append(meant)
        }
        return text
    }

    /// What is meant behind a backslash.
    private mutating func escape() -> Unicode.Scalar? {
        guard let letter = rest.popFirst() else { return nil }
        switch letter {
        case "a": return "\u{7}"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "\\", "\"", "'": return letter
        case "x": return code(digits: 2)
        case "u": return code(digits: 4)
        case "U": return code(digits: 8)
        default: return nil
        }
    }

    private mutating func code(digits: Int) -> Unicode.Scalar? {
        guard rest.count >= digits else { return nil }
        var text = ""
        text.unicodeScalars.append(contentsOf: rest.prefix(digits))
        rest = rest.dropFirst(digits)
        guard !text.hasPrefix("+"), !text.hasPrefix("-") else { return nil }
        return UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
    }
}
