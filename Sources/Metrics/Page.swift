// SPDX-License-Identifier: Apache-2.0

/// A page in the Prometheus text format, version 0.0.4, as it is written line by line.
struct Page {
    /// The media type of the text that a page holds.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes: [UInt8] = []

    /// Writes the two lines that introduce a family.
    mutating func begin(_ family: Family) {
        write("# HELP ", family.name, " ")
        for byte in family.help.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): write("\\\\")
            case UInt8(ascii: "\n"): write("\\n")
            default: bytes.append(byte)
            }
        }
        write("\n# TYPE ", family.name)
        switch family.kind {
        case .counter: write(" counter\n")
        case .gauge: write(" gauge\n")
        case .histogram: write(" histogram\n")
        }
    }

    /// Writes one sample; `labels` is text made by `Page.labels`, or empty.
    mutating func sample(_ name: String, _ labels: String, _ value: String) {
        write(name)
        if !labels.isEmpty { write("{", labels, "}") }
        write(" ", value, "\n")
    }

    /// Writes a histogram: its buckets, each with all below it, then the sum and the count.
    ///
    /// The count is the sum of the buckets as they were read, so that the lines agree with each
    /// other although observations go on meanwhile.
    mutating func histogram(
        _ name: String,
        _ labels: String,
        _ scale: Scale,
        buckets: [UInt64],
        sum: UInt64
    ) {
        var count: UInt64 = 0
        for (index, bucket) in buckets.enumerated() {
            count &+= bucket
            let bound = scale.bound(index).map { Self.text($0, scale.unit) } ?? "+Inf"
            let separator = labels.isEmpty ? "" : ","
            sample(name + "_bucket", "\(labels)\(separator)le=\"\(bound)\"", "\(count)")
        }
        sample(name + "_sum", labels, Self.text(sum, scale.unit))
        sample(name + "_count", labels, "\(count)")
    }

    /// The text between the braces: `name="value",…`, values escaped.
    static func labels(_ names: some Sequence<String>, _ values: some Sequence<String>) -> String {
        zip(names, values).map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    }

    /// A label's value with backslash, quote and line feed escaped, as the format wants.
    static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// An observed number in the unit that the page shows.
    static func text(_ value: UInt64, _ unit: Scale.Unit) -> String {
        switch unit {
        case .bytes: return "\(value)"
        case .nanoseconds:
            let (seconds, rest) = value.quotientAndRemainder(dividingBy: 1_000_000_000)
            guard rest != 0 else { return "\(seconds)" }
            var digits = String(1_000_000_000 + rest).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            return "\(seconds).\(digits)"
        }
    }

    /// A gauge's number: whole numbers without a fraction, and the format's words for the rest.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        guard let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }

    private mutating func write(_ parts: String...) {
        for part in parts { bytes.append(contentsOf: part.utf8) }
    }
}
