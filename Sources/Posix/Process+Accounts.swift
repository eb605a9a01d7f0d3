// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// What the system has noted down about any process.
extension Process {
    /// The processor time of all threads of a process, those that have ended included, in
    /// nanoseconds; nil when there is no such process.
    package static func processorNanoseconds(of identifier: Int) -> UInt64? {
        var clock = clockid_t()
        var time = timespec()
        // Other numbers stand for clocks of one's own.
        guard let number = pid_t(exactly: identifier), number > 0,
            unsafe clock_getcpuclockid(number, &clock) == 0,
            unsafe clock_gettime(clock, &time) == 0
        else { return nil }
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// What this process has asked memory for and has not given back, in bytes.
    package static var allocatedByteCount: Int { csystem_allocated() }

    /// Lets the system forget the most memory that a process has had, so that from here on it notes
    /// it anew (`VmHWM` in `/proc/PID/status`).
    package static func resetPeakMemory(of identifier: Int) throws(SystemError) {
        let path = "/proc/\(identifier)/clear_refs"
        let number = try check("open \(path)") { unsafe Int(open(path, O_WRONLY | O_CLOEXEC)) }
        let file = Descriptor(owning: CInt(number))
        // "5" stands for the peak (proc(5)); the other figures would touch every page's marks.
        try file.writeAll(Array("5\n".utf8), name: path)
    }
}
