// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Counts what a query costs: instructions, and calls into the runtime, which there must not be.
///
/// The server runs under callgrind with one worker. When it is warm, the same load is put to it
/// twice, the second time with more queries: the difference is what queries cost, whatever else the
/// process does. Nothing here measures time, so it holds on every machine of one kind.
struct CountRun {
    /// A workload, and how many queries its two loads have.
    private struct Counted {
        let name: WorkloadName
        let short: Int
        let long: Int
    }

    /// What was found to be too much.
    struct TooMuch: Error, CustomStringConvertible {
        let mistakes: [String]

        var description: String { "above the ceiling:\n" + mistakes.joined(separator: "\n") }
    }

    private static let serviceCount = 2_000
    /// The names that are forwarded once: kubeadm's Corefile lets them be kept for 30 seconds, so that
    /// they must be few against the queries of a load.
    private static let keptCount = 100
    private static let counted = [
        Counted(name: .auth, short: 50_000, long: 100_000),
        Counted(name: .mix, short: 20_000, long: 40_000),
        Counted(name: .headless, short: 5_000, long: 15_000),
        Counted(name: .tcp, short: 10_000, long: 20_000),
        Counted(name: .forwardHitsFew, short: 20_000, long: 40_000),
        Counted(name: .forwardMisses, short: 2_000, long: 5_000),
    ]
    /// All that is counted.
    static var names: [WorkloadName] { counted.map(\.name) }

    /// Queries before anything counts: memory that is used again has its size by then.
    private static let warmUpCount = 4_000
    private static let headings = [
        "workload", "server", "instructions", "ceiling", "calls_1000", "ceiling",
    ]

    private var server: ProfiledServer
    /// It answers as long as somebody has it.
    private let upstream: BenchUpstream

    /// Counts, prints a table, and throws when a ceiling of the file `path` is exceeded.
    ///
    /// `program`: the path of the server. `lowers`: whether the file's ceilings are lowered instead,
    /// where they can be.
    static func run(ceilings path: String, program: String, lowers: Bool) throws {
        var ceilings = try Ceilings(parsing: try Tool.text(path))
        let stage = try Stage(processor: Process.processors.last)
        defer { stage.end() }
        try stage.endOnSignals()
        let upstream = try BenchUpstream()
        let kubeadm = try KubeadmStage(
            stage,
            program: program,
            serviceCount: serviceCount,
            upstream: upstream.endpoint
        )
        var run = CountRun(server: try ProfiledServer(kubeadm), upstream: upstream)
        var table = Table(headings)
        var (mistakes, callers): ([String], [String]) = ([], [])
        for one in counted {
            let name = one.name.rawValue
            let growth = try run.growth(one)
            if lowers { ceilings.lower(name, to: growth) }
            mistakes += ceilings.mistakes(of: name, growth)
            callers += growth.callers.map { caller in
                "\(name): \(caller.perThousand) for 1,000 queries: \(caller.call.callee) from "
                    + caller.call.caller
            }
            table.add([
                name, "apus", "\(growth.instructionsPerQuery)",
                "\(ceilings[name]?.instructions ?? 0)", "\(growth.callsPerThousand)",
                "\(ceilings[name]?.callsPerThousand ?? 0)",
            ])
        }
        Process.write(table.text + callers.map { $0 + "\n" }.joined())
        if lowers { try DiskFiles().replace(path, with: Array(ceilings.text.utf8)) }
        guard mistakes.isEmpty else { throw TooMuch(mistakes: mistakes) }
    }

    /// Counts one workload.
    private mutating func growth(_ counted: Counted) throws -> Growth {
        var workload = Workload(questions: [])
        switch counted.name {
        case .mix: workload = try .mix(Self.serviceCount)
        case .headless: workload = try .headless()
        case .forwardHitsFew: workload = try .forwarded(.hot, count: Self.keptCount)
        case .forwardMisses: workload.fresh = try FreshNames()
        default: workload = try .services(Self.serviceCount)
        }
        let endpoint = server.server.endpoint
        if counted.name == .tcp {
            var way = try StreamAsker(to: endpoint)
            return try growth(counted, workload, over: &way)
        }
        var way = try DatagramAsker(to: endpoint)
        return try growth(counted, workload, over: &way)
    }

    private mutating func growth<Way: Asker & ~Copyable>(
        _ counted: Counted,
        _ workload: Workload,
        over way: inout Way
    ) throws -> Growth {
        var workload = workload
        var profiles: [CallgrindProfile] = []
        for count in [Self.warmUpCount, counted.short, counted.long] {
            let result = try Load(window: Race.window).run(&workload, count: count, over: &way)
            guard result.answeredCount == count, result.wrongCount == 0 else {
                let what = "\(result.lostCount) lost, \(result.wrongCount) wrong"
                throw TooMuch(mistakes: ["\(counted.name.rawValue): \(what) of \(count)"])
            }
            profiles.append(try server.profile())
        }
        return Growth(
            from: (profiles[1], counted.short),
            to: (profiles[2], counted.long)
        )
    }
}
