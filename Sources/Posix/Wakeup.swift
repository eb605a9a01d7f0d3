// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// Wakes a poll from another thread (eventfd).
///
/// Waking it many times before it is cleared is the same as waking it once.
package final class Wakeup: Sendable {
    private let descriptor: Descriptor

    package init() throws(SystemError) {
        let number = try check("eventfd") {
            Int(eventfd(0, CInt(O_CLOEXEC) | CInt(O_NONBLOCK)))
        }
        descriptor = Descriptor(owning: CInt(number))
    }

    /// The number to poll for input.
    package var number: CInt { descriptor.number }

    /// Makes it readable.
    package func wake() {
        var one: UInt64 = 1
        // SAFETY: eight bytes. It fails only when the counter is full, and so readable already.
        _ = unsafe write(descriptor.number, &one, 8)
    }

    /// Makes it quiet again.
    package func clear() {
        var count: UInt64 = 0
        // SAFETY: eight bytes. It fails only when it is quiet already.
        _ = unsafe read(descriptor.number, &count, 8)
    }
}
