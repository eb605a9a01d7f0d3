// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// The clocks of this machine.
package enum Clock {
    /// Nanoseconds since the machine started, sleep included.
    package static func monotonicNanoseconds() -> UInt64 { read(CLOCK_BOOTTIME) }

    /// Seconds since 1970, as the machine believes.
    package static func wallSeconds() -> Int64 {
        Int64(truncatingIfNeeded: read(CLOCK_REALTIME) / 1_000_000_000)
    }

    /// The processor time of this process, in nanoseconds.
    package static func processorNanoseconds() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: CInt) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
            &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}

/// Bits that nobody can guess.
package enum Randomness {
    /// 64 bits from the system's generator.
    package static func bits() -> UInt64 {
        var bits: UInt64 = 0
        var count = 0
        // Eight bytes come whole once the generator is seeded; before that the call waits.
        while count != 8 { count = unsafe getrandom(&bits, 8, 0) }
        return bits
    }
}
