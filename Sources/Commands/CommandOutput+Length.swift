// SPDX-License-Identifier: Apache-2.0

import Plugin

extension CommandOutput {
    /// The most bytes that a command writes: more is no answer to a person, and is held in the
    /// memory of the server while it is made and sent.
    package static let maximumByteCount = 256 << 20
}

extension CommandMistake {
    /// That a command would write more than it may.
    static let long = CommandMistake(
        "error: this is more than \(CommandOutput.maximumByteCount >> 20) MiB; ask for less, by "
            + "names, a namespace (-n), a selector (-l) or other columns (-o)"
    )
}
