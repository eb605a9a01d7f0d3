// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// The words behind a verb, told apart in kubectl's grammar: flags, and what is meant.
///
/// Flags may stand anywhere; their values behind `=`, behind a space or, for a flag of one letter,
/// at once. Letters of switches may stand together, and before one with a value: `-Aowide`.
package struct CommandWords: Sendable {
    /// A flag that a command knows.
    package struct Flag: Sendable {
        /// What it takes.
        package enum Value: Sendable {
            /// A text; an empty one is none.
            case text
            /// Texts with commas between; each time that it is given there are more.
            case texts
            /// A text behind `=` only, else this one.
            case optionalText(String)
            /// Nothing, or a truth behind `=`.
            case truth
        }

        /// The name without dashes.
        package let name: String
        package let letter: Character?
        package let value: Value

        package init(_ name: String, _ letter: Character? = nil, _ value: Value = .text) {
            self.name = name
            self.letter = letter
            self.value = value
        }
    }

    /// The words that are no flags, in their order.
    package private(set) var plain: [String] = []
    private var values: [String: String] = [:]

    /// Reads the words; a flag that is given twice has its last value, and none where that is empty.
    package init(_ words: [String], knowing known: [Flag]) throws(CommandMistake) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word.count > 1 else {
                plain.append(word)
                continue
            }
            // Nothing behind two dashes is a flag.
            if word == "--" {
                plain += rest
                return
            }
            try take(word, known, &rest)
        }
    }

    /// The value of a flag; nil when it is not given.
    package func text(_ name: String) -> String? { values[name] }

    /// Whether a flag is on.
    package func isOn(_ name: String) -> Bool { values[name] == "true" }

    /// Reads one word of flags, and the word behind it where that is a value.
    private mutating func take(
        _ word: String,
        _ known: [Flag],
        _ rest: inout ArraySlice<String>
    ) throws(CommandMistake) {
        guard word.hasPrefix("--") else { return try takeLetters(word.dropFirst(), known, &rest) }
        let parts = word.dropFirst(2).split(
            separator: "=",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let name = String(parts.first ?? "")
        guard let flag = known.first(where: { $0.name == name }) else {
            let nearest = Spelling.nearest(to: name, among: known.map(\.name))
            let hint = nearest.map { "; did you mean --\($0)?" } ?? ""
            throw CommandMistake("error: unknown flag: --\(name)\(hint)")
        }
        if let value = parts.dropFirst().first.map(String.init) ?? flag.value.alone {
            try set(flag, value)
        } else if let next = rest.popFirst() {
            try set(flag, next)
        } else {
            throw CommandMistake("error: flag needs an argument: --\(name)")
        }
    }

    /// Reads letters that stand together; the first one that wants a value has all behind it.
    private mutating func takeLetters(
        _ letters: Substring,
        _ known: [Flag],
        _ rest: inout ArraySlice<String>
    ) throws(CommandMistake) {
        var behind = letters
        while let letter = behind.popFirst() {
            let shown = "'\(letter)' in -\(letter)\(behind)"
            guard let flag = known.first(where: { $0.letter == letter }) else {
                throw CommandMistake("error: unknown shorthand flag: \(shown)")
            }
            if behind.first == "=" { return try set(flag, String(behind.dropFirst())) }
            if let alone = flag.value.alone {
                try set(flag, alone)
                continue
            }
            guard let value = behind.isEmpty ? rest.popFirst() : String(behind) else {
                throw CommandMistake("error: flag needs an argument: \(shown)")
            }
            return try set(flag, value)
        }
    }

    private mutating func set(_ flag: Flag, _ value: String) throws(CommandMistake) {
        switch flag.value {
        case .text: values[flag.name] = value.isEmpty ? nil : value
        case .optionalText: values[flag.name] = value
        case .texts: values[flag.name] = values[flag.name].map { "\($0),\(value)" } ?? value
        case .truth:
            guard let truth = Self.truth(value) else {
                throw CommandMistake(
                    "error: invalid argument \"\(value)\" for \"--\(flag.name)\": true or false "
                        + "is wanted"
                )
            }
            values[flag.name] = truth ? "true" : "false"
        }
    }

    /// A truth in one of kubectl's spellings; nil when it is none.
    private static func truth(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "True", "TRUE": true
        case "0", "f", "F", "false", "False", "FALSE": false
        default: nil
        }
    }
}

extension CommandWords.Flag.Value {
    /// What the flag means when it stands alone; nil when it wants a value.
    fileprivate var alone: String? {
        switch self {
        case .text, .texts: nil
        case .optionalText(let text): text
        case .truth: "true"
        }
    }
}
