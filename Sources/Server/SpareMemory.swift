// SPDX-License-Identifier: Apache-2.0

/// Decides when it is time to give back memory that a large load needed for a moment.
struct SpareMemory {
    /// By how much the process must have grown, in bytes: less is soon needed again.
    static let minimumGrowthByteCount = 16 << 20

    /// What was resident when some was last given back, or less that was since.
    private var settledByteCount = 0
    /// Whether old configurations were still held then, so that more will be free.
    private var isMoreComing = false

    /// Whether memory is to be given back now.
    ///
    /// `resident`: what the process has in memory, in bytes; `retiredCount`: how many old
    /// configurations somebody still holds.
    mutating func isDue(resident: Int, retiredCount: Int) -> Bool {
        settledByteCount = min(settledByteCount, resident)
        if isMoreComing, retiredCount == 0 { return true }
        return resident - settledByteCount >= Self.minimumGrowthByteCount
    }

    /// Notes what was resident after memory was given back.
    mutating func settle(resident: Int, retiredCount: Int) {
        settledByteCount = resident
        isMoreComing = retiredCount > 0
    }
}
