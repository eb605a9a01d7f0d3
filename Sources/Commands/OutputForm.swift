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

    /// What `-o` takes.
    private static let known = "json, jsonpath, jsonpath-as-json, name, wide, yaml"

    /// The form with this name; a table where there is none.
    init(_ text: String?) throws(CommandMistake) {
        guard let text else {
            self = .table
            return
        }
        switch text {
        case "wide": self = .wide
        case "yaml": self = .yaml
        case "json": self = .json
        case "name": self = .name
        case _ where text.prefix(while: { $0 != "=" }) == "jsonpath":
            self = .template(try Self.path(text), isJSON: false)
        case _ where text.prefix(while: { $0 != "=" }) == "jsonpath-as-json":
            self = .template(try Self.path(text), isJSON: true)
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
