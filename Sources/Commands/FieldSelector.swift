// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// Which objects are meant by the values of their fields, as `--field-selector` says it.
///
/// As with the API server, each kind knows a few fields by which it is selected.
struct FieldSelector: Hashable, Sendable {
    /// One field and the value that it has, or has not.
    struct Requirement: Hashable, Sendable {
        /// The keys that lead to the field, with points between.
        let field: String
        let value: String
        let isEqual: Bool
    }

    let requirements: [Requirement]

    /// Reads `FIELD=VALUE,...`, where `==` and `!=` may stand for `=`, and a backslash before a
    /// comma, an equals sign or a backslash of a value.
    init(_ text: String) throws(CommandMistake) {
        var requirements: [Requirement] = []
        for term in Self.terms(text) where !term.isEmpty {
            guard let sign = term.firstIndex(where: { $0 == "=" || $0 == "!" }) else {
                throw Self.mistake(text, term)
            }
            let isEqual = term[sign] == "="
            var value = term[term.index(after: sign)...]
            if !isEqual || value.first == "=" {
                guard value.popFirst() == "=" else { throw Self.mistake(text, term) }
            }
            let field = String(term[..<sign])
            guard let plain = Self.plain(value) else { throw Self.mistake(text, term) }
            requirements.append(Requirement(field: field, value: plain, isEqual: isEqual))
        }
        self.requirements = requirements
    }

    private static func mistake(_ text: String, _ term: String) -> CommandMistake {
        CommandMistake("error: invalid field selector: '\(text)'; can't understand '\(term)'")
    }

    /// What stands between commas without a backslash.
    private static func terms(_ text: String) -> [String] {
        var terms = [""]
        var isEscaped = false
        for character in text {
            if character == ",", !isEscaped {
                terms.append("")
            } else {
                terms[terms.count - 1].append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return terms
    }

    /// A value without its backslashes; nil where something stands without one that needs it.
    private static func plain(_ value: Substring) -> String? {
        var plain = ""
        var rest = value
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                guard let next = rest.popFirst(), "\\,=".contains(next) else { return nil }
                plain.append(next)
            case ",", "=": return nil
            default: plain.append(character)
            }
        }
        return plain
    }
}

/// The fields by which objects are selected.
extension ResourceKind {
    /// Those of this kind, as the API server has them.
    var selectableFields: [String] {
        let own = isNamespaced ? ["metadata.name", "metadata.namespace"] : ["metadata.name"]
        switch self {
        case .service: return own + ["spec.clusterIP", "spec.type"]
        case .pod:
            return own + [
                "spec.hostNetwork", "spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
                "spec.serviceAccountName", "status.nominatedNodeName", "status.phase",
                "status.podIP",
            ]
        case .node: return own + ["spec.unschedulable"]
        case .namespace: return own + ["status.phase"]
        case .job: return own + ["status.successful"]
        default: return own
        }
    }
}

extension Rows {
    /// Whether the fields of a row have the values that are wanted.
    mutating func selects(_ row: Row, _ selector: FieldSelector) -> Bool {
        for requirement in selector.requirements {
            let isEqual = text(of: requirement.field, in: row) == requirement.value
            guard isEqual == requirement.isEqual else { return false }
        }
        return true
    }

    /// The value of a field; empty where it has none.
    private mutating func text(of field: String, in row: Row) -> String {
        switch (field, row.substance) {
        case ("metadata.name", _): return row.name
        case ("metadata.namespace", _): return row.metadata.namespace
        case ("spec.type", .service(let service, _)): return service.typeText
        case ("spec.clusterIP", .service(let service, _)): return service.addressTexts.first ?? ""
        case ("status.phase", .namespace): return "Active"
        // A truth that nobody wrote is none.
        case ("spec.unschedulable", .node(let node, _)): return "\(!node.isSchedulable)"
        default: break
        }
        // The API server has one name here that no object has.
        let path = field == "status.successful" ? "status.succeeded" : field
        let value = path.split(separator: ".").reduce(whole(row) as Tree?) { $0?[String($1)] }
        switch value {
        case nil: return field == "spec.hostNetwork" ? "false" : row.kind == .job ? "0" : ""
        case .string(let text)?: return text
        case let value?: return value.compactJSON
        }
    }
}
