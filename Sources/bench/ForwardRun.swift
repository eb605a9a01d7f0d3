// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// What an answer costs that came from an upstream: one that a server kept, and one that it has to
/// ask for.
struct ForwardRun {
    static let headings = Report.headings + ["upstream", "bytes_each"]
    /// The names of the two kinds of hits.
    static let fewCount = 1_000
    static let manyCount = 100_000
    /// So many questions cost about as much as one that has to be forwarded.
    private static let queriesPerMiss = 5
    /// How often a server is asked for what it did not answer before it counts as full.
    private static let maximumPassCount = 5

    private let options: RunOptions
    private let stage: Stage
    private let upstream: BenchUpstream

    init(_ stage: Stage, _ options: RunOptions) throws {
        self.options = options
        self.stage = stage
        upstream = try BenchUpstream()
    }

    /// The misses of one server in one round.
    private var missCount: Int { max(1, options.queryCount / Self.queriesPerMiss) }

    /// The names that a server is asked for in all rounds, rounded up.
    private var capacity: Int {
        // The closed loop, and as many again at most at a fixed rate.
        Self.fewCount + Self.manyCount + 2 * missCount * (options.roundCount + 1)
    }

    /// Puts the workloads to all servers in turn, and prints what came of it.
    func run(_ names: [WorkloadName]) throws {
        let last = Self.fewCount + Self.manyCount
        let ready = try Workload.forwarded(.hot, count: 1, from: last)
        let servers = try startServers(answering: ready.questions)
        var table = Table(Self.headings)
        var wrongCount = 0
        for name in names {
            Process.write("bench: \(name.rawValue)\n", toError: true)
            var race = try race(name)
            let sizes = try fill(servers, for: &race)
            let results = try race.run(servers)
            let floors = results.first { $0.server.contestant.isEcho }?.rounds ?? []
            for result in results {
                let server = result.server.contestant.name
                let row = Report.row(name.rawValue, server, result.rounds, floors: floors)
                let share = Statistics.median(result.rounds.compactMap(\.upstreamShare))
                let cells = [share?.text(digits: 3) ?? "-", sizes[server].map { "\($0)" } ?? "-"]
                table.add(row + cells)
                guard server == ApusContestant.name else { continue }
                wrongCount += result.rounds.map { $0.wrongCount - $0.refusedCount }.reduce(0, +)
            }
        }
        Process.write(table.text)
        for server in servers { server.child.end() }
        if wrongCount > 0 { throw WrongAnswers(count: wrongCount) }
    }

    /// The questions of a workload.
    private func race(_ name: WorkloadName) throws -> Race {
        var workload = Workload(questions: [])
        switch name {
        case .forwardHitsFew: workload = try .forwarded(.hot, count: Self.fewCount)
        case .forwardHitsMany:
            workload = try .forwarded(.hot, count: Self.manyCount, from: Self.fewCount)
        default: workload.fresh = try FreshNames()
        }
        let count = name == .forwardMisses ? missCount : options.queryCount
        var race = Race(name, workload, queryCount: count, roundCount: options.roundCount)
        race.upstream = upstream
        return race
    }

    /// Asks every server for all names of a list, and tells how many bytes of memory each name took.
    ///
    /// What is learnt of the answers' sizes is Apus's: its answers and the floor's are as long.
    private func fill(_ servers: [Server], for race: inout Race) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for server in servers where !server.contestant.isEcho {
            let isApus = server.contestant.name == ApusContestant.name
            if let fresh = race.workload.fresh {
                guard isApus, let answer = try server.ask(fresh.question(fresh.draw())) else {
                    continue
                }
                race.workload.fresh?.template.answerByteCount = answer.count
            } else {
                let group = ProcessGroup(of: server.child.identifier)
                let before = group.residentByteCount
                let workload = try filled(server, with: race.workload)
                let grown = max(0, group.residentByteCount - before)
                if isApus { race.workload = workload }
                if race.name == .forwardHitsMany {
                    sizes[server.contestant.name] = grown / Self.manyCount
                }
            }
        }
        return sizes
    }

    /// Asks a server for every name, until all were answered.
    private func filled(_ server: Server, with workload: Workload) throws -> Workload {
        var workload = workload
        let load = Load(window: Race.window, order: .learning)
        for _ in 0..<Self.maximumPassCount {
            var way = try DatagramAsker(to: server.endpoint)
            let count = workload.questions.count
            let result = try load.run(&workload, count: count, over: &way)
            if result.lostCount + result.wrongCount == 0 { break }
        }
        return workload
    }

    /// Starts the echo, every peer that is installed, and Apus; a peer that fails is left out.
    private func startServers(answering questions: [BenchQuestion]) throws -> [Server] {
        let echo = EchoContestant.contestant(program: try BenchRun.program("bench"))
        var servers = [try stage.start(echo, answering: [])]
        let files = Peer.Files(folder: stage.folder, zone: "", reverseZone: "", hosts: "")
        let peers = Peer.forwarding(
            to: upstream.endpoint,
            capacity: capacity,
            coreDNS: Process.environment["COREDNS"]
        )
        servers += stage.start(peers, files, Cluster(serviceCount: 0), answering: questions)
        let corefile = ForwardContestant.corefile(
            upstreams: [upstream.endpoint],
            cache: ["capacity \(Peer.cacheMegabytes)MB"]
        )
        try stage.folder.write(corefile, to: "Corefile.forward")
        let apus = ForwardContestant.contestant(
            program: try BenchRun.program("apus"),
            corefile: stage.folder("Corefile.forward")
        )
        return servers + [try stage.start(apus, answering: questions)]
    }
}

/// Answers that were other than they should be.
struct WrongAnswers: Error, CustomStringConvertible {
    let count: Int

    var description: String { "\(count) answers of \(ApusContestant.name) were wrong" }
}
