// SPDX-License-Identifier: Apache-2.0

internal import CProcessor

// A second door to memory that the compiler cannot vouch for; nothing is read behind this one.

extension [UInt32] {
    /// Has the processor fetch so many bytes from the beginning on, without waiting for them.
    ///
    /// There may be fewer. Part of whoever calls it, who then counts no reference: that would wait
    /// for just this memory.
    @inlinable @inline(__always)
    package func prefetchMemory(byteCount: UInt) {
        // SAFETY: an array is one reference, which is taken for the number that it is.
        Wire.prefetchMemory(at: unsafe unsafeBitCast(self, to: UInt.self), byteCount: byteCount)
    }
}

/// The bytes that a processor fetches at a time.
private let lineByteCount: UInt = 64

/// Has the processor fetch so many bytes from an address on, without waiting for them.
///
/// A hint: an address where nothing is does no harm.
@usableFromInline
package func prefetchMemory(at address: UInt, byteCount: UInt) {
    var offset: UInt = 0
    while offset < byteCount {
        // SAFETY: nothing is read through the pointer.
        unsafe cprocessor_prefetch(UnsafeRawPointer(bitPattern: address &+ offset))
        offset &+= lineByteCount
    }
}
