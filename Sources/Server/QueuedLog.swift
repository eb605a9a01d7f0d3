// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Synchronization

/// Writes lines to standard output on a thread of its own, so that no worker waits for a terminal.
package final class QueuedLog: LogSink {
    /// The most lines that wait to be written; later ones are dropped and counted.
    package static let maximumLineCount = 16_384

    /// What the lock guards.
    private struct State {
        var lines: [String] = []
        var droppedCount = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let ended = Atomic<Bool>(false)
    private let wakeup: Wakeup
    private let output: @Sendable (String) -> Void

    /// `output`: takes whole lines, their ends included.
    package init(to output: @escaping @Sendable (String) -> Void) throws(SystemError) {
        wakeup = try Wakeup()
        self.output = output
    }

    package func write(_ level: LogLevel, _ text: String) {
        let isFirst = state.withLock { state in
            guard state.lines.count < Self.maximumLineCount else {
                state.droppedCount += 1
                return false
            }
            state.lines.append("[\(level.rawValue)] \(text)\n")
            return state.lines.count == 1
        }
        if isFirst { wakeup.wake() }
    }

    /// Writes lines until the log is closed; the body of its thread.
    package func run() {
        defer { ended.store(true, ordering: .releasing) }
        guard let poll = try? Poll(),
            (try? poll.add(wakeup.number, .input, token: 0)) != nil
        else { return }
        while true {
            // It fails only when the machine is out of memory; then the lines stay.
            _ = try? poll.wait(milliseconds: nil)
            wakeup.clear()
            if !flush() { return }
        }
    }

    /// Writes what waits; false when nothing will come any more.
    @discardableResult
    package func flush() -> Bool {
        let (lines, dropped, isClosed) = state.withLock { state in
            let result = (state.lines, state.droppedCount, state.isClosed)
            state.lines = []
            state.droppedCount = 0
            return result
        }
        if !lines.isEmpty { output(lines.joined()) }
        if dropped > 0 { output("[WARNING] log: \(dropped) lines were dropped\n") }
        return !isClosed
    }

    /// Whether the last line was written.
    package var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Takes the last lines and lets the thread end.
    package func close() {
        state.withLock { $0.isClosed = true }
        wakeup.wake()
    }
}
