// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization

/// A generator that a closure can share.
final class SeededBits: Sendable {
    private let state: Mutex<SplitMix>

    init(_ seed: UInt64) { state = Mutex(SplitMix(seed: seed)) }

    func next() -> UInt64 { state.withLock { $0.next() } }
}
