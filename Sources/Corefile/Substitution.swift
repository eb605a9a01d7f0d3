// SPDX-License-Identifier: Apache-2.0

/// Replaces `{$NAME}`, `{%NAME%}` and `{args[0]}` in a word.
///
/// One pass from left to right: what a reference stands for is not looked at again, and a word
/// stays one word whatever comes into it. A reference without a name, or without an end, is text.
struct Substitution {
    /// The arguments of the import that the word came by; nil in the Corefile itself.
    let arguments: [String]?
    let environment: (String) -> String?
    /// The names of variables that were asked for and are not set.
    private(set) var unsetVariables: [String] = []

    init(arguments: [String]?, environment: @escaping (String) -> String?) {
        self.arguments = arguments
        self.environment = environment
    }

    /// The word with its references replaced.
    mutating func replace(in word: Word) throws(CorefileError) -> Word {
        let source = Array(word.text.utf8)
        guard source.contains(UInt8(ascii: "{")) else { return word }
        var text: [UInt8] = []
        var index = 0
        // Where a search for an end found none, no later one needs to look again.
        var hasEnd = (dollar: true, percent: true)
        while index < source.count {
            if source[index] == UInt8(ascii: "{") {
                if let (end, value) = try argument(source, at: index, of: word) {
                    text += value.utf8
                    index = end
                    continue
                }
                if let (end, name) = variable(source, at: index, &hasEnd) {
                    text += value(of: name).utf8
                    index = end
                    continue
                }
            }
            text.append(source[index])
            index += 1
            guard text.count <= Corefile.maximumWordByteCount else { break }
        }
        guard text.count <= Corefile.maximumWordByteCount else {
            throw CorefileError(at: word.position, .wordTooLong)
        }
        return Word(
            String(decoding: text, as: UTF8.self),
            at: word.position,
            isQuoted: word.isQuoted
        )
    }

    /// The number of arguments that the words refer to: the highest index and one.
    static func argumentCount(of tokens: some Sequence<Token>) -> Int {
        var count = 0
        for token in tokens {
            let source = Array(token.word.text.utf8)
            for index in source.indices where source[index] == UInt8(ascii: "{") {
                guard let (_, number) = argumentIndex(source, at: index) else { continue }
                count = max(count, number + 1)
            }
        }
        return count
    }

    /// The argument that a reference at `index` stands for, and where the reference ends.
    private func argument(
        _ source: [UInt8],
        at index: Int,
        of word: Word
    ) throws(CorefileError) -> (end: Int, value: String)? {
        guard let arguments, let (end, number) = Self.argumentIndex(source, at: index) else {
            return nil
        }
        guard number < arguments.count else {
            throw CorefileError(
                at: word.position,
                .missingArgument(index: number, given: arguments.count)
            )
        }
        return (end, arguments[number])
    }

    /// The number in `{args[number]}`, and where the reference ends.
    private static func argumentIndex(_ source: [UInt8], at index: Int) -> (Int, number: Int)? {
        let opening = Array("{args[".utf8)
        guard source[index...].starts(with: opening) else { return nil }
        var end = index + opening.count
        var number = 0
        while end < source.count, source[end] &- 48 < 10 {
            guard number < Corefile.maximumWordByteCount else { return nil }
            number = number * 10 + Int(source[end] - 48)
            end += 1
        }
        guard end > index + opening.count, source[end...].starts(with: Array("]}".utf8)) else {
            return nil
        }
        return (end + 2, number)
    }

    /// The name of the variable that a reference at `index` names, and where the reference ends.
    private func variable(
        _ source: [UInt8],
        at index: Int,
        _ hasEnd: inout (dollar: Bool, percent: Bool)
    ) -> (end: Int, name: String)? {
        let start = index + 2
        guard start < source.count else { return nil }
        var end = start
        switch source[index + 1] {
        case UInt8(ascii: "$") where hasEnd.dollar:
            while end < source.count, source[end] != UInt8(ascii: "}") { end += 1 }
            hasEnd.dollar = end < source.count
            guard end < source.count, end > start else { return nil }
            return (end + 1, String(decoding: source[start..<end], as: UTF8.self))
        case UInt8(ascii: "%") where hasEnd.percent:
            while end + 1 < source.count,
                source[end] != UInt8(ascii: "%") || source[end + 1] != UInt8(ascii: "}")
            {
                end += 1
            }
            hasEnd.percent = end + 1 < source.count
            guard end + 1 < source.count, end > start else { return nil }
            return (end + 2, String(decoding: source[start..<end], as: UTF8.self))
        default:
            return nil
        }
    }

    private mutating func value(of name: String) -> String {
        if let value = environment(name) { return value }
        unsetVariables.append(name)
        return ""
    }
}
