// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Wakes one query that sleeps, from any thread.
///
/// Rung before anybody sleeps, it lets the next sleeper go on at once; rung twice, it rings once.
package final class Bell: Sendable {
    /// What became of it.
    private enum State {
        case silent
        case awaited(CheckedContinuation<Void, Never>)
        case rung
    }

    private let state = Mutex(State.silent)

    package init() {}

    /// Wakes who sleeps, or will.
    package func ring() {
        let sleeper: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .rung }
            guard case .awaited(let sleeper) = state else { return nil }
            return sleeper
        }
        sleeper?.resume()
    }

    /// Has the sleeper go on when it is rung; only one may sleep.
    package func wake(_ sleeper: CheckedContinuation<Void, Never>) {
        let isRung = state.withLock { state in
            guard case .rung = state else {
                state = .awaited(sleeper)
                return false
            }
            return true
        }
        if isRung { sleeper.resume() }
    }
}
