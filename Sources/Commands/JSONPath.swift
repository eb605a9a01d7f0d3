// SPDX-License-Identifier: Apache-2.0

import Plugin

/// A template of texts and paths into objects, as kubectl takes it behind `-o jsonpath=`.
///
/// What stands in braces is a path, `{.items[*].metadata.name}`; all else is written as it is. A
/// path without a value writes nothing.
struct JSONPath: Hashable, Sendable {
    /// The longest template, in bytes.
    static let maximumByteCount = 16 << 10
    /// The most blocks of `{range}` inside each other.
    static let maximumRangeDepth = 8

    /// One step of a path, from values to others.
    indirect enum Step: Hashable, Sendable {
        /// A value that stands in the template itself.
        case literal(Tree)
        /// The value of a key.
        case field(String)
        /// All items, or all values.
        case wildcard
        /// The values and all that is in them.
        case descent
        case slice(Slice)
        /// What each of several paths leads to.
        case union([[Step]])
        case filter(Filter)
    }

    /// Which items of a list are meant: `[from:to:step]`, or `[from]` alone.
    struct Slice: Hashable, Sendable {
        var from: Int?
        var to: Int?
        var step: Int?
        /// Whether it stands for one item.
        var isIndex = false
    }

    /// Which items of a list are kept: those for which a comparison holds, or a path leads on.
    struct Filter: Hashable, Sendable {
        let left: [Step]
        /// The comparison; nil where it is enough that the left side leads somewhere.
        let comparison: Comparison?
        let right: [Step]
    }

    /// How two values are compared.
    enum Comparison: String, Hashable, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case equal = "=="
        case notEqual = "!="
        case greaterOrEqual = ">="
        case greater = ">"
    }

    /// A part of a template.
    indirect enum Part: Hashable, Sendable {
        case text(String)
        case path([Step])
        /// The parts are written for each value that the path leads to.
        case range([Step], [Part])
    }

    let parts: [Part]

    /// Reads a template.
    init(_ text: String) throws(JSONPathError) {
        guard text.utf8.count <= Self.maximumByteCount else { throw .long }
        var parser = JSONPathParser(text)
        parts = try parser.template()
    }
}

/// What is wrong with a template, or with the objects that it is written of, in kubectl's words.
enum JSONPathError: Error, Hashable, Sendable, CustomStringConvertible {
    case long
    case deep
    case unclosedAction
    case unknownCharacter(Unicode.Scalar)
    case unknownWord(String)
    case misplacedRange
    case nothingToEnd
    case repeatedDescent
    case unterminatedArray
    case badIndex(String)
    case unterminatedFilter
    case unclosedFilter
    case unknownComparison(String)
    case unterminatedText
    case badEscape(String)
    case badNumber(String)
    case noList(String)
    case outOfBounds(index: Int, count: Int)
    case backwards(from: Int, to: Int)
    case badStep
    case manyCompared
    case incomparable
    case manyValues
    case longText

    var description: String {
        switch self {
        case .long: "a template has at most \(JSONPath.maximumByteCount) bytes"
        case .deep: "at most \(JSONPath.maximumRangeDepth) ranges stand inside each other"
        case .unclosedAction: "unclosed action"
        case .unknownCharacter(let scalar):
            "unrecognized character in action: \(Self.code(scalar)) '\(scalar)'"
        case .unknownWord(let word): "unrecognized identifier \(word)"
        case .misplacedRange: "range and end stand at the beginning of an action"
        case .nothingToEnd: "not in range, nothing to end"
        case .repeatedDescent: "invalid multiple recursive descent"
        case .unterminatedArray: "unterminated array"
        case .badIndex(let text): "invalid array index \(text)"
        case .unterminatedFilter: "unterminated filter"
        case .unclosedFilter: "unclosed array expect ]"
        case .unknownComparison(let text): "unrecognized filter operator \(text)"
        case .unterminatedText: "unterminated quoted string"
        case .badEscape(let text): "unquote string \(text) error invalid syntax"
        case .badNumber(let text): "cannot parse number \(text)"
        case .noList(let kind): "\(kind) is not array or slice"
        case .outOfBounds(let index, let count):
            "array index out of bounds: index \(index), length \(count)"
        case .backwards(let from, let to):
            "starting index \(from) is greater than ending index \(to)"
        case .badStep: "step must be > 0"
        case .manyCompared: "can only compare one element at a time"
        case .incomparable: "incompatible types for comparison"
        case .longText:
            "it writes more than \(CommandOutput.maximumByteCount) bytes; ask for less"
        case .manyValues:
            "it leads to more than \(JSONPathWriter.maximumCount) values; ask for less"
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
