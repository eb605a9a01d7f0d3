// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

extension Process {
    /// Runs a program in front of whoever started this one, waits for its end, and gives its exit code;
    /// that of one which a signal ended is the signal's number and 128, as shells have it.
    ///
    /// `command`: its first word is a path. Signals of the keyboard are left to the program meanwhile.
    package static func run(_ command: [String]) throws(SystemError) -> Int32 {
        // SAFETY: each word is a C string until it is freed below, and the list ends with nil.
        var words = unsafe command.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        return Int32(try check("fork") { unsafe Int(csystem_run(words)) })
    }
}
