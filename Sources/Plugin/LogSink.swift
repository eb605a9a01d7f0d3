// SPDX-License-Identifier: Apache-2.0

/// How much a line matters.
package enum LogLevel: String, Hashable, Sendable {
    case debug = "DEBUG"
    case info = "INFO"
    case warning = "WARNING"
    case error = "ERROR"
}

/// Where lines for people go: standard output of a running server, memory in a test.
package protocol LogSink: Sendable {
    /// Takes one line without its end; never blocks a worker, and counts what it had to drop.
    func write(_ level: LogLevel, _ text: String)
}

/// A sink that keeps nothing.
package struct SilentLog: LogSink {
    package init() {}

    package func write(_ level: LogLevel, _ text: String) {}
}
