// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Runs a worker's waiting queries on the worker's own thread.
///
/// A query that must wait is one task on this executor. Its jobs run inside `step`, between two
/// batches of packets, so plugin code never meets another thread. What another worker makes ready
/// wakes the thread.
final class WorkerExecutor: TaskExecutor {
    /// What the lock guards.
    private struct State {
        var ready: [UnownedJob] = []
        /// Whether the thread waits for events, and so must be woken for a job.
        var isResting = false
    }

    private let state = Mutex(State())
    /// Wakes the thread; called from any other.
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void = {}) { self.wake = wake }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = state.withLock { state in
            state.ready.append(job)
            defer { state.isResting = false }
            return state.isResting
        }
        if mustWake { wake() }
    }

    /// Whether a job is ready.
    var hasReady: Bool { state.withLock { !$0.ready.isEmpty } }

    /// Has the thread woken for the next job; false when one is ready already.
    func rest() -> Bool {
        state.withLock { state in
            state.isResting = state.ready.isEmpty
            return state.isResting
        }
    }

    /// Runs every job that is ready, and those that they make ready, until none is left.
    ///
    /// It ends, because a job that waits for anything but another job is not ready; other threads
    /// make jobs ready only once for each that waits.
    func runReady() {
        while true {
            let jobs: [UnownedJob] = state.withLock { state in
                guard !state.ready.isEmpty else { return [] }
                let jobs = state.ready
                state.ready.removeAll(keepingCapacity: true)
                return jobs
            }
            guard !jobs.isEmpty else { return }
            // SAFETY: each job was handed to this executor once, and is run once.
            for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}

/// A task of a worker that waits for a value.
///
/// It is resumed exactly once: whoever keeps it takes it out of its place first. Nobody checks that
/// at run time, as a `CheckedContinuation` would with an object for each wait.
@safe
struct Waiter<Value: Sendable>: Sendable {
    private let continuation: UnsafeContinuation<Value, Never>

    /// Waits until the waiter that `keep` is given is resumed; it may be resumed at once.
    static func wait(_ keep: (Waiter) -> Void) async -> Value {
        // SAFETY: it is resumed once, as the type says.
        unsafe await withUnsafeContinuation { keep(unsafe Waiter(continuation: $0)) }
    }

    private init(continuation: UnsafeContinuation<Value, Never>) {
        unsafe self.continuation = continuation
    }

    /// Lets the task go on with a value.
    func resume(returning value: sending Value) {
        // SAFETY: it is resumed once, as the type says.
        unsafe continuation.resume(returning: value)
    }
}
