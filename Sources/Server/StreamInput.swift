// SPDX-License-Identifier: Apache-2.0

import Wire

/// Cuts the bytes of a TCP connection into messages (RFC 1035 §4.2.2), however they come.
///
/// Each byte is looked at once, and no more is kept than the message that is not whole yet.
struct StreamInput: Sendable {
    /// The length and the bytes of a message that is not whole yet.
    private var partial: [UInt8] = []

    /// The bytes that are kept.
    var keptByteCount: Int { partial.count }

    /// Takes bytes in the order they came, and hands each message that is whole to `body`.
    mutating func take(_ bytes: Span<UInt8>, body: ([UInt8]) -> Void) {
        var offset = 0
        // LIMIT: each round takes at least one byte.
        while offset < bytes.count {
            if partial.isEmpty, let end = Self.end(ofMessageAt: offset, bytes) {
                body(bytes.extracting((offset + 2)..<end).copied)
                offset = end
                continue
            }
            let wanted = partial.count < 2 ? 2 : 2 + Int(partial.span.uint16(at: 0))
            let count = min(wanted - partial.count, bytes.count - offset)
            for index in offset..<(offset + count) { partial.append(bytes[index]) }
            offset += count
            guard partial.count >= 2, partial.count == 2 + Int(partial.span.uint16(at: 0)) else {
                continue
            }
            body(Array(partial[2...]))
            partial = []
        }
    }

    /// The end of the message whose length is at `offset`; nil when it is not whole.
    private static func end(ofMessageAt offset: Int, _ bytes: Span<UInt8>) -> Int? {
        guard bytes.count - offset >= 2 else { return nil }
        let end = offset + 2 + Int(bytes.uint16(at: offset))
        return end <= bytes.count ? end : nil
    }
}
