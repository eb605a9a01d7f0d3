// SPDX-License-Identifier: Apache-2.0

import Wire

/// Where the data of an SVCB or HTTPS record has addresses of one family (RFC 9460 §2.2, §7.3).
struct ServiceHints {
    private static let mandatory: UInt16 = 0
    private static let v4Hint: UInt16 = 4
    private static let v6Hint: UInt16 = 6

    /// The parameter with the addresses, its key and length included; nil where there is none, or
    /// where the data is not what it should be.
    private(set) var place: Range<Int>?
    /// Whether clients must understand the parameter.
    private(set) var areMandatory = false

    /// `type`: A or AAAA.
    init(_ data: Span<UInt8>, hintsFor type: RecordType) {
        let wanted = type == .a ? Self.v4Hint : Self.v6Hint
        guard data.count > 2, let nameEnd = try? data.nameEnd(at: 2) else { return }
        var offset = nameEnd
        // LIMIT: each step consumes at least four bytes.
        while offset + 4 <= data.count {
            let key = data.uint16(at: offset)
            let end = offset + 4 + Int(data.uint16(at: offset + 2))
            guard end <= data.count else { return }
            if key == wanted { place = offset..<end }
            if key == Self.mandatory {
                for item in stride(from: offset + 4, to: end - 1, by: 2)
                where data.uint16(at: item) == wanted {
                    areMandatory = true
                }
            }
            offset = end
        }
    }
}
