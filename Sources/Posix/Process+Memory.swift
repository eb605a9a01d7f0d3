// SPDX-License-Identifier: Apache-2.0

internal import CSystem

extension Process {
    /// Gives the system back what was freed but is kept in case it is needed again.
    ///
    /// The C library gives back by itself only what lies at the end of its memory. It takes some
    /// milliseconds where there is much, in which other threads may have to wait for memory.
    package static func giveMemoryBack() {
        // The result says whether there was any, which nobody needs to know.
        _ = malloc_trim(0)
    }
}
