// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization

/// What is to be done for a query that was set aside.
struct WaitingWork: Sendable {
    /// Where it lies, with what it may ask.
    let desk: WaitingDesk
    /// What its plugin has begun; nil where that is resumed.
    let course: (any Course)?
}

/// The tasks that go on with waiting queries: one that is done waits a while for the next query,
/// since making a task costs more than most of what it does.
final class WaitingTasks: Sendable {
    /// The most tasks that wait for a query; more of them end when they are done.
    static let maximumIdleCount = 128

    /// What the lock guards.
    private struct State {
        var idle: [Waiter<WaitingWork?>] = []
        /// What tasks that are just being made begin with, in the order they are made.
        ///
        /// A task never lets go of what it was made with, so that it is given to it here.
        var first: [WaitingWork] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    init() {}

    /// The tasks that wait for a query.
    var idleCount: Int { state.withLock { $0.idle.count } }

    /// Gives work to a task that waits for some; false when one must be made, to `begin` with it.
    func give(_ work: WaitingWork) -> Bool {
        let task = state.withLock { state in
            let task = state.idle.popLast()
            if task == nil { state.first.append(work) }
            return task
        }
        task?.resume(returning: work)
        return task != nil
    }

    /// What a new task begins with.
    func begin() -> WaitingWork? {
        state.withLock { $0.first.isEmpty ? nil : $0.first.removeFirst() }
    }

    /// Waits for work; nil: the task ends.
    func next() async -> WaitingWork? {
        await Waiter.wait { waiter in
            let isKept = state.withLock { state in
                guard !state.isClosed, state.idle.count < Self.maximumIdleCount else {
                    return false
                }
                state.idle.append(waiter)
                return true
            }
            if !isKept { waiter.resume(returning: nil) }
        }
    }

    /// Ends the tasks that wait for work, and every other one once it is done.
    func close() {
        let idle = state.withLock { state in
            let idle = state.idle
            state.idle = []
            state.isClosed = true
            return idle
        }
        for task in idle { task.resume(returning: nil) }
    }
}
