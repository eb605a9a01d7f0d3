// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// Bits that nobody can guess, from the system's generator (getrandom).
package enum Randomness {
    /// 64 random bits.
    package static func bits() -> UInt64 {
        var bits: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &bits) { unsafe fill($0) }
        return bits
    }

    /// Fills all of `bytes`.
    package static func fill(_ bytes: inout MutableSpan<UInt8>) {
        unsafe bytes.withUnsafeMutableBytes { unsafe fill($0) }
    }

    /// Fills all of `words`.
    static func fill(_ words: inout [UInt64]) {
        unsafe words.withUnsafeMutableBytes { unsafe fill($0) }
    }

    /// Early in the life of a machine the call waits until the generator has been seeded.
    private static func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        var done = 0
        while done < bytes.count {
            // SAFETY: the system writes at most as many bytes as it is told.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe getrandom(rest.baseAddress, rest.count, 0)
            if count > 0 { done += count }
            // Going on with numbers that can be guessed would be worse than ending.
            precondition(count > 0 || errno == EINTR, "the system has no random numbers")
        }
    }
}
