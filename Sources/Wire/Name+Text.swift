// SPDX-License-Identifier: Apache-2.0

extension Name: CustomStringConvertible {
    /// Reads a name in its text form (RFC 1035 §5.1): dots between labels, `\.` and `\DDD` escapes.
    ///
    /// A name without a dot at its end is taken as absolute all the same. Offsets in errors are
    /// bytes of `text`.
    package init(_ text: some StringProtocol) throws(WireError) {
        let text = Array(text.utf8)
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var index = 0
        if text == [UInt8(ascii: ".")] {
            self = .root
            return
        }
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard !label.isEmpty else { throw .emptyLabel(offset: index) }
                labels.append(label)
                label = []
                index += 1
            } else if byte == UInt8(ascii: "\\") {
                let (value, length) = try Self.unescape(text, at: index)
                label.append(value)
                index += length
            } else {
                label.append(byte)
                index += 1
            }
            guard label.count <= Self.maximumLabelByteCount else { throw .badLabel(offset: index) }
            guard labels.count < 128 else { throw .nameTooLong(offset: index) }
        }
        if !label.isEmpty { labels.append(label) }
        guard !labels.isEmpty else { throw .emptyLabel(offset: 0) }
        try self.init(labels: labels)
    }

    /// The byte that the escape at `index` stands for, and the escape's length.
    private static func unescape(
        _ text: [UInt8],
        at index: Int
    ) throws(WireError) -> (value: UInt8, length: Int) {
        guard index + 1 < text.count else { throw .badEscape(offset: index) }
        let first = text[index + 1]
        guard first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else { return (first, 2) }
        guard index + 3 < text.count else { throw .badEscape(offset: index) }
        var value = 0
        for digit in text[(index + 1)...(index + 3)] {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else {
                throw .badEscape(offset: index)
            }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard value <= 255 else { throw .badEscape(offset: index) }
        return (UInt8(value), 4)
    }

    /// The text form, with a dot at the end and escapes where a byte is not plain.
    package var description: String {
        guard bytes.count > 1 else { return "." }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for label in labels {
            for byte in label { Self.append(byte, to: &text) }
            text.append(UInt8(ascii: "."))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends one byte of a label, escaped where it must be.
    private static func append(_ byte: UInt8, to text: inout [UInt8]) {
        let backslash = UInt8(ascii: "\\")
        switch byte {
        case UInt8(ascii: "."), backslash, UInt8(ascii: "\""), UInt8(ascii: ";"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "@"), UInt8(ascii: "$"):
            text += [backslash, byte]
        case 0x21...0x7E:
            text.append(byte)
        default:
            let zero = UInt8(ascii: "0")
            text += [backslash, zero + byte / 100, zero + byte / 10 % 10, zero + byte % 10]
        }
    }
}
