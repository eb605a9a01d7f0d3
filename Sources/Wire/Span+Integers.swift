// SPDX-License-Identifier: Apache-2.0

// The one door of this module to memory that the compiler cannot vouch for.

extension Span<UInt8> {
    /// The big-endian 16-bit integer at `offset`, in bytes; traps when it does not fit.
    package func uint16(at offset: Int) -> UInt16 {
        // SAFETY: the load checks its bounds, and every bit pattern is a valid integer.
        unsafe UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The big-endian 32-bit integer at `offset`, in bytes; traps when it does not fit.
    package func uint32(at offset: Int) -> UInt32 {
        // SAFETY: the load checks its bounds, and every bit pattern is a valid integer.
        unsafe UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The big-endian 64-bit integer at `offset`, in bytes; traps when it does not fit.
    package func uint64(at offset: Int) -> UInt64 {
        // SAFETY: the load checks its bounds, and every bit pattern is a valid integer.
        unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
