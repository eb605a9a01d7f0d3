// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// What is wrong in the words of a command, as kubectl would say it.
package struct CommandMistake: Error, Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// How objects are written.
enum OutputForm: Hashable, Sendable {
    case table
    case wide
    case yaml
    case json
    case name

    /// What `-o` takes.
    static let known = "json, name, wide, yaml"

    init(_ text: String) throws(CommandMistake) {
        switch text {
        case "wide": self = .wide
        case "yaml": self = .yaml
        case "json": self = .json
        case "name": self = .name
        default:
            throw CommandMistake(
                "error: unable to match a printer suitable for the output format \"\(text)\", "
                    + "allowed formats are: \(Self.known)"
            )
        }
    }
}

/// Which objects a command means, and how it wants them, in kubectl's grammar.
///
/// `services`, `svc,pods`, `svc web db` and `svc/web pod/db` are all understood; flags may stand
/// anywhere, and their values behind `=`, behind a space or, for a flag of one letter, at once.
struct ResourceRequest: Sendable {
    /// One object by its name.
    struct Reference: Hashable, Sendable {
        let kind: ResourceKind
        let name: String
    }

    /// The kinds of which all objects are meant; empty where names are given.
    var kinds: [ResourceKind] = []
    var references: [Reference] = []
    var namespace = "default"
    var meansAllNamespaces = false
    var selector: LabelSelector?
    var form = OutputForm.table
    var showsLabels = false
    var hasHeaders = true

    /// The namespace that objects are looked for in; nil for all.
    var scope: String? { meansAllNamespaces ? nil : namespace }

    /// Reads the words behind the verb.
    init(_ words: [String]) throws(CommandMistake) {
        var rest = words[...]
        var plain: [String] = []
        while let word = rest.popFirst() {
            if word.hasPrefix("-"), word.count > 1 {
                try take(Flag(word), &rest)
            } else {
                plain.append(word)
            }
        }
        try takeResources(plain)
        if meansAllNamespaces, !references.isEmpty {
            throw CommandMistake(
                "error: a resource cannot be retrieved by name across all namespaces"
            )
        }
    }

    // MARK: Flags

    /// A flag as it is written: its name without dashes, and what stands behind `=`.
    private struct Flag {
        let written: String
        var name: String
        var value: String?

        init(_ word: String) {
            written = word
            let isLong = word.hasPrefix("--")
            let text = word.dropFirst(isLong ? 2 : 1)
            if let equals = text.firstIndex(of: "=") {
                name = String(text[..<equals])
                value = String(text[text.index(after: equals)...])
            } else if !isLong, text.count > 1, let first = text.first, "nlo".contains(first) {
                name = String(first)
                value = String(text.dropFirst())
            } else {
                name = String(text)
            }
        }

        /// The value, from behind the flag where it has none in itself.
        func value(_ rest: inout ArraySlice<String>) throws(CommandMistake) -> String {
            if let value { return value }
            guard let next = rest.popFirst() else {
                throw CommandMistake("error: flag needs an argument: \(written)")
            }
            return next
        }

        /// Whether it is on.
        func truth() throws(CommandMistake) -> Bool {
            switch value {
            case nil, "true": return true
            case "false": return false
            default:
                throw CommandMistake(
                    "error: invalid argument \"\(value ?? "")\" for \"\(written)\": true or false"
                        + " is wanted"
                )
            }
        }
    }

    private mutating func take(
        _ flag: Flag,
        _ rest: inout ArraySlice<String>
    ) throws(CommandMistake) {
        switch flag.name {
        case "n", "namespace": namespace = try flag.value(&rest)
        case "A", "all-namespaces": meansAllNamespaces = try flag.truth()
        case "l", "selector":
            let text = try flag.value(&rest)
            do throws(LabelSelectorError) {
                selector = try LabelSelector(text, takesInequality: true)
            } catch {
                throw CommandMistake("error: unable to parse the selector \"\(text)\": \(error)")
            }
        case "o", "output": form = try OutputForm(flag.value(&rest))
        case "show-labels": showsLabels = try flag.truth()
        case "no-headers": hasHeaders = try !flag.truth()
        default: throw CommandMistake("error: unknown flag: \(flag.written)")
        }
    }

    // MARK: Resources

    private mutating func takeResources(_ words: [String]) throws(CommandMistake) {
        guard let first = words.first else {
            throw CommandMistake(
                "error: you must say which kind of object is meant, such as 'services'; known are "
                    + ResourceKind.allCases.map(\.names.plural).joined(separator: ", ")
            )
        }
        if first.contains("/") {
            for word in words { references.append(try Self.reference(word)) }
            return
        }
        let meant = try Self.kinds(first)
        guard words.count > 1 else {
            kinds = meant
            return
        }
        for word in words.dropFirst() {
            guard !word.contains("/") else {
                throw CommandMistake(
                    "error: there is no need to say a kind first when names have theirs, as in "
                        + "'\(word)'"
                )
            }
            for kind in meant { references.append(Reference(kind: kind, name: word)) }
        }
    }

    private static func kinds(_ word: String) throws(CommandMistake) -> [ResourceKind] {
        if word == "all" { return [.pod, .service] }
        var kinds: [ResourceKind] = []
        for name in word.split(separator: ",", omittingEmptySubsequences: false) {
            kinds.append(try kind(name))
        }
        return kinds
    }

    private static func kind(_ name: Substring) throws(CommandMistake) -> ResourceKind {
        guard let kind = ResourceKind(name) else {
            throw CommandMistake("error: the server doesn't have a resource type \"\(name)\"")
        }
        return kind
    }

    /// Reads `KIND/NAME`.
    private static func reference(_ word: String) throws(CommandMistake) -> Reference {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw CommandMistake(
                "error: arguments in resource/name form must have a single resource and name"
            )
        }
        return Reference(kind: try kind(parts[0]), name: String(parts[1]))
    }
}
