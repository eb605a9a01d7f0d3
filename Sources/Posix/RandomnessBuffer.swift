// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Random bits that nobody can guess, drawn from the system many at a time.
///
/// One call of the system costs as much as a good part of an answer. What was given out is
/// forgotten, so that it cannot be read here later.
package final class RandomnessBuffer: Sendable {
    /// How many bits are drawn at once, in words of 64.
    package static let wordCount = 64

    /// What the lock guards; one thread uses it, so that the lock is never contended.
    private struct State {
        var words = [UInt64](repeating: 0, count: wordCount)
        /// How many of the words, from the front, have not been given out.
        var leftCount = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// 64 random bits.
    package func bits() -> UInt64 {
        state.withLock { state in
            if state.leftCount == 0 {
                Randomness.fill(&state.words)
                state.leftCount = Self.wordCount
            }
            state.leftCount -= 1
            let bits = state.words[state.leftCount]
            state.words[state.leftCount] = 0
            return bits
        }
    }
}
