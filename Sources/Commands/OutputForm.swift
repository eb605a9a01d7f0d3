// SPDX-License-Identifier: Apache-2.0

/// How objects are written: what `-o` says.
enum OutputForm: Hashable, Sendable {
    case table
    case wide
    case yaml
    case json
    case name
    /// What a template has of the objects; `isJSON`: each part of it as a list.
    case template(JSONPath, isJSON: Bool)
    case columns([CustomColumn])

    /// What `-o` takes.
    private static let known =
        "custom-columns, json, jsonpath, jsonpath-as-json, name, wide, yaml"
    /// What kubectl takes and we do not: templates of Go, and those that stand in files.
    private static let missing = [
        "custom-columns-file", "go-template", "go-template-file", "jsonpath-file", "template",
        "templatefile",
    ]

    /// The form with this name; a table where there is none.
    init(_ text: String?) throws(CommandMistake) {
        guard let text else {
            self = .table
            return
        }
        let name = String(text.prefix { $0 != "=" })
        switch name {
        case "wide" where name == text: self = .wide
        case "yaml" where name == text: self = .yaml
        case "json" where name == text: self = .json
        case "name" where name == text: self = .name
        case "jsonpath": self = .template(try Self.path(text), isJSON: false)
        case "jsonpath-as-json": self = .template(try Self.path(text), isJSON: true)
        case "custom-columns":
            self = .columns(try CustomColumn.all(text.dropFirst(name.utf8.count + 1)))
        case _ where Self.missing.contains(name):
            throw CommandMistake(
                "error: there is no -o \(name) here; -o jsonpath=TEMPLATE and "
                    + "-o custom-columns=HEADING:PATH,... say the same"
            )
        default:
            throw CommandMistake(
                "error: unable to match a printer suitable for the output format \"\(text)\", "
                    + "allowed formats are: \(Self.known)"
            )
        }
    }

    /// The template behind `=`.
    private static func path(_ text: String) throws(CommandMistake) -> JSONPath {
        let template = text.drop { $0 != "=" }.dropFirst()
        guard !template.isEmpty else {
            throw CommandMistake("error: template format specified but no template given")
        }
        do throws(JSONPathError) {
            return try JSONPath(String(template))
        } catch {
            throw CommandMistake("error: error parsing jsonpath \(template), \(error)")
        }
    }
}
