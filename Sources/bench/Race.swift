// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// One workload put to all servers in turn, round by round.
struct Race {
    /// How many questions are on their way at a time in the closed loop.
    static let window = 64
    /// A connection costs about as much as so many questions.
    private static let queriesPerConnection = 30
    /// The share of the questions that each server is asked before it counts.
    private static let warmUpShare = 20

    /// How long a closed loop may take, in nanoseconds: a slow server is asked fewer questions.
    private static let maximumLoadNanoseconds: UInt64 = 4_000_000_000

    /// What one server did in all rounds.
    struct Result {
        let server: Server
        let rounds: [Measurement]
    }

    let name: WorkloadName
    let queryCount: Int
    let roundCount: Int
    /// The questions, with the sizes of Apus's answers.
    var workload: Workload
    /// Where the servers forward to; nil where they answer by themselves.
    var upstream: BenchUpstream?

    init(_ name: WorkloadName, _ options: RunOptions, learningFrom apus: Server) throws {
        self.name = name
        queryCount =
            name == .tcpConnect
            ? max(1, options.queryCount / Self.queriesPerConnection) : options.queryCount
        roundCount = options.roundCount
        var workload =
            switch name {
            case .mix: try Workload.mix(options.serviceCount)
            case .headless: try Workload.headless()
            default: try Workload.services(options.serviceCount)
            }
        var way = try DatagramAsker(to: apus.endpoint)
        let learning = Load(window: Self.window, order: .learning)
        _ = try learning.run(&workload, count: workload.questions.count, over: &way)
        self.workload = workload
    }

    /// A race with questions whose answers are not looked at yet.
    init(_ name: WorkloadName, _ workload: Workload, queryCount: Int, roundCount: Int) {
        self.name = name
        self.workload = workload
        self.queryCount = queryCount
        self.roundCount = roundCount
    }

    /// Questions a second when latencies are measured: less than any server can bear.
    private var latencyRate: Int {
        switch name {
        case .tcp, .forwardMisses: 5_000
        case .tcpConnect: 1_000
        default: 10_000
        }
    }

    /// A row for each server that went through all rounds.
    func rows(of servers: [Server]) throws -> [[String]] {
        let results = try run(servers)
        let floors = results.first { $0.server.contestant.isEcho }?.rounds ?? []
        return results.map { result in
            let server = result.server.contestant.name
            return Report.row(name.rawValue, server, result.rounds, floors: floors)
        }
    }

    /// Runs all rounds and tells what each server did that went through.
    func run(_ servers: [Server]) throws -> [Result] {
        var measurements = [[Measurement]](repeating: [], count: servers.count)
        var isOut = servers.map { server in
            guard let reason = server.contestant.exclusions[name] else { return false }
            leave(server, because: reason)
            return true
        }
        // Round 0 warms up and does not count.
        for round in 0...roundCount {
            for index in servers.indices where !isOut[index] {
                do {
                    let measured = try measure(servers[index], isWarmUp: round == 0)
                    if round > 0 { measurements[index].append(measured) }
                } catch {
                    isOut[index] = true
                    leave(servers[index], because: "\(error)")
                }
            }
        }
        return servers.indices.filter { !isOut[$0] }.map { index in
            Result(server: servers[index], rounds: measurements[index])
        }
    }

    /// Says that a server takes no part, or no more.
    private func leave(_ server: Server, because reason: String) {
        let text = "bench: \(server.contestant.name) left \(name.rawValue): \(reason)\n"
        Process.write(text, toError: true)
    }

    private func measure(_ server: Server, isWarmUp: Bool) throws -> Measurement {
        switch name {
        case .tcp:
            var way = try StreamAsker(to: server.endpoint)
            return try measure(server, over: &way, isWarmUp)
        case .tcpConnect:
            var way = try ConnectionAsker(to: server.endpoint)
            return try measure(server, over: &way, isWarmUp)
        default:
            var way = try DatagramAsker(to: server.endpoint)
            return try measure(server, over: &way, isWarmUp)
        }
    }

    /// The closed loop, and the open loop behind it.
    private func measure<Way: Asker & ~Copyable>(
        _ server: Server,
        over way: inout Way,
        _ isWarmUp: Bool
    ) throws -> Measurement {
        let isEcho = server.contestant.isEcho
        var asked = isEcho ? workload.forEcho : workload
        let count = isWarmUp ? max(1, queryCount / Self.warmUpShare) : queryCount
        let group = ProcessGroup(of: server.child.identifier)
        let (before, askedBefore) = (group.processorTime, upstream?.askedCount ?? 0)
        var load = Load(window: Self.window, isEcho: isEcho)
        load.maximumNanoseconds = Self.maximumLoadNanoseconds
        let result = try load.run(&asked, count: count, over: &way)
        guard result.answeredCount > 0 else {
            throw SystemError(call: "it answers nothing", code: 0)
        }
        let time = group.processorTime.microseconds(since: before, queries: result.answeredCount)
        var measured = Measurement(user: time.user, system: time.system, rate: result.rate)
        measured.lostCount = result.lostCount
        measured.wrongCount = result.wrongCount
        measured.refusedCount = result.refusedCount
        measured.upstreamShare = upstream.map {
            Double($0.askedCount - askedBefore) / Double(result.answeredCount)
        }
        if !isWarmUp {
            var run = LatencyRun(rate: latencyRate, isEcho: isEcho)
            // The upstream needs the processor that the load is on.
            run.waits = upstream != nil
            let latencies = try run.run(asked, count: min(count, latencyRate), over: &way)
            measured.add(latenciesOf: latencies)
        }
        measured.residentByteCount = group.residentByteCount
        return measured
    }
}
