// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import Server

@Suite struct WorkerExecutorTests {
    @Test func runsTasksOnlyWhenItIsTold() {
        let executor = WorkerExecutor()
        let noted = Noted<String>()
        Task.detached(executorPreference: executor) { noted.add("run") }

        #expect(noted.all.isEmpty)
        executor.runReady()
        #expect(noted.all == ["run"])
        executor.runReady()
        #expect(noted.all == ["run"])
    }

    @Test func runsWhatTheTasksMakeReadyToo() {
        let executor = WorkerExecutor()
        let noted = Noted<Int>()
        Task.detached(executorPreference: executor) {
            noted.add(1)
            async let child: Void = noted.add(3)
            noted.add(2)
            await child
            await Task.yield()
            noted.add(4)
        }

        executor.runReady()

        #expect(noted.all == [1, 2, 3, 4])
    }

    @Test func goesOnWithATaskWhereItIsTold() {
        let executor = WorkerExecutor()
        let noted = Noted<String>()
        let waiting = Mutex<CheckedContinuation<String, Never>?>(nil)
        Task.detached(executorPreference: executor) {
            let word = await withCheckedContinuation { continuation in
                waiting.withLock { $0 = continuation }
            }
            noted.add(word)
        }
        executor.runReady()
        waiting.withLock { $0 }?.resume(returning: "there")

        #expect(noted.all.isEmpty)
        executor.runReady()
        #expect(noted.all == ["there"])
    }
}
