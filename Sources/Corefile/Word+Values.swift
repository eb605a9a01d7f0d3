// SPDX-License-Identifier: Apache-2.0

extension Word {
    /// The error that this is known but not built; `what` says what it is.
    package func notYet(_ what: String) -> CorefileError {
        CorefileError(at: position, "\(what) '\(text.shortened)' is not built yet")
    }

    /// The decimal number in `range`.
    package func integer(in range: ClosedRange<Int>) throws(CorefileError) -> Int {
        guard let value = Int(text), range.contains(value), text.utf8.first != UInt8(ascii: "+")
        else {
            throw CorefileError(
                at: position,
                "'\(text.shortened)' is no number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// The duration in nanoseconds, as Go writes it: `1h30m`, `250ms`, `0`.
    package func nanoseconds(
        in range: ClosedRange<UInt64> = 0...UInt64(Int64.max)
    ) throws(CorefileError) -> UInt64 {
        guard let value = parseDuration(text) else {
            throw CorefileError(
                at: position,
                "'\(text.shortened)' is no duration like '30s' or '250ms'"
            )
        }
        guard range.contains(value) else {
            throw CorefileError(
                at: position,
                "'\(text.shortened)' must be \(durationText(range.lowerBound)) to "
                    + durationText(range.upperBound)
            )
        }
        return value
    }

    /// The duration in whole milliseconds; a part of one counts as one.
    package func milliseconds(
        in range: ClosedRange<UInt64> = 0...UInt64(Int64.max) / 1_000_000
    ) throws(CorefileError) -> UInt64 {
        let bounds = range.lowerBound * 1_000_000...range.upperBound * 1_000_000
        return (try nanoseconds(in: bounds) + 999_999) / 1_000_000
    }
}

/// The units of a duration, in nanoseconds; the micro sign and the Greek letter mean the same.
private let units: [(name: String, nanoseconds: UInt64)] = [
    ("ns", 1), ("us", 1_000), ("\u{B5}s", 1_000), ("\u{3BC}s", 1_000), ("ms", 1_000_000),
    ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
]

/// Reads numbers with units, one after the other; nil when `text` is no duration.
private func parseDuration(_ text: String) -> UInt64? {
    if text == "0" { return 0 }
    var rest = Substring(text)
    var total: UInt64 = 0
    while !rest.isEmpty {
        let digits = rest.prefix(while: \.isDecimalDigit)
        rest = rest.dropFirst(digits.count)
        var fraction = Substring()
        if rest.first == "." {
            fraction = rest.dropFirst().prefix(while: \.isDecimalDigit)
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard !(digits.isEmpty && fraction.isEmpty) else { return nil }
        let name = rest.prefix { !$0.isDecimalDigit && $0 != "." }
        guard let unit = units.first(where: { $0.name == name }) else { return nil }
        rest = rest.dropFirst(name.count)
        guard let whole = digits.isEmpty ? 0 : UInt64(digits) else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
        var part: UInt64 = 0
        var scale = unit.nanoseconds / 10
        for digit in fraction.utf8 {
            part += UInt64(digit - UInt8(ascii: "0")) * scale
            scale /= 10
        }
        let (sum, carries) = total.addingReportingOverflow(product)
        guard !overflow, !carries, sum <= UInt64(Int64.max) - part else { return nil }
        total = sum + part
    }
    return text.isEmpty ? nil : total
}

/// A duration in the largest unit that divides it.
package func durationText(_ nanoseconds: UInt64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    for unit in units.reversed()
    where unit.name.utf8.allSatisfy({ $0 < 0x80 }) && nanoseconds % unit.nanoseconds == 0 {
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
    return "\(nanoseconds)ns"
}

extension Character {
    /// Whether this is one of 0 to 9.
    fileprivate var isDecimalDigit: Bool { isASCII && isNumber }
}
