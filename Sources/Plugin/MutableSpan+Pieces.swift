// SPDX-License-Identifier: Apache-2.0

import Wire

/// Pieces of one length that lie side by side and change places.
extension MutableSpan<UInt8> {
    /// Brings `count` pieces of `byteCount` bytes each from `start` on into an order by chance.
    ///
    /// Every order is as likely as any other (Fisher and Yates). A number of 64 bits is drawn for two
    /// places: what is left of it behind the first is as good for the second.
    mutating func shufflePieces(
        of byteCount: Int,
        count: Int,
        at start: Int,
        _ random: inout SplitMix
    ) {
        var last = count &- 1
        guard last > 0 else { return }
        var bits = random.next()
        while last > 0 {
            let (other, rest) = bits.multipliedFullWidth(by: UInt64(truncatingIfNeeded: last &+ 1))
            let place = start &+ Int(truncatingIfNeeded: other) &* byteCount
            swapPieces(of: byteCount, place, start &+ last &* byteCount)
            last &-= 1
            bits = last & 1 == 0 ? random.next() : rest
        }
    }

    /// Exchanges two pieces; they are the same or lie apart.
    mutating func swapPieces(of byteCount: Int, _ first: Int, _ second: Int) {
        // What nearly all are: IPv4 addresses.
        if byteCount == 4 { return swap32(at: first, second) }
        swapLongPieces(of: byteCount, first, second)
    }

    /// The same for pieces of any length, as many bytes a step as there are.
    ///
    /// A function of its own also where the whole program is optimised: beside it the loop over
    /// short ones took four times as many instructions.
    @inline(never)
    private mutating func swapLongPieces(of byteCount: Int, _ first: Int, _ second: Int) {
        var offset = 0
        while byteCount &- offset >= 8 {
            let bytes = span.uint64(at: first &+ offset)
            set64(span.uint64(at: second &+ offset), at: first &+ offset)
            set64(bytes, at: second &+ offset)
            offset &+= 8
        }
        if byteCount &- offset >= 4 {
            swap32(at: first &+ offset, second &+ offset)
            offset &+= 4
        }
        while offset < byteCount {
            swapAt(first &+ offset, second &+ offset)
            offset &+= 1
        }
    }
}
