// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Runs a worker's waiting queries on the worker's own thread.
///
/// A query that must wait is one task on this executor. Its jobs run inside `step`, between two
/// batches of packets, so plugin code never meets another thread.
final class WorkerExecutor: TaskExecutor {
    private let ready = Mutex<[UnownedJob]>([])

    init() {}

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        ready.withLock { $0.append(job) }
    }

    /// Runs every job that is ready, and those that they make ready, until none is left.
    ///
    /// It ends, because a job that waits for anything but another job is not ready.
    func runReady() {
        while true {
            let jobs = ready.withLock { queue in
                let jobs = queue
                queue.removeAll(keepingCapacity: true)
                return jobs
            }
            guard !jobs.isEmpty else { return }
            // SAFETY: each job was handed to this executor once, and is run once.
            for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
