// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix

/// Takes commands at a socket of this machine, and carries them out one after the other.
///
/// It has a thread of its own, which gives way to workers; what it looks at is what is served when the
/// command comes.
final class CommandServer: Sendable {
    /// How long a client may take for a reading or a writing, in seconds.
    private static let patienceSeconds = 10

    private let listener: LocalListener
    private let wakeup: Wakeup
    private let consoles: @Sendable () -> [Console]
    private let wallSeconds: @Sendable () -> Int64
    private let now: @Sendable () -> Moment

    /// Listens at `path`; `consoles`: who is asked, as of now.
    init(
        at path: String,
        wallSeconds: @escaping @Sendable () -> Int64,
        now: @escaping @Sendable () -> Moment,
        consoles: @escaping @Sendable () -> [Console]
    ) throws(SystemError) {
        listener = try LocalListener(at: path)
        wakeup = try Wakeup()
        self.consoles = consoles
        self.wallSeconds = wallSeconds
        self.now = now
    }

    /// Serves until it is stopped; throws when no connection can be taken any more.
    func run() throws(SystemError) {
        let poll = try Poll()
        try poll.add(wakeup.number, .input, token: 0)
        try poll.add(listener.number, .input, token: 1)
        while true {
            let count = try poll.wait(milliseconds: nil)
            for index in 0..<count {
                if poll.event(at: index).token == 0 { return }
                let socket = try listener.accept(patienceSeconds: Self.patienceSeconds)
                // A client that went away, or that says nothing of use, is forgotten.
                try? serve(socket)
            }
        }
    }

    /// Waits so long, or until it is stopped; true when it is.
    func rest(milliseconds: Int) -> Bool {
        guard let poll = try? Poll(), (try? poll.add(wakeup.number, .input, token: 0)) != nil else {
            return true
        }
        return (try? poll.wait(milliseconds: milliseconds)) != 0
    }

    /// Ends `run`.
    func stop() { wakeup.wake() }

    /// Serves one client.
    private func serve(_ socket: borrowing LocalSocket) throws(SystemError) {
        guard let words = try CommandFrames.readWords(from: socket) else { return }
        let request = CommandRequest(words, wallSeconds: wallSeconds(), now: now())
        let output = Self.run(request, asking: consoles())
        try socket.write(CommandFrames.bytes(of: output))
    }

    /// Has the first of the consoles that knows the verb carry out a command.
    static func run(_ request: CommandRequest, asking consoles: [Console]) -> CommandOutput {
        let verb = request.words.first ?? ""
        guard let console = consoles.first(where: { $0.verbs.contains(verb) }) else {
            return .failure("error: nothing that is served knows '\(verb)'")
        }
        return console.run(request)
    }
}
