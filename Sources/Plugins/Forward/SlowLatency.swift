// SPDX-License-Identifier: Apache-2.0

/// The latency that nineteen of twenty replies do not exceed, followed with one number.
///
/// Each reply that takes longer raises it by nineteen steps, each other one lowers it by one: it
/// comes to rest where one of twenty takes longer.
struct SlowLatency: Hashable, Sendable {
    /// A step is this part of the number.
    private static let stepsInWhole: UInt64 = 512
    private static let stepsUp: UInt64 = 19
    /// The longest that is followed, in nanoseconds.
    private static let maximumNanoseconds: UInt64 = 10_000_000_000

    /// 0 when nothing is known.
    let nanoseconds: UInt64

    init(nanoseconds: UInt64 = 0) { self.nanoseconds = nanoseconds }

    /// What is known after one more reply that took so many nanoseconds.
    func adding(nanoseconds sample: UInt64) -> SlowLatency {
        let sample = min(sample, Self.maximumNanoseconds)
        guard nanoseconds > 0 else { return SlowLatency(nanoseconds: max(2 * sample, 1)) }
        let step = max(nanoseconds / Self.stepsInWhole, 1)
        guard sample > nanoseconds else {
            return SlowLatency(nanoseconds: max(nanoseconds - step, 1))
        }
        return SlowLatency(nanoseconds: nanoseconds + Self.stepsUp * step)
    }
}
