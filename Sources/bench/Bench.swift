// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// The commands of the program that `scripts/bench` runs.
enum Bench {
    private static let usage = """
        usage: bench run [WORKLOAD...] [--services N] [--endpoints N]
                         [--behind slices|pods|workloads] [--queries N] [--rounds N] [--workers N,N...] [--short]
                                                    measure Apus and every peer found; --endpoints is
                                                    for registry and reload, --behind for registry;
                                                    workloads:
                                                    \(WorkloadName.words.joined(separator: " "))
               bench blackhole|flood|forgeries|randomnames [--rate N] [--questions N]
                    [--seconds N] [--short]
                         [--forward OPTION] [--cache OPTION]
                                                    silent upstreams, a flooding client, names that
                                                    are asked for once: what Apus makes of them
               bench echo                           send every query back; prints its port
               bench awake                          never sleep: keep a processor from halting
               bench load PORT WORKLOAD SERVICES QUERIES
                                                    ask, and print answered, lost, wrong, nanoseconds
               bench reload PORT PROCESS COUNT FILE change FILE and reload so often under load, and
                                                    print reloads, answered, lost, wrong, nanoseconds
               bench count CEILINGS PROGRAM [--lower]
                                                    count instructions and calls into the runtime
                                                    under callgrind, against the file CEILINGS
               bench disassembly PROGRAM            show that nothing locks on the path of an answer
               bench lines                          show that no cache line has two writers

        """

    static func run(_ arguments: [String]) -> Int32 {
        do {
            switch (arguments.first, arguments.dropFirst().compactMap { Int($0) }) {
            case ("run", _): try BenchRun.run(RunOptions(parsing: arguments.dropFirst()))
            case (let word?, _) where DrillName(rawValue: word) != nil:
                try drill(arguments)
            case ("echo", _):
                var echo = try Echo()
                try echo.run()
            case ("awake", _): AwakeProcessors.stayAwake()
            case ("load", let numbers) where numbers.count == 3 && arguments.count == 5:
                try load(arguments[2], UInt16(clamping: numbers[0]), numbers[1], numbers[2])
            case ("reload", let numbers) where numbers.count == 3 && arguments.count == 5:
                var run = try ReloadRun(
                    port: UInt16(clamping: numbers[0]),
                    process: numbers[1],
                    file: arguments[4]
                )
                try run.run(count: numbers[2])
            case ("count", _) where arguments.count == 3:
                try CountRun.run(ceilings: arguments[1], program: arguments[2], lowers: false)
            case ("count", _) where arguments.count == 4 && arguments[3] == "--lower":
                try CountRun.run(ceilings: arguments[1], program: arguments[2], lowers: true)
            case ("disassembly", _) where arguments.count == 2:
                try DisassemblyRun.run(program: arguments[1])
            case ("lines", _) where arguments.count == 1: try LineRun.run()
            default:
                Process.write(usage, toError: true)
                return 2
            }
            return 0
        } catch {
            Process.write("bench: \(error)\n", toError: true)
            return 1
        }
    }

    /// Lets something go wrong.
    private static func drill(_ arguments: [String]) throws {
        guard let name = arguments.first.flatMap(DrillName.init(rawValue:)) else { return }
        try Drill.run(DrillOptions(name, parsing: arguments.dropFirst()))
    }

    /// Asks so many questions and prints what came.
    private static func load(
        _ name: String,
        _ port: UInt16,
        _ serviceCount: Int,
        _ queryCount: Int
    ) throws {
        var workload =
            name == "mix"
            ? try Workload.mix(serviceCount) : try Workload.services(serviceCount)
        var way = try DatagramAsker(to: Endpoint(IPAddress(v4: 0x7F00_0001), port: port))
        let load = Load(window: Race.window)
        let result = try load.run(&workload, count: queryCount, over: &way)
        Process.write(
            "\(result.answeredCount) \(result.lostCount) \(result.wrongCount) "
                + "\(result.elapsedNanoseconds)\n"
        )
    }
}
