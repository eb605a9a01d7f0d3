// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin

/// Has the Corefile looked at again and again, and read when it changed.
///
/// It is for the whole process: the last server block that has it decides. Data files are watched
/// without it.
package struct Reload: Plugin {
    package static let manual = Manual(
        name: "reload",
        summary: "reads the Corefile again when it changed",
        usage: "[INTERVAL] [JITTER]",
        example: "reload 10s 5s",
        metrics: ["reload_failed_total", "reload_version_info"],
        isHandler: false
    )

    /// The shortest time between two looks, in milliseconds.
    private static let minimumIntervalMilliseconds: UInt64 = 2_000
    /// The shortest jitter but none, in milliseconds.
    private static let minimumJitterMilliseconds: UInt64 = 1_000

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.noOptions()
        try stanza.arguments(atMost: 2)
        var interval = CorefileInterval(intervalMilliseconds: 30_000, jitterMilliseconds: 15_000)
        let longest = UInt64(Int64.max) / 1_000_000
        if let word = stanza.arguments.first {
            interval.intervalMilliseconds = try word.milliseconds(
                in: Self.minimumIntervalMilliseconds...longest
            )
        }
        if stanza.arguments.count > 1 {
            let word = stanza.arguments[1]
            interval.jitterMilliseconds = try word.milliseconds()
            guard
                interval.jitterMilliseconds == 0
                    || interval.jitterMilliseconds >= Self.minimumJitterMilliseconds
            else {
                throw CorefileError(at: word.position, "'\(word.text)' must be 0 or at least 1s")
            }
        }
        interval.jitterMilliseconds = min(
            interval.jitterMilliseconds,
            interval.intervalMilliseconds / 2
        )
        setup.corefileInterval = interval
    }
}
