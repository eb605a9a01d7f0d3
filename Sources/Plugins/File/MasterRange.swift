// SPDX-License-Identifier: Apache-2.0

/// The numbers of a `$GENERATE` line, and the templates that they are put into.
struct MasterRange {
    /// The most records of one `$GENERATE`.
    static let maximumCount = 65_536
    /// The largest number of a range, and the largest step.
    static let maximumNumber = 2_147_483_647
    /// The widest number that a template may ask for, in digits.
    static let maximumWidth = 255

    let first: Int
    let last: Int
    let step: Int

    /// Reads `FIRST-LAST` or `FIRST-LAST/STEP`; nil when it is neither.
    init?(_ text: ArraySlice<UInt8>) {
        let halves = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let range = halves.first, halves.count <= 2 else { return nil }
        let ends = range.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]),
            first <= last
        else { return nil }
        var step = 1
        if halves.count == 2 {
            guard let value = Self.number(halves[1]), value > 0 else { return nil }
            step = value
        }
        self.first = first
        self.last = last
        self.step = step
    }

    /// The number of records.
    var count: Int { (last - first) / step + 1 }

    /// A decimal number without a sign; nil when `text` is none, or too large.
    private static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty, text.count <= 10, text.allSatisfy(\.isDigit) else { return nil }
        let value = text.decimal
        return value <= maximumNumber ? value : nil
    }

    /// `template` with `number` in place of each `$`; nil when a `${…}` in it is wrong.
    ///
    /// `${OFFSET,WIDTH,BASE}`: the sum with OFFSET, filled with zeros to WIDTH digits, in base `d`,
    /// `o`, `x` or `X`, or as reversed hexadecimal labels with `n` or `N`.
    /// `\$` and `$$` are a dollar sign.
    static func fill(_ template: ArraySlice<UInt8>, with number: Int) -> [UInt8]? {
        var filled: [UInt8] = []
        var index = template.startIndex
        while index < template.endIndex {
            let byte = template[index]
            let next = index + 1 < template.endIndex ? template[index + 1] : 0
            index += 1
            if byte == UInt8(ascii: "\\"), next != 0 {
                if next != UInt8(ascii: "$") { filled.append(byte) }
                filled.append(next)
                index += 1
            } else if byte != UInt8(ascii: "$") {
                filled.append(byte)
            } else if next == UInt8(ascii: "$") {
                filled.append(next)
                index += 1
            } else if next == UInt8(ascii: "{") {
                guard let end = template[index...].firstIndex(of: UInt8(ascii: "}")),
                    let text = formatted(template[(index + 1)..<end], number)
                else { return nil }
                filled += text
                index = end + 1
            } else {
                filled += Array(String(number).utf8)
            }
        }
        return filled
    }

    /// `number` as `OFFSET[,WIDTH[,BASE]]` asks for; nil when that is wrong.
    private static func formatted(_ modifier: ArraySlice<UInt8>, _ number: Int) -> [UInt8]? {
        let parts = modifier.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 3 else { return nil }
        let isNegative = first.first == UInt8(ascii: "-")
        guard let distance = Self.number(isNegative ? first.dropFirst() : first) else { return nil }
        let value = isNegative ? number - distance : number + distance
        guard value >= 0, value <= maximumNumber else { return nil }
        var width = 0
        if parts.count > 1 {
            guard let wanted = Self.number(parts[1]), wanted <= maximumWidth else { return nil }
            width = wanted
        }
        let base = parts.count > 2 ? parts[2] : [UInt8(ascii: "d")]
        guard base.count == 1, let letter = base.first else { return nil }
        return digits(value, width: width, base: letter)
    }

    /// `value` in the base that `letter` stands for, at least `width` characters wide.
    private static func digits(_ value: Int, width: Int, base letter: UInt8) -> [UInt8]? {
        let text: String
        switch letter {
        case UInt8(ascii: "d"): text = String(value)
        case UInt8(ascii: "o"): text = String(value, radix: 8)
        case UInt8(ascii: "x"), UInt8(ascii: "n"): text = String(value, radix: 16)
        case UInt8(ascii: "X"), UInt8(ascii: "N"):
            text = String(value, radix: 16, uppercase: true)
        default: return nil
        }
        if letter | 0x20 == UInt8(ascii: "n") {
            // Nibbles, lowest first, a dot between two; the width counts the dots.
            var digits = Array(text.utf8)
            while digits.count * 2 - 1 < width { digits.insert(UInt8(ascii: "0"), at: 0) }
            return Array(digits.reversed().map { [$0] }.joined(separator: [UInt8(ascii: ".")]))
        }
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - text.utf8.count))
        return zeros + Array(text.utf8)
    }
}
