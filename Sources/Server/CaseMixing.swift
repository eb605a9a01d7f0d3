// SPDX-License-Identifier: Apache-2.0

import Wire

/// Mixes the case of a question's letters, so that each is one more bit for a forger to guess
/// (draft-vixie-dnsext-dns0x20).
enum CaseMixing {
    /// What makes a small letter of a large one, and the other way round.
    static let caseBit: UInt8 = 0x20

    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | caseBit)
    }

    /// Where the name of the first question ends; nil when it is compressed, or when its type and
    /// class do not follow.
    static func nameEnd(of message: Span<UInt8>) -> Int? {
        var offset = Header.byteCount
        // LIMIT: a name has at most 255 bytes.
        while offset + 4 < message.count, offset - Header.byteCount < Name.maximumByteCount {
            let length = Int(message[offset])
            if length == 0 { return offset + 5 <= message.count ? offset + 1 : nil }
            guard length <= Name.maximumLabelByteCount else { return nil }
            offset += length + 1
        }
        return nil
    }

    /// Gives each letter of the name of the first question a case of its own.
    ///
    /// `first`: random bits for the first letters, so many; `random` is drawn from once for every
    /// 64 further ones. All must be unguessable.
    static func mix(
        _ message: inout [UInt8],
        first: (bits: UInt64, count: Int) = (0, 0),
        random: () -> UInt64
    ) {
        guard let end = nameEnd(of: message.span) else { return }
        var (bits, left) = first
        var target = message.mutableSpan
        for index in Header.byteCount..<end where isLetter(target[index]) {
            if left == 0 {
                bits = random()
                left = 64
            }
            target[index] ^= caseBit & (0 &- UInt8(truncatingIfNeeded: bits & 1))
            bits >>= 1
            left &-= 1
        }
    }
}
