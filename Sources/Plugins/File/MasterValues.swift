// SPDX-License-Identifier: Apache-2.0

/// The numbers of master files.
enum MasterValues {
    /// The longest time to live, in seconds (RFC 2181 §8).
    static let maximumTTL: UInt32 = 2_147_483_647

    /// The seconds that `text` says: `3600`, or with units as in `1h30m`; nil when it is neither,
    /// or too long.
    static func ttl(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard text.first?.isDigit == true else { return nil }
        var total: UInt64 = 0
        var value: UInt64 = 0
        var hasDigits = false
        for byte in text {
            if byte.isDigit {
                value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
                hasDigits = true
                guard value <= maximumTTL else { return nil }
                continue
            }
            guard hasDigits, let unit = secondCount(byte) else { return nil }
            total += value * unit
            guard total <= maximumTTL else { return nil }
            value = 0
            hasDigits = false
        }
        // Digits behind the last unit are seconds.
        total += value
        return total <= maximumTTL ? UInt32(total) : nil
    }

    /// The seconds in one of the units `s`, `m`, `h`, `d` and `w`, in any case.
    private static func secondCount(_ unit: UInt8) -> UInt64? {
        switch unit | 0x20 {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3_600
        case UInt8(ascii: "d"): 86_400
        case UInt8(ascii: "w"): 604_800
        default: nil
        }
    }

    /// The number of the class that `text` names; nil when it names none.
    static func recordClass(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard text.count >= 2, text.count <= 10 else { return nil }
        let name = String(decoding: text, as: UTF8.self).uppercased()
        switch name {
        case "IN": return 1
        case "CS": return 2
        case "CH": return 3
        case "HS": return 4
        case "NONE": return 254
        default:
            guard name.hasPrefix("CLASS") else { return nil }
            return UInt16(name.dropFirst(5))
        }
    }
}
