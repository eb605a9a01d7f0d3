// SPDX-License-Identifier: Apache-2.0

extension Tree {
    /// JSON with four spaces a level and keys in order, as kubectl writes it, with a last newline.
    package var json: String {
        var text = ""
        writeJSON(to: &text, indent: "")
        return text + "\n"
    }

    private func writeJSON(to text: inout String, indent: String) {
        let inner = indent + "    "
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let written): text += Self.jsonNumber(written)
        case .string(let value): text += Self.quoted(value)
        case .list(let items):
            guard !items.isEmpty else {
                text += "[]"
                return
            }
            text += "["
            for (index, item) in items.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner
                item.writeJSON(to: &text, indent: inner)
            }
            text += "\n\(indent)]"
        case .map(let pairs):
            guard !pairs.isEmpty else {
                text += "{}"
                return
            }
            text += "{"
            for (index, pair) in Self.sorted(pairs).enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner + Self.quoted(pair.key) + ": "
                pair.value.writeJSON(to: &text, indent: inner)
            }
            text += "\n\(indent)}"
        }
    }

    /// A number that JSON has too; what it has not (`.inf`) is a text.
    private static func jsonNumber(_ written: String) -> String {
        guard let value = Double(written), value.isFinite else { return quoted(written) }
        return "\(value)"
    }

    /// A JSON text (RFC 8259 §7).
    static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
