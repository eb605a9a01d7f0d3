// SPDX-License-Identifier: Apache-2.0

internal import CSystem

extension Process {
    /// From which size on memory is had from the system itself, in bytes.
    private static let ownMappingByteCount: CInt = 1 << 18

    /// Has large lists go back to the system as soon as they are freed.
    ///
    /// Of itself the C library learns from the first large list that is freed to keep such ones,
    /// up to 32 MiB each. What a reload needs for a moment would stay resident besides what it
    /// makes. Small pieces are kept as before. To be called before memory is used.
    package static func returnLargeMemory() {
        // Refused only where there is no such setting.
        _ = mallopt(M_MMAP_THRESHOLD, ownMappingByteCount)
    }

    /// Gives the system back what was freed but is kept in case it is needed again.
    ///
    /// The C library gives back by itself only what lies at the end of its memory. It takes some
    /// milliseconds where there is much, in which other threads may have to wait for memory.
    package static func giveMemoryBack() {
        // The result says whether there was any, which nobody needs to know.
        _ = malloc_trim(0)
    }
}
