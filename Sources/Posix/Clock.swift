// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// The clocks of this machine.
package enum Clock {
    /// Nanoseconds since the machine started, sleep included.
    package static func monotonicNanoseconds() -> UInt64 { nanoseconds(of: CLOCK_BOOTTIME) }

    /// Seconds since 1970, as the machine believes.
    package static func wallSeconds() -> Int64 { Int64(read(CLOCK_REALTIME).tv_sec) }

    /// The processor time of this process, in nanoseconds.
    package static func processorNanoseconds() -> UInt64 {
        nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID)
    }

    private static func nanoseconds(of clock: CInt) -> UInt64 {
        let time = read(clock)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
            &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }

    private static func read(_ clock: CInt) -> timespec {
        var time = timespec()
        // It fails for clocks that do not exist only.
        unsafe clock_gettime(clock, &time)
        return time
    }
}
