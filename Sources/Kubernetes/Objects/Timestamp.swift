// SPDX-License-Identifier: Apache-2.0

/// Points in time as Kubernetes writes them (RFC 3339 §5.6).
package enum Timestamp {
    private static let day: Int64 = 86_400

    /// The seconds since 1970 of a time like `2022-05-14T06:07:39Z`; nil for any other form.
    ///
    /// Parts of a second are cut. A time before 1970 has no seconds here.
    package static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let dayOfMonth = number(bytes[8..<10]),
            let hours = number(bytes[11..<13]), let minutes = number(bytes[14..<16]),
            let seconds = number(bytes[17..<19]), let offset = offset(bytes[19...]),
            (1...12).contains(month), (1...dayCount(month, of: year)).contains(dayOfMonth),
            hours < 24, minutes < 60, seconds < 60
        else { return nil }
        let days = days(before: year, month) + dayOfMonth - 1
        let total = days * day + hours * 3_600 + minutes * 60 + seconds - offset
        return total < 0 ? nil : total
    }

    /// The days from 1970 to the first of a month.
    private static func days(before year: Int64, _ month: Int64) -> Int64 {
        // With years that begin in March, so that the leap day is the last.
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
            + (153 * monthFromMarch + 2) / 5 - 719_468
    }

    private static func dayCount(_ month: Int64, of year: Int64) -> Int64 {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// How many seconds a place is ahead of `Z`: the end of a time, behind the whole seconds.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var rest = bytes
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { isDigit($0) }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count + 1)
        }
        if rest.count == 1, rest.first == UInt8(ascii: "Z") { return 0 }
        let place = rest.startIndex
        guard rest.count == 6, rest[place + 3] == UInt8(ascii: ":"),
            let hours = number(rest[(place + 1)..<(place + 3)]), hours < 24,
            let minutes = number(rest[(place + 4)...]), minutes < 60
        else { return nil }
        switch rest[place] {
        case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
        default: return nil
        }
    }

    /// The number that some digits are; nil when one is no digit.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var number: Int64 = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
