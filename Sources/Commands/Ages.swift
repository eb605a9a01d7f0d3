// SPDX-License-Identifier: Apache-2.0

/// Times as kubectl tells them.
package enum Ages {
    private static let minute: Int64 = 60
    private static let hour: Int64 = 3_600
    private static let day: Int64 = 86_400

    /// What is said where no time is known.
    package static let unknown = "<unknown>"

    /// The seconds since 1970 of a time like `2022-05-14T06:07:39Z`; nil for any other form.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "Z"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let dayOfMonth = number(bytes[8..<10]), let hours = number(bytes[11..<13]),
            let minutes = number(bytes[14..<16]), let seconds = number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(dayOfMonth), year >= 1970
        else { return nil }
        // Days since 1970, with years that begin in March, so that the leap day is the last.
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let days =
            365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
            + (153 * monthFromMarch + 2) / 5 + dayOfMonth - 1 - 719_468
        return days * day + hours * hour + minutes * minute + seconds
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var number: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// How long something lasts, in the two units that matter.
    package static func text(_ seconds: Int64) -> String {
        switch seconds {
        case ..<0: "0s"
        case ..<(2 * minute): "\(seconds)s"
        case ..<(10 * minute): pair(seconds, minute, "m", 1, "s")
        case ..<(3 * hour): "\(seconds / minute)m"
        case ..<(8 * hour): pair(seconds, hour, "h", minute, "m")
        case ..<(2 * day): "\(seconds / hour)h"
        case ..<(8 * day): pair(seconds, day, "d", hour, "h")
        case ..<(2 * 365 * day): "\(seconds / day)d"
        case ..<(8 * 365 * day): pair(seconds, 365 * day, "y", day, "d")
        default: "\(seconds / (365 * day))y"
        }
    }

    private static func pair(
        _ seconds: Int64,
        _ large: Int64,
        _ largeName: String,
        _ small: Int64,
        _ smallName: String
    ) -> String {
        let rest = seconds % large / small
        return rest == 0
            ? "\(seconds / large)\(largeName)" : "\(seconds / large)\(largeName)\(rest)\(smallName)"
    }
}
