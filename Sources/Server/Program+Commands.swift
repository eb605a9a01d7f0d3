// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix

/// Commands: asked of the server that runs, or of what a Corefile would have served.
extension Program {
    /// How long a server may take to begin its answer, in seconds.
    private static let patienceSeconds = 60

    /// Carries out a command, and gives its exit code.
    static func give(
        _ words: [String],
        _ commandLine: CommandLine,
        _ surroundings: Surroundings
    ) throws(StartMistake) -> Int32 {
        let output =
            commandLine.corefile == nil
            ? ask(words, commandLine, surroundings)
            : try read(words, commandLine, surroundings)
        Process.write(output.text)
        Process.write(output.errors, toError: true)
        return output.code
    }

    /// Reads what the Corefile names, and asks that.
    private static func read(
        _ words: [String],
        _ commandLine: CommandLine,
        _ surroundings: Surroundings
    ) throws(StartMistake) -> CommandOutput {
        let corefile = try CorefileLoader(commandLine, surroundings).load()
        let configuration = try ControlPlane.build(corefile, surroundings, previous: nil)
        let request = CommandRequest(words, wallSeconds: surroundings.wallSeconds())
        return CommandServer.run(request, asking: configuration.plan.consoles)
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
            let server = try CommandServer(at: path, wallSeconds: surroundings.wallSeconds) {
                published.current.plan.consoles
            }
            _ = try Thread(name: "commands") {
                try? Thread.giveWay()
                do throws(SystemError) {
                    try server.run()
                } catch {
                    log.write(.error, "commands are not taken any more: \(error)")
                }
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
