// SPDX-License-Identifier: Apache-2.0

import Wire

/// The message that an upstream is asked with: the client's question, flags and EDNS options.
///
/// What is between neighbours only is left out: cookies (RFC 7873 §5), TCP keepalive (RFC 7828 §3.1)
/// and padding (RFC 7830 §3). The UDP size is lowered to our own, since a larger answer comes again over TCP.
///
/// Only where its parts lie is found out at once: the bytes are made anew for each attempt, since an
/// id and the case of letters are written into them.
struct UpstreamMessage: Sendable {
    /// The longest message that is sent over UDP, in bytes (RFC 9715 §3.2).
    static let maximumUDPByteCount = 1_232

    private static let paddingOption: UInt16 = 12
    /// Encrypted questions have a multiple of so many bytes, where they have options (RFC 8467 §4.1).
    static let paddedByteCount = 128

    /// The client's message.
    private let message: [UInt8]
    /// Where its question ends.
    private let questionEnd: Int
    private let options: OptionsPlace?
    /// The largest answer over UDP that is asked for.
    private let udpByteCount: UInt16
    /// How many bytes there are.
    let byteCount: Int

    /// The message for the query `message`; nil when that is none, which never happens.
    ///
    /// `udpByteCount`: the largest answer over UDP that is asked for.
    init?(from message: [UInt8], udpByteCount: UInt16) {
        let span = message.span
        guard let header = try? Header(parsing: span),
            let nameEnd = try? span.nameEnd(at: Header.byteCount), nameEnd + 4 <= span.count
        else { return nil }
        self.message = message
        questionEnd = nameEnd + 4
        options = Self.findOptions(message, header, from: questionEnd)
        self.udpByteCount = max(512, udpByteCount)
        var byteCount = questionEnd
        if let options {
            byteCount += 11
            Self.forEachKept(span, options.data) { byteCount += $0.count }
        }
        self.byteCount = byteCount
    }

    /// The bytes to send, the id still open.
    func makeBytes() -> [UInt8] {
        let span = message.span
        var bytes = span.extracting(0..<questionEnd).copied(withRoomFor: byteCount)
        var target = bytes.mutableSpan
        target.set16(0, at: 0)
        // RD and CD, and nothing else that a client may have set, as the reply is for others too.
        // AD, so that the reply says whether its data was verified (RFC 6840 §5.7); a client is told
        // so only when it asked.
        let asked = Flags(rawValue: span.uint16(at: 2)).intersection(.repeated)
        target.set16(asked.rawValue | Flags.authenticData.rawValue, at: 2)
        target.set16(1, at: 4)
        target.set32(0, at: 6)
        target.set16(options == nil ? 0 : 1, at: 10)
        guard let options else { return bytes }
        // The root first; type and flags are as they came.
        bytes.append(0)
        bytes.append(copying: span.extracting(options.fields))
        Self.forEachKept(span, options.data) { bytes.append(copying: $0) }
        var record = bytes.mutableSpan
        record.set16(min(options.udpByteCount, udpByteCount), at: questionEnd + 3)
        let dataByteCount = byteCount - questionEnd - 11
        record.set16(UInt16(truncatingIfNeeded: dataByteCount), at: questionEnd + 9)
        return bytes
    }

    /// The bytes that `makeBytes` made, padded so that their length says little about the name.
    ///
    /// Without options there is nowhere to put padding, and none are made for it, as the reply's would
    /// be the client's.
    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let span = bytes.span
        guard let header = try? Header(parsing: span), header.additionalCount == 1,
            let nameEnd = try? span.nameEnd(at: Header.byteCount),
            let options = findOptions(bytes, header, from: nameEnd + 4),
            options.data.upperBound == bytes.count
        else { return bytes }
        let count = bytes.count + 4
        let rest = (paddedByteCount - count % paddedByteCount) % paddedByteCount
        let byteCount = options.data.count + 4 + rest
        guard count + rest <= 65_535 else { return bytes }
        var padded = bytes
        padded[options.data.lowerBound - 2] = UInt8(truncatingIfNeeded: byteCount >> 8)
        padded[options.data.lowerBound - 1] = UInt8(truncatingIfNeeded: byteCount)
        put16(paddingOption, &padded)
        put16(UInt16(truncatingIfNeeded: rest), &padded)
        padded += [UInt8](repeating: 0, count: rest)
        return padded
    }

    private static func put16(_ value: UInt16, _ bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    /// Where the parts of OPT lie.
    private struct OptionsPlace {
        let udpByteCount: UInt16
        /// All between its owner and its data.
        let fields: Range<Int>
        let data: Range<Int>
    }

    /// Finds OPT among what follows the question.
    private static func findOptions(
        _ message: [UInt8],
        _ header: Header,
        from start: Int
    ) -> OptionsPlace? {
        let span = message.span
        let count =
            Int(header.answerCount) + Int(header.authorityCount) + Int(header.additionalCount)
        var offset = start
        // LIMIT: each step consumes at least 11 bytes of the message.
        for _ in 0..<count {
            guard offset < span.count, let end = try? span.nameEnd(at: offset),
                end + 10 <= span.count
            else { return nil }
            let dataEnd = end + 10 + Int(span.uint16(at: end + 8))
            guard dataEnd <= span.count else { return nil }
            if span.uint16(at: end) == RecordType.opt.rawValue {
                return OptionsPlace(
                    udpByteCount: span.uint16(at: end + 2),
                    fields: end..<(end + 10),
                    data: (end + 10)..<dataEnd
                )
            }
            offset = dataEnd
        }
        return nil
    }

    /// Hands on each option that upstreams are told.
    private static func forEachKept(
        _ message: Span<UInt8>,
        _ data: Range<Int>,
        _ body: (Span<UInt8>) -> Void
    ) {
        var offset = data.lowerBound
        // LIMIT: each step consumes at least 4 bytes.
        while offset + 4 <= data.upperBound {
            let end = offset + 4 + Int(message.uint16(at: offset + 2))
            guard end <= data.upperBound else { break }
            switch message.uint16(at: offset) {
            // Cookies, TCP keepalive and padding are between neighbours.
            case 10, 11, paddingOption: break
            default: body(message.extracting(offset..<end))
            }
            offset = end
        }
    }
}
