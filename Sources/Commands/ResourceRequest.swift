// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// What is wrong in the words of a command, as kubectl would say it.
package struct CommandMistake: Error, Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// Which objects a command means, and how it wants them, in kubectl's grammar.
///
/// `services`, `svc,pods`, `svc web db` and `svc/web pod/db` are all understood.
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
    /// Whether changes are to be shown as they come.
    var isWatching = false

    /// The namespace that objects are looked for in; nil for all.
    var scope: String? { meansAllNamespaces ? nil : namespace }

    private static let flags = [
        CommandWords.Flag("namespace", "n"),
        CommandWords.Flag("all-namespaces", "A", .truth),
        CommandWords.Flag("selector", "l"),
        CommandWords.Flag("output", "o"),
        CommandWords.Flag("show-labels", nil, .truth),
        CommandWords.Flag("no-headers", nil, .truth),
        CommandWords.Flag("watch", "w", .truth),
    ]

    /// Reads the words behind the verb.
    init(_ words: [String]) throws(CommandMistake) {
        let words = try CommandWords(words, knowing: Self.flags)
        namespace = words.text("namespace") ?? namespace
        meansAllNamespaces = words.isOn("all-namespaces")
        selector = try words.text("selector").map { text throws(CommandMistake) in
            try Self.selector(text)
        }
        form = try OutputForm(words.text("output"))
        showsLabels = words.isOn("show-labels")
        hasHeaders = !words.isOn("no-headers")
        isWatching = words.isOn("watch")
        try takeResources(words.plain)
        if meansAllNamespaces, !references.isEmpty {
            throw CommandMistake(
                "error: a resource cannot be retrieved by name across all namespaces"
            )
        }
        if isWatching { try checkWatching() }
    }

    /// Only tables of one kind are watched.
    private func checkWatching() throws(CommandMistake) {
        guard Set(kinds + references.map(\.kind)).count == 1 else {
            throw CommandMistake("error: you may only specify a single resource type")
        }
        guard [.table, .wide, .name].contains(form) else {
            throw CommandMistake("error: only tables and names are watched; leave out -o, or -w")
        }
    }

    private static func selector(_ text: String) throws(CommandMistake) -> LabelSelector {
        do throws(LabelSelectorError) {
            return try LabelSelector(text, takesInequality: true)
        } catch {
            throw CommandMistake("error: unable to parse the selector \"\(text)\": \(error)")
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
        if word == "all" { return ResourceKind.all }
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
