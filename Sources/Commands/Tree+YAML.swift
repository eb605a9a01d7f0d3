// SPDX-License-Identifier: Apache-2.0

import YAML

extension Tree {
    /// YAML in blocks, keys in order, lists as deep as their keys: as kubectl writes it.
    var yaml: String {
        var text = ""
        writeYAML(to: &text, indent: "")
        return text
    }

    /// Writes lines from the beginning of one on, each with `indent`.
    private func writeYAML(to text: inout String, indent: String) {
        switch self {
        case .list(let items) where !items.isEmpty:
            for item in items {
                text += indent + "-"
                item.writeYAML(behindDashTo: &text, indent: indent + "  ")
            }
        case .map(let pairs) where !pairs.isEmpty:
            for pair in Self.sorted(pairs) {
                text += indent + Self.yamlText(pair.key) + ":"
                pair.value.writeYAML(behindKeyTo: &text, indent: indent)
            }
        default: text += indent + scalarText + "\n"
        }
    }

    /// Writes the value of a key whose line is begun.
    private func writeYAML(behindKeyTo text: inout String, indent: String) {
        switch self {
        case .list(let items) where !items.isEmpty:
            text += "\n"
            writeYAML(to: &text, indent: indent)
        case .map(let pairs) where !pairs.isEmpty:
            text += "\n"
            writeYAML(to: &text, indent: indent + "  ")
        default: text += " " + scalarText + "\n"
        }
    }

    /// Writes an item of a list whose dash is there; `indent`: of the lines after the first.
    private func writeYAML(behindDashTo text: inout String, indent: String) {
        guard hasParts else {
            text += " " + scalarText + "\n"
            return
        }
        var lines = ""
        writeYAML(to: &lines, indent: indent)
        // The first line stands behind the dash.
        text += " " + lines.dropFirst(indent.count)
    }

    /// Whether it takes lines of its own.
    private var hasParts: Bool {
        switch self {
        case .list(let items): !items.isEmpty
        case .map(let pairs): !pairs.isEmpty
        default: false
        }
    }

    /// What fits on a line.
    private var scalarText: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let written): written
        case .string(let value): Self.yamlText(value)
        case .list: "[]"
        case .map: "{}"
        }
    }

    /// A text as it is where it cannot be taken for anything else, else in quotes.
    private static func yamlText(_ value: String) -> String {
        let isPlain =
            YAMLScalar(text: value, isPlain: true).value == .string(value)
            && !value.isEmpty && value.unicodeScalars.allSatisfy(isPlainScalar)
            && value.first != " " && value.last != " " && !value.contains(": ")
            && !value.contains(" #") && !value.hasSuffix(":")
            && !"-?:,[]{}#&*!|>'\"%@`=".contains(value.first ?? "-")
        return isPlain ? value : quoted(value)
    }

    private static func isPlainScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80...0x9F).contains(scalar.value)
            && scalar.value != 0xFEFF && scalar.value != 0x2028 && scalar.value != 0x2029
    }
}
