// SPDX-License-Identifier: Apache-2.0

/// How many answers a server of limited capacity may still give.
struct AnswerBudget {
    /// How much unused time may be made up for, in nanoseconds, where that is an answer at least.
    static let maximumSavedNanoseconds: UInt64 = 10_000_000

    /// Answers a second.
    let rate: Int
    /// Up to when all time is used, in nanoseconds.
    private var used: UInt64

    init(rate: Int, now: UInt64) {
        self.rate = max(1, rate)
        used = now
    }

    /// Takes one answer; false when there is none left.
    mutating func take(now: UInt64) -> Bool {
        let interval = 1_000_000_000 / UInt64(rate)
        let saved = max(Self.maximumSavedNanoseconds, interval)
        if now > saved { used = max(used, now - saved) }
        guard used + interval <= now else { return false }
        used += interval
        return true
    }
}
