// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix

/// Commands: asked of the server that runs, or of what a Corefile would have served.
extension Program {
    /// How long a server may take to begin its answer, in seconds.
    private static let patienceSeconds = 60
    /// How long no commands are taken after that failed, in milliseconds.
    private static let pauseMilliseconds = 1_000

    /// Carries out a command, and gives its exit code.
    static func give(
        _ words: [String],
        _ commandLine: CommandLine,
        _ surroundings: Surroundings
    ) throws(StartMistake) -> Int32 {
        let readsFiles = commandLine.corefile != nil
        let first =
            readsFiles
            ? try read(words, commandLine, surroundings)
            : ask(words, commandLine, surroundings)
        guard first.errand != .watch else {
            guard !readsFiles else { return show(watchingFiles) }
            return watch(first) { ask(words, commandLine, surroundings) }
        }
        let errands = Errands(environment: surroundings.environment)
        let output = errands.complete(first, of: words) { next in
            guard readsFiles else { return ask(next, commandLine, surroundings) }
            do throws(StartMistake) {
                return try read(next, commandLine, surroundings, reports: false)
            } catch {
                return .failure(error.lines.joined(separator: "\n"))
            }
        }
        return show(output)
    }

    /// What is said where only files are there to be watched.
    private static let watchingFiles = CommandOutput.failure(
        "error: --watch asks a server that runs; leave out -conf, or --watch"
    )

    /// Shows an answer and what changes in the next ones, until one is a failure or is not to be
    /// followed by another; gives its exit code.
    private static func watch(_ first: CommandOutput, ask: () -> CommandOutput) -> Int32 {
        var command = WatchedCommand()
        var output = first
        var pause = WatchedCommand.pauseMilliseconds
        // Nothing is polled: it is only waited.
        guard let poll = try? Poll() else { return show(command.news(in: first)) }
        while true {
            let code = show(command.news(in: output))
            guard output.errand == .watch, code == 0 else { return code }
            _ = try? poll.wait(milliseconds: pause)
            let begin = ControlPlane.now.nanoseconds
            output = ask()
            let taken = (ControlPlane.now.nanoseconds &- begin) / 1_000_000
            pause = WatchedCommand.pause(afterMilliseconds: Int(clamping: taken))
        }
    }

    /// Writes what a command says, and gives its exit code.
    private static func show(_ output: CommandOutput) -> Int32 {
        Process.write(output.text)
        Process.write(output.errors, toError: true)
        return output.code
    }

    /// Reads what the Corefile names, and asks that; `reports`: whether what is wrong there is told.
    private static func read(
        _ words: [String],
        _ commandLine: CommandLine,
        _ surroundings: Surroundings,
        reports: Bool = true
    ) throws(StartMistake) -> CommandOutput {
        let corefile = try CorefileLoader(commandLine, surroundings).load()
        let configuration = try ControlPlane.build(corefile, surroundings, previous: nil)
        let request = CommandRequest(
            words,
            wallSeconds: surroundings.wallSeconds(),
            now: ControlPlane.now
        )
        var output = CommandServer.run(request, asking: configuration.plan.consoles)
        guard reports else { return output }
        // What is missing may be missing because of these.
        var said = SaidReports()
        for report in said.news(in: configuration.plan.reports) where report.level == .mistake {
            output.errors += "\(report)\n"
        }
        return output
    }

    /// Asks the server that runs.
    private static func ask(
        _ words: [String],
        _ commandLine: CommandLine,
        _ surroundings: Surroundings
    ) -> CommandOutput {
        let path = CommandPlace.path(
            told: commandLine.control,
            isRoot: Process.isRoot,
            environment: surroundings.environment
        )
        let remedy = "name its socket with -control PATH, or read the files with -conf FILE"
        guard let path else {
            return .failure("error: it is not known where a server takes commands; \(remedy)")
        }
        do throws(SystemError) {
            let socket = try LocalSocket(
                connectingTo: path,
                patienceSeconds: patienceSeconds
            )
            try socket.write(CommandFrames.bytes(of: words))
            guard let output = try CommandFrames.readOutput(from: socket) else {
                return .failure("error: the server at \(path) ended without an answer")
            }
            return output
        } catch {
            return .failure("error: no server takes commands: \(error); \(remedy)")
        }
    }

    /// Serves commands until they are to end; what keeps them from being taken may pass.
    private static func serve(_ server: CommandServer, _ log: any LogSink) {
        // LIMIT: a pause after each failure.
        while true {
            do throws(SystemError) {
                return try server.run()
            } catch {
                log.write(.warning, "commands are not taken for a while: \(error)")
            }
            if server.rest(milliseconds: pauseMilliseconds) { return }
        }
    }

    /// Begins to take commands; nil where that is not wanted or cannot be.
    static func takeCommands(
        _ commandLine: CommandLine,
        _ surroundings: Surroundings,
        from published: Published<Configuration>
    ) -> CommandServer? {
        let told = commandLine.control ?? published.current.plan.control
        let path = CommandPlace.path(
            told: told,
            isRoot: Process.isRoot,
            environment: surroundings.environment
        )
        guard let path else { return nil }
        let log = surroundings.log
        do throws(SystemError) {
            try CommandPlace.prepare(path)
            let server = try CommandServer(
                at: path,
                wallSeconds: surroundings.wallSeconds,
                now: { ControlPlane.now }
            ) {
                published.current.plan.consoles
            }
            _ = try Thread(name: "commands") {
                try? Thread.giveWay()
                serve(server, log)
            }
            return server
        } catch {
            // Another server may have the usual place; nobody asked for it here.
            let level = told == nil ? LogLevel.info : .warning
            log.write(level, "commands are not taken: \(error)")
            return nil
        }
    }
}
