// SPDX-License-Identifier: Apache-2.0

extension IPAddress: CustomStringConvertible {
    /// Reads an address in its usual text form: dotted quad without leading zeros, or RFC 4291 §2.2.
    ///
    /// - Returns: nil when `text` is anything else, also when a zone (`%eth0`) follows.
    package init?(_ text: some StringProtocol) {
        let string = String(text)
        if let bits = Self.dottedQuad(string.utf8.span) {
            self.init(v4: bits)
            return
        }
        let bytes = Array(string.utf8)
        guard bytes.count <= 45 else { return nil }
        guard bytes.contains(UInt8(ascii: ":")), let address = Self.parseV6(bytes) else {
            return nil
        }
        self = address
    }

    /// The four decimal parts of an IPv4 address as 32 bits; nil when it is none.
    private static func dottedQuad(_ bytes: Span<UInt8>) -> UInt32? {
        guard bytes.count <= 15 else { return nil }
        var bits: UInt32 = 0
        var value: UInt32 = 0
        var digitCount = 0
        var pointCount = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // No leading zeros.
                guard digitCount < 3, digitCount == 0 || value != 0 else { return nil }
                value = value * 10 + UInt32(bytes[index] - UInt8(ascii: "0"))
                digitCount += 1
            case UInt8(ascii: "."):
                guard digitCount > 0, value <= 255, pointCount < 3 else { return nil }
                bits = bits << 8 | value
                (value, digitCount) = (0, 0)
                pointCount += 1
            default: return nil
            }
        }
        guard digitCount > 0, value <= 255, pointCount == 3 else { return nil }
        return bits << 8 | value
    }

    /// The groups of an IPv6 address, with at most one `::` among them.
    private static func parseV6(_ bytes: [UInt8]) -> IPAddress? {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 9, parts.count >= 3 else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // The outer halves of a leading or trailing `::` are empty too.
                if index == 0 {
                    guard parts[1].isEmpty else { return nil }
                    continue
                }
                if index == parts.count - 1 {
                    guard parts[index - 1].isEmpty else { return nil }
                    continue
                }
                guard gap == nil else { return nil }
                gap = groups.count
            } else if part.contains(UInt8(ascii: ".")) {
                guard index == parts.count - 1, let bits = dottedQuad(part.span) else { return nil }
                groups.append(UInt16(truncatingIfNeeded: bits >> 16))
                groups.append(UInt16(truncatingIfNeeded: bits))
            } else {
                guard let group = hexadecimal(part) else { return nil }
                groups.append(group)
            }
        }
        return assemble(groups, gap: gap)
    }

    /// Eight groups from those given, with zeros where `::` stood.
    private static func assemble(_ given: [UInt16], gap: Int?) -> IPAddress? {
        var groups = given
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return IPAddress(v6High: high, low: low)
    }

    /// One to four hexadecimal digits as a number.
    private static func hexadecimal(_ part: ArraySlice<UInt8>) -> UInt16? {
        guard part.count <= 4 else { return nil }
        var value: UInt16 = 0
        for byte in part {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(byte - 48)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(byte - 87)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(byte - 55)
            default: return nil
            }
        }
        return value
    }

    /// The text form: dotted quad, or the one canonical IPv6 form (RFC 5952 §4).
    package var description: String {
        if family == .v4 {
            // Texts as short as these are not allocated.
            var text = String(byte(at: 0))
            for index in 1..<4 { text += "." + String(byte(at: index)) }
            return text
        }
        if high == 0, low >> 32 == 0xFFFF { return "::ffff:\(unmapped)" }
        let groups = (0..<8).map { UInt16(byte(at: $0 * 2)) << 8 | UInt16(byte(at: $0 * 2 + 1)) }
        let (start, length) = Self.longestZeroRun(groups)
        let text = groups.map { String($0, radix: 16) }
        guard length >= 2 else { return text.joined(separator: ":") }
        let before = text[..<start].joined(separator: ":")
        let after = text[(start + length)...].joined(separator: ":")
        return before + "::" + after
    }

    /// The first of the longest runs of zero groups.
    private static func longestZeroRun(_ groups: [UInt16]) -> (start: Int, length: Int) {
        var best = (start: 0, length: 0)
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > best.length {
                best = (start, index + 1 - start)
            }
        }
        return best
    }
}
