// SPDX-License-Identifier: Apache-2.0

/// The rules that Kubernetes has for names, each of one kind of name.
enum NameRule {
    /// A Service's name: an RFC 1035 §2.3.1 label.
    case label1035
    /// A namespace, a host name or a port of a Service: an RFC 1123 §2.1 label.
    case label1123
    /// Most objects' names: labels joined by dots.
    case subdomain1123
    /// A container's port, in the form of RFC 6335 §5.1.
    case portName
    /// The key of a label or annotation: a word, with a name and `/` in front where wanted.
    case labelKey
    /// The value of a label: a word, or nothing.
    case labelValue

    /// The longest label, in bytes (RFC 1035 §2.3.4).
    static let maximumLabelLength = 63
    /// The longest name of several labels, in bytes, without the last dot.
    static let maximumNameLength = 253
    /// The longest name of a container's port, in bytes.
    static let maximumPortNameLength = 15

    /// Whether `text` keeps to the rule.
    func allows(_ text: String) -> Bool {
        let count = text.utf8.count
        switch self {
        case .label1035:
            return count <= Self.maximumLabelLength && Self.isWord(text)
                && Self.isLetter(text.utf8.first)
        case .label1123:
            return count <= Self.maximumLabelLength && Self.isWord(text)
        case .subdomain1123:
            // Kubernetes bounds the whole name only; DNS bounds each label, where it is used.
            return count <= Self.maximumNameLength && Self.isWord(text, areDotsAllowed: true)
        case .portName:
            guard count <= Self.maximumPortNameLength, Self.isWord(text) else { return false }
            return text.utf8.contains { Self.isLetter($0) } && !Self.hasTwoHyphens(text)
        case .labelKey:
            guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
                return Self.isLabelWord(text[...])
            }
            return Self.subdomain1123.allows(String(text[..<slash]))
                && Self.isLabelWord(text[text.utf8.index(after: slash)...])
        case .labelValue:
            return text.isEmpty || Self.isLabelWord(text[...])
        }
    }

    /// What a name must be, to follow "must be".
    var wanted: String {
        switch self {
        case .label1035:
            "at most 63 lower case letters, digits and '-', first a letter, last no '-'"
                + " (such as 'my-service')"
        case .label1123:
            "at most 63 lower case letters, digits and '-', first and last no '-'"
                + " (such as 'my-name')"
        case .subdomain1123:
            "lower case letters, digits, '-' and '.', each part beginning and ending with a letter"
                + " or digit (such as 'my-name')"
        case .portName:
            "at most 15 lower case letters, digits and '-', with a letter among them"
                + " (such as 'http')"
        case .labelKey:
            "at most 63 letters, digits, '-', '_' and '.', first and last a letter or digit, with a"
                + " DNS name and '/' in front where wanted (such as 'app' or 'example.com/app')"
        case .labelValue:
            "empty or at most 63 letters, digits, '-', '_' and '.', first and last a letter or"
                + " digit (such as 'my_value')"
        }
    }

    /// Letters, digits and inner hyphens; several such words with dots between, where allowed.
    private static func isWord(_ text: String, areDotsAllowed: Bool = false) -> Bool {
        var hasBegun = false
        var mayEnd = false
        for byte in text.utf8 {
            switch byte {
            case _ where isLetter(byte) || isDigit(byte):
                hasBegun = true
                mayEnd = true
            case UInt8(ascii: "-") where hasBegun:
                mayEnd = false
            case UInt8(ascii: ".") where areDotsAllowed && mayEnd:
                hasBegun = false
                mayEnd = false
            default:
                return false
            }
        }
        return mayEnd
    }

    /// Whether two hyphens stand side by side.
    private static func hasTwoHyphens(_ text: String) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return zip(text.utf8, text.utf8.dropFirst()).contains { $0 == hyphen && $1 == hyphen }
    }

    /// What Kubernetes calls a qualified name without its prefix.
    private static func isLabelWord(_ text: Substring) -> Bool {
        let bytes = text.utf8
        guard bytes.count <= maximumLabelLength, let first = bytes.first, let last = bytes.last,
            isLetterOrDigit(first), isLetterOrDigit(last)
        else { return false }
        return bytes.allSatisfy { byte in
            isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ".")
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte | 0x20)
    }

    private static func isLetter(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// Whether `text` is a name that an alias can lead to: labels of 63 bytes, a last dot allowed.
    static func allowsTarget(_ text: String) -> Bool {
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        guard NameRule.subdomain1123.allows(String(name)) else { return false }
        return name.utf8.split(separator: UInt8(ascii: ".")).allSatisfy {
            $0.count <= maximumLabelLength
        }
    }
}
