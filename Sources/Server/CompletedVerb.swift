// SPDX-License-Identifier: Apache-2.0

import Plugin

/// What shells complete behind one verb, as the plugins' manuals have it.
struct CompletedVerb: Hashable, Sendable {
    /// A flag as it is written, `-n` or `--namespace`.
    struct Flag: Hashable, Sendable {
        let written: String
        /// Whether another word, or what stands behind `=`, belongs to it.
        var takesValue = false
        /// What it may be, as far as that is known.
        var values: [String] = []
    }

    let name: String
    /// What may come first behind it: kinds, or further verbs.
    var choices: [String] = []
    /// Whose names come next.
    var objects = Manual.Objects.none
    var flags: [Flag] = []

    /// The verbs of all plugins, each once, in the order of the plugins.
    static func all(of plugins: [any Plugin.Type]) -> [CompletedVerb] {
        var verbs: [CompletedVerb] = []
        for command in plugins.flatMap({ $0.manual.commands }) {
            let place =
                verbs.firstIndex { $0.name == command.name }
                ?? {
                    verbs.append(CompletedVerb(name: command.name))
                    return verbs.count - 1
                }()
            verbs[place].add(command)
        }
        return verbs
    }

    /// Adds what a line of the manual tells.
    private mutating func add(_ command: Manual.Option) {
        var added = command.choices
        let words = command.usage.split(separator: " ")
        // `cache flush NAME`: the second word is to be written as it is.
        if words.count > 1, words[1].allSatisfy({ $0.isLowercase }) {
            added.append(String(words[1]))
        }
        for choice in added where !choices.contains(choice) { choices.append(choice) }
        if command.objects != .none { objects = command.objects }
        addFlags(in: command.usage)
        // In prose they stand between backticks.
        for (number, part) in command.text.split(
            separator: "`",
            omittingEmptySubsequences: false
        ).enumerated() where number % 2 == 1 {
            addFlags(in: part)
        }
    }

    private mutating func addFlags(in text: some StringProtocol) {
        let words = text.split { " []".contains($0) }
        for (place, word) in words.enumerated() where Self.isFlag(word) {
            let parts = word.split(separator: "=", maxSplits: 1)
            var flag = Flag(written: String(parts[0]))
            let next = place + 1 < words.count ? words[place + 1] : "|"
            if parts.count > 1 {
                flag.takesValue = true
                flag.values = Self.values(parts[1])
            } else if next != "|", !Self.isFlag(next) {
                flag.takesValue = true
                flag.values = Self.values(next)
            }
            add(flag)
        }
    }

    private static func isFlag(_ word: some StringProtocol) -> Bool {
        word.hasPrefix("-") && word.contains { $0.isLetter }
    }

    /// The values of `wide|json`; a word in capitals stands for others.
    private static func values(_ text: some StringProtocol) -> [String] {
        text.split(separator: "|").filter { $0.contains { $0.isLowercase } }.map { value in
            // What follows `=` is the user's.
            value.contains("=") ? value.prefix { $0 != "=" } + "=" : String(value)
        }
    }

    private mutating func add(_ flag: Flag) {
        guard let place = flags.firstIndex(where: { $0.written == flag.written }) else {
            flags.append(flag)
            return
        }
        if flag.takesValue { flags[place].takesValue = true }
        for value in flag.values where !flags[place].values.contains(value) {
            flags[place].values.append(value)
        }
    }
}
