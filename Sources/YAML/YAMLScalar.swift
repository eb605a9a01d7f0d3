// SPDX-License-Identifier: Apache-2.0

/// A single word, number or text of a YAML document.
package struct YAMLScalar: Hashable, Sendable {
    /// The tags that decide how a scalar is read; anything else is read as if it had none.
    package enum Tag: UInt8, Hashable, Sendable {
        case none
        case string
        case integer
        case boolean
        case float
        case null
    }

    /// What a scalar means.
    package enum Value: Hashable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        /// A number with a fraction or an exponent, or an integer beyond 64 bits, as written.
        case number(String)
        case string(String)
    }

    package let text: String
    /// Whether it was written without quotes and not as a block.
    package let isPlain: Bool
    package let tag: Tag

    package init(text: String, isPlain: Bool, tag: Tag = .none) {
        self.text = text
        self.isPlain = isPlain
        self.tag = tag
    }

    /// What the scalar means to Kubernetes, which reads YAML 1.1.
    ///
    /// Only an unquoted scalar can be anything but a string: `yes`, `on` and `y` are booleans,
    /// `017` and `0o17` are fifteen, and a date stays text.
    package var value: Value {
        switch tag {
        case .string: .string(text)
        case .none where !isPlain: .string(text)
        case .none: Self.resolve(text)
        case .integer, .boolean, .float, .null: Self.resolve(text)
        }
    }

    /// The meaning of an unquoted word.
    private static func resolve(_ text: String) -> Value {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            return number(text) ?? .string(text)
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "y"),
            UInt8(ascii: "Y"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"),
            UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"):
            // The longest of the words is "false".
            return text.utf8.count <= 5 ? word(text) : .string(text)
        default:
            return .string(text)
        }
    }

    /// The words with a meaning of their own (YAML 1.1 types `bool` and `null`).
    private static func word(_ text: String) -> Value {
        // Few words are compared: those of the same length.
        switch text.utf8.count {
        case 1:
            switch text {
            case "~": return .null
            case "y", "Y": return .boolean(true)
            case "n", "N": return .boolean(false)
            default: return .string(text)
            }
        case 2:
            switch text {
            case "on", "On", "ON": return .boolean(true)
            case "no", "No", "NO": return .boolean(false)
            default: return .string(text)
            }
        case 3:
            switch text {
            case "yes", "Yes", "YES": return .boolean(true)
            case "off", "Off", "OFF": return .boolean(false)
            default: return .string(text)
            }
        case 4:
            switch text {
            case "null", "Null", "NULL": return .null
            case "true", "True", "TRUE": return .boolean(true)
            default: return .string(text)
            }
        default:
            return ["false", "False", "FALSE"].contains(text) ? .boolean(false) : .string(text)
        }
    }

    /// The number that `text` is; nil when it is none.
    private static func number(_ text: String) -> Value? {
        if let integer = smallInteger(text) { return .integer(integer) }
        // Most of what begins with a digit is an address, and no number has two points.
        var pointCount = 0
        for byte in text.utf8 where byte == UInt8(ascii: ".") { pointCount &+= 1 }
        guard pointCount <= 1 else { return nil }
        let bytes = text.utf8.filter { $0 != UInt8(ascii: "_") }
        var digits = bytes[...]
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits = digits.dropFirst()
        }
        if let integer = integer(digits, isNegative: isNegative) { return .integer(integer) }
        return isFloat(digits) ? .number(text) : nil
    }

    /// An integer that is written in a few decimal digits and nothing else, as nearly all are.
    private static func smallInteger(_ text: String) -> Int? {
        let digits = text.utf8
        guard digits.count <= 9, digits.first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var number = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            number = number &* 10 &+ Int(digit &- UInt8(ascii: "0"))
        }
        return digits.isEmpty ? nil : number
    }

    /// An integer in base 10, 8 (`017`, `0o17`), 16 (`0x`) or 2 (`0b`); nil beyond 64 bits.
    private static func integer(_ digits: ArraySlice<UInt8>, isNegative: Bool) -> Int? {
        var digits = digits
        var base = 10
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            digits = digits.dropFirst()
            switch digits.first {
            case UInt8(ascii: "x"), UInt8(ascii: "X"): base = 16
            case UInt8(ascii: "o"), UInt8(ascii: "O"): base = 8
            case UInt8(ascii: "b"), UInt8(ascii: "B"): base = 2
            default: base = 8
            }
            if let mark = digits.first, mark > UInt8(ascii: "9") { digits = digits.dropFirst() }
        }
        guard let first = digits.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
        else {
            return nil
        }
        guard digits.count <= 64 else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        return Int((isNegative ? "-" : "") + text, radix: base)
    }

    /// Whether digits, without their sign, are a number in base 10, infinite or not a number.
    private static func isFloat(_ digits: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: digits, as: UTF8.self)
        switch text {
        case ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN": return true
        default: break
        }
        var rest = digits
        let whole = takeDigits(&rest)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = takeDigits(&rest)
        }
        guard whole > 0 || fraction > 0 else { return false }
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                rest = rest.dropFirst()
            }
            guard takeDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// Drops the leading decimal digits and says how many they were.
    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> Int {
        let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
        rest = rest.dropFirst(count)
        return count
    }
}
