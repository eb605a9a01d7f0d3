// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// What is wrong in the words of a command, as kubectl would say it.
package struct CommandMistake: Error, Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// Which objects a command means, and how it wants them, in kubectl's grammar.
///
/// `services`, `svc,pods`, `all,no`, `svc web db` and `svc/web pod/db` are all understood.
struct ResourceRequest: Sendable {
    /// One object by its name.
    struct Reference: Hashable, Sendable {
        let kind: ResourceKind
        let name: String
    }

    /// The kinds of which all objects are meant; empty where names are given.
    var kinds: [ResourceKind] = []
    var references: [Reference] = []
    /// Whether each name has its kind in front.
    private var areNamedWithKinds = false
    var namespace = "default"
    var meansAllNamespaces = false
    var selector: LabelSelector?
    var fieldSelector: FieldSelector?
    var order: RowOrder?
    var form = OutputForm.table
    var showsLabels = false
    /// The labels that have columns of their own.
    var labelColumns: [String] = []
    /// Whether names have their kind in front, however many kinds there are.
    var showsKind = false
    /// Whether it is no failure that a name is not there.
    var passesMissing = false
    var hasHeaders = true
    /// Whether changes are to be shown as they come.
    var isWatching = false

    /// The namespace that objects are looked for in; nil for all.
    var scope: String? { meansAllNamespaces ? nil : namespace }

    /// The flags by which every verb says which objects are meant.
    private static let commonFlags = [
        CommandWords.Flag("namespace", "n"), CommandWords.Flag("all-namespaces", "A", .truth),
        CommandWords.Flag("selector", "l"),
    ]
    /// The flags that `get` has besides.
    private static let tableFlags = [
        CommandWords.Flag("field-selector"), CommandWords.Flag("sort-by"),
        CommandWords.Flag("output", "o"), CommandWords.Flag("show-labels", nil, .truth),
        CommandWords.Flag("label-columns", "L", .texts),
        CommandWords.Flag("show-kind", nil, .truth), CommandWords.Flag("no-headers", nil, .truth),
        CommandWords.Flag("ignore-not-found", nil, .truth),
        CommandWords.Flag("watch", "w", .truth),
    ]

    /// Reads the words behind a verb that shows tables.
    init(_ words: [String]) throws(CommandMistake) {
        try self.init(words, Self.commonFlags + Self.tableFlags)
    }

    /// Reads the words behind a verb that only says which objects are meant.
    init(choosing words: [String]) throws(CommandMistake) {
        try self.init(words, Self.commonFlags)
    }

    private init(_ words: [String], _ flags: [CommandWords.Flag]) throws(CommandMistake) {
        let words = try CommandWords(words, knowing: flags)
        namespace = words.text("namespace") ?? namespace
        meansAllNamespaces = words.isOn("all-namespaces")
        if let text = words.text("selector") { selector = try Self.selector(text) }
        if let text = words.text("field-selector") { fieldSelector = try FieldSelector(text) }
        if let text = words.text("sort-by") { order = try RowOrder(text) }
        form = try OutputForm(words.text("output"))
        showsLabels = words.isOn("show-labels")
        labelColumns = (words.text("label-columns") ?? "").split(separator: ",").map(String.init)
        showsKind = words.isOn("show-kind")
        hasHeaders = !words.isOn("no-headers")
        passesMissing = words.isOn("ignore-not-found")
        isWatching = words.isOn("watch")
        try takeResources(words.plain)
        try checkSelection()
        if isWatching { try checkWatching() }
    }

    /// Names and selectors do not go together, and each kind is selected by fields of its own.
    private func checkSelection() throws(CommandMistake) {
        if selector != nil || fieldSelector != nil, !references.isEmpty {
            throw CommandMistake(
                areNamedWithKinds
                    ? "error: selectors and the all flag cannot be used when passing resource/name "
                        + "arguments"
                    : "error: name cannot be provided when a selector is specified"
            )
        }
        if meansAllNamespaces, references.contains(where: \.kind.isNamespaced) {
            throw CommandMistake(
                "error: a resource cannot be retrieved by name across all namespaces"
            )
        }
        for requirement in fieldSelector?.requirements ?? [] {
            for kind in kinds where !kind.selectableFields.contains(requirement.field) {
                throw CommandMistake(
                    "Error from server (BadRequest): \(kind.names.plural): field label not "
                        + "supported: \(requirement.field); known are "
                        + kind.selectableFields.joined(separator: ", ")
                )
            }
        }
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
            areNamedWithKinds = true
            for word in words { references.append(try Self.reference(word)) }
            return
        }
        let meant = try Self.kinds(first)
        guard words.count > 1 else {
            kinds = meant
            return
        }
        if let word = words.dropFirst().first(where: { $0.contains("/") }) {
            throw CommandMistake(
                "error: there is no need to say a kind first when names have theirs, as in "
                    + "'\(word)'"
            )
        }
        for kind in meant {
            references += words.dropFirst().map { Reference(kind: kind, name: $0) }
        }
    }

    private static func kinds(_ word: String) throws(CommandMistake) -> [ResourceKind] {
        var kinds: [ResourceKind] = []
        for name in word.split(separator: ",", omittingEmptySubsequences: false) {
            let meant = name == "all" ? ResourceKind.all : [try kind(name)]
            kinds += meant.filter { !kinds.contains($0) }
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
