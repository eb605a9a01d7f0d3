// SPDX-License-Identifier: Apache-2.0

import Wire

/// The message that an upstream is asked with: the client's question, flags and EDNS options.
///
/// What is between neighbours only is left out: cookies (RFC 7873 §5), TCP keepalive (RFC 7828 §3.1)
/// and padding (RFC 7830 §3). The UDP size is lowered to our own, since a larger answer comes again over TCP.
enum UpstreamMessage {
    /// The longest message that is sent over UDP, in bytes (RFC 9715 §3.2).
    static let maximumUDPByteCount = 1_232

    /// The options that are not passed on.
    private static let neighbourOptions: Set<UInt16> = [10, 11, paddingOption]
    private static let paddingOption: UInt16 = 12
    /// Encrypted questions have a multiple of so many bytes, where they have options (RFC 8467 §4.1).
    static let paddedByteCount = 128

    /// The bytes to send, the id still open; nil when `message` is no query, which never happens.
    ///
    /// `udpByteCount`: the largest answer over UDP that is asked for.
    static func make(from message: [UInt8], udpByteCount: UInt16) -> [UInt8]? {
        let span = message.span
        guard let header = try? Header(parsing: span),
            let nameEnd = try? span.nameEnd(at: Header.byteCount), nameEnd + 4 <= span.count
        else { return nil }
        let end = nameEnd + 4
        let options = findOptions(message, header, from: end)
        let kept = options.map { keptOptions(message, $0.data) } ?? []
        let optionsByteCount = options == nil ? 0 : 11 + kept.count
        var bytes = [UInt8](repeating: 0, count: end + optionsByteCount)
        var target = bytes.mutableSpan
        // RD and CD, and nothing else that a client may have set, as the reply is for others too.
        // AD, so that the reply says whether its data was verified (RFC 6840 §5.7); a client is told
        // so only when it asked.
        let asked = header.flags.intersection(.repeated)
        target.set16(asked.rawValue | Flags.authenticData.rawValue, at: 2)
        target.set16(1, at: 4)
        target.set16(options == nil ? 0 : 1, at: 10)
        target.copy(span.extracting(Header.byteCount..<end), to: Header.byteCount)
        guard let options else { return bytes }
        // The root first.
        target.set16(RecordType.opt.rawValue, at: end + 1)
        target.set16(min(options.udpByteCount, max(512, udpByteCount)), at: end + 3)
        target.copy(span.extracting(options.flags), to: end + 5)
        target.set16(UInt16(truncatingIfNeeded: kept.count), at: end + 9)
        target.copy(kept.span, to: end + 11)
        return bytes
    }

    /// The bytes that `make` made, padded so that their length says little about the name.
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
        /// The four bytes of extended code, version and flags.
        let flags: Range<Int>
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
                    flags: (end + 4)..<(end + 8),
                    data: (end + 10)..<dataEnd
                )
            }
            offset = dataEnd
        }
        return nil
    }

    /// The options that are passed on, as they came.
    private static func keptOptions(_ message: [UInt8], _ data: Range<Int>) -> [UInt8] {
        let span = message.span
        var kept: [UInt8] = []
        var offset = data.lowerBound
        // LIMIT: each step consumes at least 4 bytes.
        while offset + 4 <= data.upperBound {
            let end = offset + 4 + Int(span.uint16(at: offset + 2))
            guard end <= data.upperBound else { break }
            if !neighbourOptions.contains(span.uint16(at: offset)) { kept += message[offset..<end] }
            offset = end
        }
        return kept
    }
}
