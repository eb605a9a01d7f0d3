// SPDX-License-Identifier: Apache-2.0

internal import CProcessor

// A second door to memory that the compiler cannot vouch for; nothing is read behind this one.

extension [UInt32] {
    /// Has the processor fetch so many lines of memory, from the one on in which the array begins,
    /// without waiting for them; its words begin 32 bytes behind that.
    ///
    /// Part of whoever calls it, who then counts no reference: that would wait for just this memory.
    @inlinable @inline(__always)
    package func prefetchMemory(lineCount: UInt) {
        // SAFETY: an array is one reference, which is taken for the number that it is.
        Wire.prefetchMemory(at: unsafe unsafeBitCast(self, to: UInt.self), lineCount: lineCount)
    }
}

/// The bytes that a processor fetches at a time.
private let lineByteCount: UInt = 64

/// Has the processor fetch so many lines of memory, from that of an address on, without waiting.
///
/// A hint: an address where nothing is does no harm.
@usableFromInline
package func prefetchMemory(at address: UInt, lineCount: UInt) {
    for line in 0..<lineCount {
        // SAFETY: nothing is read through the pointer.
        unsafe cprocessor_prefetch(UnsafeRawPointer(bitPattern: address &+ line &* lineByteCount))
    }
}
