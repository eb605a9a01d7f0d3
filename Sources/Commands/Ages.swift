// SPDX-License-Identifier: Apache-2.0

/// Times as kubectl tells them.
package enum Ages {
    private static let minute: Int64 = 60
    private static let hour: Int64 = 3_600
    private static let day: Int64 = 86_400

    /// What is said where no time is known.
    package static let unknown = "<unknown>"

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
