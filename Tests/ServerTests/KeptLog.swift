// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization

/// Keeps every line as `[LEVEL] text`.
final class KeptLog: LogSink {
    private let kept = Mutex<[String]>([])

    func write(_ level: LogLevel, _ text: String) {
        kept.withLock { $0.append("[\(level.rawValue)] \(text)") }
    }

    /// The lines so far.
    var lines: [String] { kept.withLock { $0 } }
}
