// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Synchronization

/// Errors that look alike: counted for a while, then told in one line.
final class ConsolidatedErrors: Sendable {
    /// The longest error text that is compared, in characters: a pattern can be slow.
    static let maximumTextCount = 512

    let level: LogLevel
    private let text: String
    private let intervalNanoseconds: UInt64
    private let showsFirst: Bool
    private let pattern: Mutex<Regex<AnyRegexOutput>>
    /// When the count is told, in nanoseconds of the server's clock; 0 while nothing is counted.
    private let end = Atomic<UInt64>(0)
    private let number = Atomic<UInt64>(0)

    /// Compiles the pattern, or says that it is none.
    init(
        pattern word: Word,
        intervalNanoseconds: UInt64,
        level: LogLevel,
        showsFirst: Bool
    ) throws(CorefileError) {
        do {
            pattern = Mutex(try Regex(word.text))
        } catch {
            throw CorefileError(at: word.position, "'\(word.text)' is no regular expression")
        }
        text = word.text
        self.intervalNanoseconds = intervalNanoseconds
        self.level = level
        self.showsFirst = showsFirst
    }

    /// Whether the pattern is found in `error`.
    func matches(_ error: String) -> Bool {
        let error = String(error.prefix(Self.maximumTextCount))
        return pattern.withLock { error.firstMatch(of: $0) != nil }
    }

    /// Counts one error; true when it is to be shown all the same.
    ///
    /// Relaxed throughout: each number stands for itself, and a count that slips into the next
    /// line is told there.
    func count(at now: Moment) -> Bool {
        let next = max(now.nanoseconds &+ intervalNanoseconds, 1)
        let isFirst = end.compareExchange(
            expected: 0,
            desired: next,
            ordering: .relaxed
        ).exchanged
        if isFirst, showsFirst { return true }
        number.wrappingAdd(1, ordering: .relaxed)
        return false
    }

    /// Tells the count when its time is over; a load and no more when it is not.
    func flush(at now: Moment, to log: any LogSink) {
        let end = end.load(ordering: .relaxed)
        guard end != 0, now.nanoseconds >= end,
            self.end.compareExchange(expected: end, desired: 0, ordering: .relaxed).exchanged
        else { return }
        let count = number.exchange(0, ordering: .relaxed)
        guard count > 0 else { return }
        log.write(
            level,
            "plugin/errors: \(count) errors like '\(text)' occurred in last "
                + durationText(intervalNanoseconds)
        )
    }
}
