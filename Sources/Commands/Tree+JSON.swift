// SPDX-License-Identifier: Apache-2.0

extension Tree {
    /// JSON with four spaces a level and keys in order, as kubectl writes it, with a last newline.
    package var json: String {
        var text = ""
        writeJSON(to: &text, indent: "")
        return text + "\n"
    }

    /// The same without a last newline, as it stands in lines that begin with `indent`.
    func json(indent: String) -> String {
        var text = ""
        writeJSON(to: &text, indent: indent)
        return text
    }

    /// JSON in one line, keys in order.
    var compactJSON: String {
        var text = ""
        writeJSON(to: &text, indent: nil)
        return text
    }

    /// Writes the value; `indent`: of its last line, nil where everything stands in one line.
    private func writeJSON(to text: inout String, indent: String?) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let written): text += Self.jsonNumber(written)
        case .string(let value): text += Self.quoted(value)
        case .list(let items):
            Self.write(items, in: ("[", "]"), to: &text, indent) { item, text, inner in
                item.writeJSON(to: &text, indent: inner)
            }
        case .map(let pairs):
            let colon = indent == nil ? ":" : ": "
            Self.write(Self.sorted(pairs), in: ("{", "}"), to: &text, indent) { pair, text, inner in
                text += Self.quoted(pair.key) + colon
                pair.value.writeJSON(to: &text, indent: inner)
            }
        }
    }

    /// Writes the parts of a list or a map, each on a line of its own where there is an indent.
    private static func write<Part>(
        _ parts: [Part],
        in brackets: (open: String, close: String),
        to text: inout String,
        _ indent: String?,
        _ write: (Part, inout String, String?) -> Void
    ) {
        let inner = indent.map { $0 + "    " }
        text += brackets.open
        for (index, part) in parts.enumerated() {
            if index > 0 { text += "," }
            if let inner { text += "\n" + inner }
            write(part, &text, inner)
        }
        if let indent, !parts.isEmpty { text += "\n" + indent }
        text += brackets.close
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
