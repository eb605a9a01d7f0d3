// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Synchronization

/// A program that this one started, and ends again.
///
/// It is ended with its starter too, whatever that one dies of. The processes that it starts itself
/// belong to its group and go with it.
package final class ChildProcess: Sendable {
    /// How long a program may take to end when it is asked to, in milliseconds.
    package static let patienceMilliseconds = 5_000
    /// How long to wait before looking again, in milliseconds.
    private static let stepMilliseconds = 10

    package let identifier: Int
    /// Whether the system has forgotten it: from then on its number is somebody else's.
    private let isReaped = Mutex(false)

    /// Starts `command`, whose first word is a path; what it says goes to the file `output`.
    ///
    /// `processor`: the one that it stays on; nil lets the system choose. A program that cannot be
    /// started ends at once.
    package init(
        running command: [String],
        output: String,
        onProcessor processor: Int?
    ) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let number = try check("open \(output)") { unsafe Int(open(output, flags, 0o600)) }
        let file = Descriptor(owning: CInt(number))
        // SAFETY: each word is a C string until it is freed below, and the list ends with nil.
        var words = unsafe command.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        identifier = try check("fork") {
            unsafe Int(csystem_start(words, file.number, CInt(clamping: processor ?? -1)))
        }
    }

    deinit { end() }

    /// Whether it has ended.
    package var hasEnded: Bool {
        isReaped.withLock { $0 || csystem_has_ended(pid_t(identifier)) != 0 }
    }

    /// Asks it to end, ends it when it does not, and waits for that.
    package func end() {
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            let group = -pid_t(identifier)
            kill(group, SIGTERM)
            var waited = 0
            while csystem_has_ended(pid_t(identifier)) == 0, waited < Self.patienceMilliseconds {
                poll(nil, 0, CInt(Self.stepMilliseconds))
                waited += Self.stepMilliseconds
            }
            // The group's number is ours until its first process is reaped.
            kill(group, SIGKILL)
            csystem_reap(pid_t(identifier))
            isReaped = true
        }
    }
}
