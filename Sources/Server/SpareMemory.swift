// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Decides when it is time to give back memory that was needed for a moment only: for a large load,
/// or for queries that waited while an upstream was slow.
struct SpareMemory {
    /// By how much the process must have grown, in bytes: less is soon needed again.
    static let minimumGrowthByteCount = 16 << 20
    /// How long after that it is tried again, since what it grew for may last; in milliseconds.
    ///
    /// Each further wait is twice as long, up to the longest.
    static let retryMilliseconds: UInt64 = 30_000
    static let maximumRetryMilliseconds: UInt64 = 3_600_000

    /// What was resident when some was last given back, or less that was since.
    private var settledByteCount = 0
    /// The least that ever was resident after that.
    private var leastByteCount: Int?
    /// When it is tried again, and the wait before that, in milliseconds; nil: not before it grows.
    private var retryAt: Moment?
    private var patienceMilliseconds = retryMilliseconds
    /// Whether old configurations were still held then, so that more will be free.
    private var isMoreComing = false

    /// Whether memory is to be given back now.
    ///
    /// `resident`: what the process has in memory, in bytes; `retiredCount`: how many old
    /// configurations somebody still holds.
    mutating func isDue(resident: Int, retiredCount: Int, _ now: Moment) -> Bool {
        settledByteCount = min(settledByteCount, resident)
        leastByteCount = leastByteCount.map { min($0, resident) }
        let isGrown = resident - settledByteCount >= Self.minimumGrowthByteCount
        if isGrown || isMoreComing && retiredCount == 0 {
            patienceMilliseconds = Self.retryMilliseconds
            return true
        }
        return retryAt.map { $0 <= now } ?? false
    }

    /// Notes what was resident after memory was given back.
    mutating func settle(resident: Int, retiredCount: Int, _ now: Moment) {
        settledByteCount = resident
        isMoreComing = retiredCount > 0
        let least = min(leastByteCount ?? resident, resident)
        leastByteCount = least
        guard resident - least >= Self.minimumGrowthByteCount else {
            retryAt = nil
            return
        }
        retryAt = now.adding(milliseconds: patienceMilliseconds)
        patienceMilliseconds = min(2 * patienceMilliseconds, Self.maximumRetryMilliseconds)
    }
}
