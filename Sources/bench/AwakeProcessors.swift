// SPDX-License-Identifier: Apache-2.0

import Posix

/// Keeps processors from halting, until it is ended.
///
/// The host of a virtual machine gives a halted processor to others, and may lend it again some
/// milliseconds after it was needed. A process that never sleeps prevents that on each of them; it
/// has the policy `SCHED_IDLE`, so that it gets next to nothing where anybody else runs.
struct AwakeProcessors {
    /// A process did not stay.
    struct Asleep: Error, CustomStringConvertible {
        let description: String
    }

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

    /// Throws when one of the processes has ended: what was measured meanwhile tells of the host too.
    func check() throws(Asleep) {
        guard identifiers.count < children.count else { return }
        throw Asleep(description: "a process that keeps a processor awake has ended")
    }

    func end() { for child in children { child.end() } }

    /// What such a process does.
    static func stayAwake() -> Never { while true {} }
}
