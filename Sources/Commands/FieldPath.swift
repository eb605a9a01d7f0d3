// SPDX-License-Identifier: Apache-2.0

/// The way to a field of an object, as `--sort-by` and `-o custom-columns` take it.
///
/// It is one path of JSONPath, where braces and the first point may be left out.
struct FieldPath: Hashable, Sendable {
    /// The path as a template writes it: `{.metadata.name}`.
    let text: String
    private let steps: [JSONPath.Step]

    init(_ text: String) throws(CommandMistake) {
        var inner = text[...]
        if inner.hasPrefix("{"), inner.hasSuffix("}") { inner = inner.dropFirst().dropLast() }
        if inner.first == "." { inner = inner.dropFirst() }
        guard !inner.isEmpty, !inner.contains(where: { "{}".contains($0) }) else {
            throw CommandMistake(
                "error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or "
                    + "'{name1.name2}' or '{.name1.name2}'"
            )
        }
        self.text = "{\(inner.first == "[" ? "" : ".")\(inner)}"
        do throws(JSONPathError) {
            guard case .path(let steps)? = try JSONPath(self.text).parts.first else {
                throw .unclosedAction
            }
            self.steps = steps
        } catch {
            throw CommandMistake("error: error parsing jsonpath \(self.text), \(error)")
        }
    }

    /// What it leads to in an object; nothing where the object has no such field.
    ///
    /// `writer` counts it.
    func values(
        in object: Tree,
        _ writer: inout JSONPathWriter
    ) throws(JSONPathError) -> [Tree] {
        try writer.values(steps, [object])
    }
}

/// A column of a table that whoever asks has made up: `-o custom-columns=HEADING:PATH,...`.
struct CustomColumn: Hashable, Sendable {
    /// What stands where an object has no such field.
    private static let none = "<none>"

    let heading: String
    let path: FieldPath

    /// Reads the columns.
    static func all(_ text: Substring) throws(CommandMistake) -> [CustomColumn] {
        guard !text.isEmpty else {
            throw CommandMistake(
                "error: custom-columns format specified but no custom columns given"
            )
        }
        var columns: [CustomColumn] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let colon = part.firstIndex(of: ":") else {
                throw CommandMistake(
                    "error: unexpected custom-columns spec: \(part), "
                        + "expected <header>:<json-path-expr>"
                )
            }
            let path = try FieldPath(String(part[part.index(after: colon)...]))
            columns.append(CustomColumn(heading: String(part[..<colon]), path: path))
        }
        return columns
    }

    /// What stands in the column for an object; `writer` counts it.
    func cell(
        of object: Tree,
        _ writer: inout JSONPathWriter
    ) throws(JSONPathError) -> String {
        let values = try path.values(in: object, &writer)
        guard !values.isEmpty else { return Self.none }
        var cell = ""
        for (number, value) in values.enumerated() {
            let part = (number > 0 ? "," : "") + Self.text(value)
            try writer.count(byteCount: part.utf8.count)
            cell += part
        }
        return cell
    }

    /// A value as kubectl shows it here; lists and maps in the manner of Go.
    private static func text(_ value: Tree) -> String {
        switch value {
        case .string(let text): text
        case .null: none
        case .list(let items): "[" + items.map(text).joined(separator: " ") + "]"
        case .map(let pairs):
            "map["
                + Tree.sorted(pairs).map { "\($0.key):\(text($0.value))" }.joined(separator: " ")
                + "]"
        default: value.compactJSON
        }
    }
}
