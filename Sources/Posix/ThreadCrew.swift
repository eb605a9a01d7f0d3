// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization

/// Several threads that do pieces of work side by side, for as long as there are some.
///
/// The caller is one of them; the others take over its priority.
package struct ThreadCrew: Workforce {
    /// The most threads that work at a time.
    package static let maximumThreadCount = 64

    /// The number of the piece that nobody has begun yet.
    private final class Next: Sendable {
        let number = Atomic<Int>(0)
    }

    private let threadCount: Int

    /// A crew of so many threads, the caller's included; at least 1.
    package init(threadCount: Int) {
        self.threadCount = min(max(1, threadCount), Self.maximumThreadCount)
    }

    package func perform(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
        let next = Next()
        let work: @Sendable () -> Void = {
            while true {
                // Relaxed: the numbers only have to differ; joining orders what the pieces did.
                let number = next.number.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                piece(number)
            }
        }
        perform(work, besides: min(threadCount, count) - 1)
    }

    /// Does `work` here and on so many other threads; fewer when the system has no more.
    private func perform(_ work: @escaping @Sendable () -> Void, besides otherCount: Int) {
        guard otherCount > 0, let thread = try? Thread(name: "crew", work) else {
            work()
            return
        }
        // LIMIT: one level for each thread of the crew.
        perform(work, besides: otherCount - 1)
        thread.join()
    }
}
