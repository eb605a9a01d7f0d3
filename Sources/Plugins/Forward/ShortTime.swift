// SPDX-License-Identifier: Apache-2.0

import Commands

/// A time as people look at it: `0.3ms`, `42ms`, `1.5s`, `12s`, `3m20s`.
struct ShortTime: Hashable, Sendable, CustomStringConvertible {
    let nanoseconds: UInt64

    init(_ nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    var description: String {
        switch nanoseconds {
        case ..<9_950_000: Self.tenths(nanoseconds, of: 1_000_000) + "ms"
        case ..<999_500_000: "\((nanoseconds + 500_000) / 1_000_000)ms"
        case ..<9_950_000_000: Self.tenths(nanoseconds, of: 1_000_000_000) + "s"
        default: Ages.text(Int64(clamping: nanoseconds / 1_000_000_000))
        }
    }

    /// A number of units with one digit behind the point, where that is not 0.
    private static func tenths(_ nanoseconds: UInt64, of unit: UInt64) -> String {
        let tenths = (nanoseconds + unit / 20) / (unit / 10)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
