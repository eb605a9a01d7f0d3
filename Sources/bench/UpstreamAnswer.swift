// SPDX-License-Identifier: Apache-2.0

import Wire

/// What the upstream of a run says: one address for every name below `up.example`.
///
/// The address follows from the name, so that whoever asks knows which one is right.
enum UpstreamAnswer {
    /// The zone that it knows.
    static let zone = "up.example"
    /// How long an address may be kept, in seconds.
    static let ttl: UInt32 = 3_600
    /// The same for names that are to run out.
    static let briefTTL: UInt32 = 1
    /// The longest answer: header, question, a record and an OPT record, in bytes.
    static let maximumByteCount =
        Header.byteCount + Name.maximumByteCount + 4 + recordByteCount
        + BenchQuestion.optionByteCount

    /// The zone's name in wire form.
    private static let suffix: [UInt8] = [2, 0x75, 0x70, 7] + Array("example".utf8) + [0]
    /// The record of an address behind a pointer to its name.
    private static let recordByteCount = 16
    /// A pointer to the question's name (RFC 1035 §4.1.4).
    private static let pointer: UInt16 = 0xC00C
    private static let refused: UInt16 = 5
    /// What it offers to take, in bytes.
    private static let payload: UInt16 = 1_232

    /// Writes the answer to `query` and tells its length; 0 for what is no query.
    ///
    /// The question comes back byte for byte, whatever the case of its letters.
    static func write(to query: Span<UInt8>, into slot: inout MutableSpan<UInt8>) -> Int {
        guard let nameEnd = nameEnd(of: query), slot.count >= maximumByteCount else { return 0 }
        let end = nameEnd + 4
        let isKnown = isInZone(query, nameEnd)
        let hasAddress =
            isKnown && query.uint16(at: nameEnd) == RecordType.a.rawValue
            && query.uint16(at: nameEnd + 2) == 1
        let asked = Flags(rawValue: query.uint16(at: 2)).intersection(.repeated)
        var flags = asked.rawValue | Flags.response.rawValue | Flags.recursionAvailable.rawValue
        if !isKnown { flags |= refused }
        let hasOptions = hasOptions(query, behind: end)
        slot.copy(query.extracting(0..<end), to: 0)
        slot.set16(flags, at: 2)
        slot.set16(hasAddress ? 1 : 0, at: 6)
        slot.set16(0, at: 8)
        slot.set16(hasOptions ? 1 : 0, at: 10)
        var place = end
        if hasAddress {
            slot.set16(pointer, at: place)
            slot.set16(RecordType.a.rawValue, at: place + 2)
            slot.set16(1, at: place + 4)
            slot.set32(kind(of: query) == .brief ? briefTTL : ttl, at: place + 6)
            slot.set16(4, at: place + 10)
            slot.set32(address(of: query.extracting(Header.byteCount..<nameEnd)), at: place + 12)
            place += recordByteCount
        }
        if hasOptions {
            slot[place] = 0
            slot.set16(RecordType.opt.rawValue, at: place + 1)
            slot.set16(payload, at: place + 3)
            slot.set32(0, at: place + 5)
            slot.set16(0, at: place + 9)
            place += BenchQuestion.optionByteCount
        }
        return place
    }

    /// Where the name of the one question of a query ends; nil for anything else.
    private static func nameEnd(of query: Span<UInt8>) -> Int? {
        guard query.count >= Header.byteCount, query.uint16(at: 2) & 0xF800 == 0,
            query.uint16(at: 4) == 1, let end = try? query.nameEnd(at: Header.byteCount),
            end + 4 <= query.count, end - Header.byteCount <= Name.maximumByteCount
        else { return nil }
        return end
    }

    private static func isInZone(_ query: Span<UInt8>, _ nameEnd: Int) -> Bool {
        let start = nameEnd - suffix.count
        guard start >= Header.byteCount else { return false }
        for index in suffix.indices
        where query[start + index].asciiLowercased != suffix[index] { return false }
        return true
    }

    /// Whether the record behind the question is an OPT record.
    private static func hasOptions(_ query: Span<UInt8>, behind end: Int) -> Bool {
        query.uint16(at: 6) == 0 && query.uint16(at: 8) == 0 && query.uint16(at: 10) > 0
            && query.count >= end + BenchQuestion.optionByteCount
            && query[end] == 0 && query.uint16(at: end + 1) == RecordType.opt.rawValue
    }

    /// The address of a name in wire form, in 10.0.0.0/8; its case counts for nothing.
    static func address(of name: Span<UInt8>) -> UInt32 {
        // FNV-1a.
        var hash: UInt32 = 2_166_136_261
        for index in 0..<name.count {
            hash = (hash ^ UInt32(name[index].asciiLowercased)) &* 16_777_619
        }
        return 0x0A00_0000 | (hash ^ hash >> 24) & 0x00FF_FFFF
    }

    /// The kind of name that a query is about, by its first letter; nil for any other.
    static func kind(of query: Span<UInt8>) -> ForwardName.Kind? {
        guard query.count > Header.byteCount + 1 else { return nil }
        return ForwardName.Kind(rawValue: query[Header.byteCount + 1].asciiLowercased)
    }
}

/// The names that are asked for below the upstream's zone.
enum ForwardName {
    /// What a name is for; the first letter says it.
    enum Kind: UInt8 {
        /// Asked for again and again: `h`.
        case hot = 0x68
        /// Asked for once: `m`.
        case fresh = 0x6D
        /// Runs out after a second: `s`.
        case brief = 0x73
    }

    /// How many hexadecimal digits a name has behind its first letter.
    static let digitCount = 12
    /// Where they begin in a query.
    static let digitPlace = Header.byteCount + 2

    /// The name with a number; names of one kind with two numbers are two.
    static func text(_ kind: Kind, _ number: Int) -> String {
        let label = [kind.rawValue] + digits(number)
        return String(decoding: label, as: UTF8.self) + "." + UpstreamAnswer.zone
    }

    /// The digits of a number below 2^48.
    ///
    /// Neighbours are made to look unlike each other: a server must not gain from their order.
    static func digits(_ number: Int) -> [UInt8] {
        // An odd factor keeps 48 bits apart.
        var rest = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4B
        var digits = [UInt8](repeating: 0, count: digitCount)
        for place in digits.indices.reversed() {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            digits[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
            rest >>= 4
        }
        return digits
    }
}
