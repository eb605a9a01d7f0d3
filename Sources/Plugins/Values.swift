// SPDX-License-Identifier: Apache-2.0

import Corefile

extension [Stanza] {
    /// The only stanza of a plugin that a server block may hold once.
    func onlyOnce() throws(CorefileError) -> Stanza {
        guard let first else {
            throw CorefileError(
                at: Position(file: "", line: 1, column: 1),
                "a plugin without a stanza cannot be made"
            )
        }
        guard count == 1 else {
            throw CorefileError(
                at: self[1].name.position,
                "'\(first.name.text)' can only be used once in a server block; the first is at "
                    + "\(first.name.position)"
            )
        }
        return first
    }
}

extension Stanza {
    /// Makes sure that at most `count` arguments are given.
    func arguments(atMost count: Int) throws(CorefileError) {
        guard arguments.count > count else { return }
        throw CorefileError(
            at: arguments[count].position,
            "'\(arguments[count].text)' is one argument too many for '\(name.text)'"
        )
    }

    /// Makes sure that no option is given.
    func noOptions() throws(CorefileError) {
        guard let first = options.first else { return }
        throw CorefileError(at: first.name.position, "'\(name.text)' takes no options")
    }
}

extension Option {
    /// The option's only argument; `what` says what it would be.
    func oneArgument(_ what: String) throws(CorefileError) -> Word {
        try arguments(1...1, what)
        return arguments[0]
    }

    /// Makes sure that no argument is given.
    func noArguments() throws(CorefileError) {
        guard let first = arguments.first else { return }
        throw CorefileError(at: first.position, "'\(name.text)' takes no argument")
    }

    /// Makes sure that the number of arguments lies in `range`; `what` says what they would be.
    func arguments(_ range: ClosedRange<Int>, _ what: String) throws(CorefileError) {
        if arguments.count < range.lowerBound {
            throw CorefileError(at: name.position, "'\(name.text)' wants \(what)")
        }
        if arguments.count > range.upperBound {
            let word = arguments[range.upperBound]
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is one argument too many; '\(name.text)' wants \(what)"
            )
        }
    }

    /// The error that nothing is called like this; it names the nearest of `names`.
    func unknown(_ names: [String]) -> CorefileError {
        let nearest = Nearest.word(to: name.text, in: names)
        let hint = nearest.map { "; try '\($0)'" } ?? ""
        return CorefileError(at: name.position, "unknown option '\(name.text)'\(hint)")
    }

    /// The error that this is known but not built.
    func notYet() -> CorefileError { name.notYet("option") }
}

extension Word {
    /// The error that this is known but not built.
    func notYet(_ what: String) -> CorefileError {
        CorefileError(at: position, "\(what) '\(text)' is not built yet")
    }

    /// The decimal number in `range`.
    func integer(in range: ClosedRange<Int>) throws(CorefileError) -> Int {
        guard let value = Int(text), range.contains(value), text.utf8.first != 43 else {
            throw CorefileError(
                at: position,
                "'\(text)' is no number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// The duration in nanoseconds, as Go writes it: `1h30m`, `250ms`, `0`.
    func nanoseconds(
        in range: ClosedRange<UInt64> = 0...UInt64(Int64.max)
    ) throws(CorefileError) -> UInt64 {
        guard let value = parseDuration(text) else {
            throw CorefileError(at: position, "'\(text)' is no duration like '30s' or '250ms'")
        }
        guard range.contains(value) else {
            throw CorefileError(
                at: position,
                "'\(text)' must be \(durationText(range.lowerBound)) to "
                    + durationText(range.upperBound)
            )
        }
        return value
    }

    /// The duration in whole milliseconds; a part of one counts as one.
    func milliseconds(
        in range: ClosedRange<UInt64> = 0...UInt64(Int64.max) / 1_000_000
    ) throws(CorefileError) -> UInt64 {
        let bounds = range.lowerBound * 1_000_000...range.upperBound * 1_000_000
        return (try nanoseconds(in: bounds) + 999_999) / 1_000_000
    }
}

/// The units of a duration, in nanoseconds; longer names first.
private let units: [(name: String, nanoseconds: UInt64)] = [
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("h", 3_600_000_000_000),
]

/// Reads numbers with units, one after the other; nil when `text` is no duration.
private func parseDuration(_ text: String) -> UInt64? {
    if text == "0" { return 0 }
    var rest = Substring(text)
    var total: UInt64 = 0
    while !rest.isEmpty {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        var fraction = Substring()
        if rest.first == "." {
            fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard !(digits.isEmpty && fraction.isEmpty) else { return nil }
        let name = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
        guard let unit = units.first(where: { $0.name == name }) else { return nil }
        rest = rest.dropFirst(name.count)
        guard let whole = digits.isEmpty ? 0 : UInt64(digits) else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
        var part: UInt64 = 0
        var scale = unit.nanoseconds / 10
        for digit in fraction.utf8 {
            part += UInt64(digit - 48) * scale
            scale /= 10
        }
        let (sum, carries) = total.addingReportingOverflow(product)
        guard !overflow, !carries, sum <= UInt64(Int64.max) - part else { return nil }
        total = sum + part
    }
    return text.isEmpty ? nil : total
}

/// A duration in the largest unit that divides it.
func durationText(_ nanoseconds: UInt64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    for unit in units.reversed() where unit.name != "µs" && nanoseconds % unit.nanoseconds == 0 {
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
    return "\(nanoseconds)ns"
}
