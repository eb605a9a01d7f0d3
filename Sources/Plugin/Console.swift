// SPDX-License-Identifier: Apache-2.0

/// A command that somebody gives to a server, or to the files that a server would read.
package struct CommandRequest: Hashable, Sendable {
    /// The most words of a command.
    package static let maximumWordCount = 1_024
    /// The most bytes of all words together.
    package static let maximumByteCount = 64 << 10

    /// Its words, the verb first: `get`, `services`, `-A`.
    package var words: [String]
    /// The wall clock, in seconds since 1970: ages are told by it.
    package var wallSeconds: Int64
    /// The server's clock: what is kept, and how upstreams fare, is told by it.
    package var now: Moment

    package init(
        _ words: [String],
        wallSeconds: Int64,
        now: Moment = Moment(nanoseconds: 0)
    ) {
        self.words = words
        self.wallSeconds = wallSeconds
        self.now = now
    }
}

/// What a command says.
package struct CommandOutput: Hashable, Sendable {
    /// What goes to standard output.
    package var text = ""
    /// What goes to standard error.
    package var errors = ""
    /// The exit code; 0 when all went well.
    package var code: Int32 = 0
    /// What whoever gave the command is to do before the text is true; nil for nothing.
    package var errand: Errand?

    package init(text: String = "", errors: String = "", code: Int32 = 0, errand: Errand? = nil) {
        self.text = text
        self.errors = errors
        self.code = code
        self.errand = errand
    }

    /// That a command could not be carried out, in a line without its end.
    package static func failure(_ line: String) -> CommandOutput {
        CommandOutput(errors: line + "\n", code: 1)
    }
}

/// A part of the server that people ask by commands.
package struct Console: Sendable {
    /// The verbs that it knows.
    package let verbs: [String]
    /// Carries out a command whose verb it knows; it may take long, and is never called by a worker.
    package let run: @Sendable (CommandRequest) -> CommandOutput

    package init(verbs: [String], run: @escaping @Sendable (CommandRequest) -> CommandOutput) {
        self.verbs = verbs
        self.run = run
    }
}
