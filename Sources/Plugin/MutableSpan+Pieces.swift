// SPDX-License-Identifier: Apache-2.0

import Wire

/// Pieces of one length that lie side by side and change places.
extension MutableSpan<UInt8> {
    /// Brings `count` pieces of `byteCount` bytes each from `start` on into an order by chance.
    ///
    /// Every order is as likely as any other (Fisher and Yates).
    mutating func shufflePieces(
        of byteCount: Int,
        count: Int,
        at start: Int,
        _ random: inout SplitMix
    ) {
        var last = count &- 1
        while last > 0 {
            let other = random.number(below: last &+ 1)
            swapPieces(of: byteCount, start &+ other &* byteCount, start &+ last &* byteCount)
            last &-= 1
        }
    }

    /// Exchanges two pieces, as many bytes a step as there are; they are the same or lie apart.
    mutating func swapPieces(of byteCount: Int, _ first: Int, _ second: Int) {
        var offset = 0
        while byteCount &- offset >= 8 {
            let bytes = span.uint64(at: first &+ offset)
            set64(span.uint64(at: second &+ offset), at: first &+ offset)
            set64(bytes, at: second &+ offset)
            offset &+= 8
        }
        if byteCount &- offset >= 4 {
            let bytes = span.uint32(at: first &+ offset)
            set32(span.uint32(at: second &+ offset), at: first &+ offset)
            set32(bytes, at: second &+ offset)
            offset &+= 4
        }
        while offset < byteCount {
            swapAt(first &+ offset, second &+ offset)
            offset &+= 1
        }
    }
}
