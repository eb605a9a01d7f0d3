// SPDX-License-Identifier: Apache-2.0

import Posix

/// The threads of the workers, joined together.
struct ThreadGroup: ~Copyable {
    /// One thread on the shelf.
    private final class Running {
        var thread: Thread?

        init(_ thread: consuming Thread) { self.thread = consume thread }
    }

    private var running: [Running] = []

    init() {}

    /// Starts `body` on a thread of its own.
    mutating func add(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        running.append(Running(try Thread(name: "worker-\(running.count)", body)))
    }

    /// Waits until every thread has ended.
    consuming func join() {
        for running in running {
            if let thread = running.thread.take() { thread.join() }
        }
    }
}
