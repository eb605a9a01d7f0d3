// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Wire

/// The program: from its arguments to its exit code.
package enum Program {
    /// Does what `arguments` ask for; `plugins`: every plugin, in the order a query meets them.
    package static func run(
        _ arguments: [String],
        plugins: [any Plugin.Type],
        pluginsNotYet: [String]
    ) -> Int32 {
        let commandLine: CommandLine
        do throws(CommandLine.Mistake) {
            commandLine = try CommandLine(
                parsing: arguments,
                verbs: plugins.flatMap { $0.manual.verbs }
            )
        } catch {
            Process.write(error.text + "\n", toError: true)
            return error.code
        }
        switch commandLine.task {
        case .help: Process.write(CommandLine.usage)
        case .version: Process.write(Version.banner)
        case .plugins:
            let names = plugins.map { $0.manual.name }.sorted()
            Process.write(names.map { "dns.\($0)\n" }.joined())
        case .completion(let shell): Process.write(Completion.script(for: shell, plugins))
        case .manual: Process.write(ManualPage.text(of: plugins))
        case .check, .serve, .command:
            return work(commandLine, plugins, pluginsNotYet)
        }
        return 0
    }

    /// Checks or serves.
    private static func work(
        _ commandLine: CommandLine,
        _ plugins: [any Plugin.Type],
        _ pluginsNotYet: [String]
    ) -> Int32 {
        do {
            if commandLine.task != .serve {
                let surroundings = surroundings(commandLine, plugins, pluginsNotYet, SilentLog())
                return try look(commandLine, surroundings)
            }
            Process.returnLargeMemory()
            // Signals come before threads: a thread inherits which of them are blocked.
            let signals = try Signals()
            let log = try QueuedLog(to: { Process.write($0) })
            let surroundings = surroundings(commandLine, plugins, pluginsNotYet, log)
            return try serve(commandLine, surroundings, signals, log)
        } catch let mistake as StartMistake {
            for line in mistake.lines { Process.write(line + "\n", toError: true) }
            return 1
        } catch {
            Process.write("\(error)\n", toError: true)
            return 1
        }
    }

    /// Checks, or carries out a command; a signal ends the process as it always does.
    private static func look(
        _ commandLine: CommandLine,
        _ surroundings: Surroundings
    ) throws(StartMistake) -> Int32 {
        guard case .command(let words) = commandLine.task else {
            return Check.run(commandLine, surroundings)
        }
        return try give(words, commandLine, surroundings)
    }

    private static func surroundings(
        _ commandLine: CommandLine,
        _ plugins: [any Plugin.Type],
        _ pluginsNotYet: [String],
        _ log: any LogSink
    ) -> Surroundings {
        Surroundings(
            plugins: plugins,
            pluginsNotYet: pluginsNotYet,
            files: DiskFiles(),
            workforce: ThreadCrew(threadCount: Process.processorCount),
            store: DiskFiles(),
            metrics: Registry(),
            log: log,
            environment: Process.environment,
            interfaces: interfaces(),
            wallSeconds: { Clock.wallSeconds() },
            random: { Randomness.bits() },
            defaultPort: commandLine.port,
            isCheck: commandLine.task != .serve
        )
    }

    /// Serves until a signal ends it.
    private static func serve(
        _ commandLine: CommandLine,
        _ surroundings: Surroundings,
        _ signals: consuming Signals,
        _ log: QueuedLog
    ) throws -> Int32 {
        Process.raiseDescriptorLimit()
        ProcessMetrics.register(in: surroundings.metrics)
        var control = try ControlPlane.start(
            commandLine,
            surroundings: surroundings,
            signals: signals,
            workerCount: Process.processorCount
        )
        let writer = try Thread(name: "log") {
            // Thousands of lines a second take a processor for milliseconds at a time.
            try? Thread.giveWay()
            log.run()
        }
        if let path = commandLine.pidfile {
            do throws(SystemError) {
                try Process.writeIdentifier(to: path)
            } catch {
                log.write(.error, "pid file: \(error)")
            }
        }
        let commands = takeCommands(commandLine, surroundings, from: control.published)
        let code = control.run()
        commands?.stop()
        if let path = commandLine.pidfile { Process.remove(path) }
        log.close()
        // A log that nobody reads must not hold the process.
        if control.waitsOut(log) { writer.join() }
        return code
    }

    /// The addresses of this machine, as plugins want them.
    private static func interfaces() -> [Interface] {
        Process.interfaceAddresses().map {
            Interface(name: $0.name, address: $0.address, scope: $0.scope)
        }
    }
}
