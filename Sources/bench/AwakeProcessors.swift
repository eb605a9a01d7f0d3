// SPDX-License-Identifier: Apache-2.0

import Posix

/// Keeps processors from halting, until it is ended.
///
/// The host of a virtual machine gives a halted processor to others, and lends it again some
/// milliseconds after it was needed, once in a hundred times. A process that never sleeps prevents
/// that on each of them; it has the policy `SCHED_IDLE`, so that everybody else runs first.
struct AwakeProcessors {
    private let children: [ChildProcess]

    /// Runs `command`, which never ends by itself, on each of `processors`; what it says goes to the
    /// file `notes`.
    init(_ processors: Set<Int>, running command: [String], notes: String) throws {
        let command = [try Tool.path("chrt"), "--idle", "0"] + command
        children = try processors.map { processor in
            try ChildProcess(running: command, output: notes, onProcessor: processor)
        }
    }

    /// The numbers of the processes that have not ended.
    var identifiers: [Int] { children.filter { !$0.hasEnded }.map(\.identifier) }

    func end() { for child in children { child.end() } }

    /// What such a process does.
    static func stayAwake() -> Never { while true {} }
}
