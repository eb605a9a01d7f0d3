// SPDX-License-Identifier: Apache-2.0

/// The words behind a verb, told apart in kubectl's grammar: flags, and what is meant.
///
/// Flags may stand anywhere; their values behind `=`, behind a space or, for a flag of one letter,
/// at once.
package struct CommandWords: Sendable {
    /// A flag that a command knows.
    package struct Flag: Sendable {
        /// What it takes.
        package enum Value: Sendable {
            case text
            /// Nothing, or `true` or `false` behind `=`.
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

    /// Reads the words; a flag that is given twice has its last value.
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

    private mutating func take(
        _ word: String,
        _ known: [Flag],
        _ rest: inout ArraySlice<String>
    ) throws(CommandMistake) {
        let isLong = word.hasPrefix("--")
        let parts = word.drop { $0 == "-" }
            .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first ?? ""
        var value = parts.count > 1 ? String(parts[1]) : nil
        var flag = known.first { isLong && $0.name == name }
        if !isLong, let letter = name.first {
            flag = known.first { $0.letter == letter }
            if flag != nil, name.count > 1 { value = String(word.dropFirst(2)) }
        }
        guard let flag else {
            let text =
                isLong
                ? "unknown flag: \(word)"
                : "unknown shorthand flag: '\(name.first ?? "-")' in \(word)"
            throw CommandMistake("error: \(text)")
        }
        switch flag.value {
        case .text:
            if let value {
                values[flag.name] = value
            } else if let next = rest.popFirst() {
                values[flag.name] = next
            } else {
                throw CommandMistake("error: flag needs an argument: \(word)")
            }
        case .truth:
            guard ["true", "false"].contains(value ?? "true") else {
                throw CommandMistake(
                    "error: invalid argument \"\(value ?? "")\" for \"--\(flag.name)\": true or "
                        + "false is wanted"
                )
            }
            values[flag.name] = value ?? "true"
        }
    }
}
