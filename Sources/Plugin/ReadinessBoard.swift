// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What must be ready before the `/ready` page says so, over all server blocks of a configuration.
///
/// The page is asked for before the later plugins are made, so it answers from this board, which
/// the server fills once every block that holds `ready` is made. A configuration that goes on from
/// another has its board, and what it waits for is on it once it serves.
package final class ReadinessBoard: Sendable {
    /// What the board holds.
    private struct Contents {
        /// How often that was replaced.
        var edition = 0
        var waited: [Readiness] = []
        /// Whether each was ready once.
        var wasReady: [Bool] = []
        var isStopping = false
    }

    private let contents = Mutex(Contents())

    package init() {}

    /// Shows what a configuration waits for.
    package func replace(with readiness: [Readiness]) {
        contents.withLock { contents in
            contents.edition &+= 1
            contents.waited = readiness
            contents.wasReady = readiness.map { _ in false }
        }
    }

    /// The server takes no more part in the cluster from now on: it is never ready again.
    package func stop() {
        contents.withLock { $0.isStopping = true }
    }

    /// Whether the server is on its way out.
    package var isStopping: Bool { contents.withLock { $0.isStopping } }

    /// The names of the plugins that are not ready, sorted, each once.
    ///
    /// `isOnce`: what was ready before is not asked again.
    package func missing(isOnce: Bool) -> [String] {
        let (edition, waited, wasReady) = contents.withLock {
            ($0.edition, $0.waited, $0.wasReady)
        }
        var missing: Set<String> = []
        for (index, readiness) in waited.enumerated() where !(isOnce && wasReady[index]) {
            // Asked outside the lock: what it does is not ours to know.
            if readiness.isReady() {
                contents.withLock { if $0.edition == edition { $0.wasReady[index] = true } }
            } else {
                missing.insert(readiness.plugin)
            }
        }
        return missing.sorted()
    }
}
