// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// How long Apus takes to load a cluster and to see changes in it, and what memory that takes.
///
/// It may use every processor: nobody asks while it loads. The other servers only load.
struct RegistryRun {
    private let stage: Stage
    private let options: RunOptions
    private let cluster: Cluster
    private let files: RegistryFiles
    private let contestant: Contestant
    /// The same that keeps the cluster in a file.
    private let keeper: Contestant

    /// Writes all files that are needed, which takes a while.
    init(_ stage: Stage, _ options: RunOptions) throws {
        self.stage = stage
        self.options = options
        cluster = Cluster(
            serviceCount: options.serviceCount,
            podCount: options.endpointCount,
            backing: options.backing
        )
        files = try RegistryFiles(stage.folder, named: "registry", cluster)
        let told = "state \(stage.folder("registry.state"))\n\(cluster.options)"
        let corefile = ApusContestant.corefile(manifests: files.path, options: told)
        try stage.folder.write(corefile, to: "Corefile.registry")
        contestant = try ApusContestant.contestant(
            program: BenchRun.program("apus"),
            corefile: stage.folder("Corefile.registry")
        ).kept(on: stage.processors)
        let keeping = ApusContestant.corefile(
            manifests: files.path,
            options: "snapshot \(stage.folder("registry.snapshot"))\n\(told)"
        )
        try stage.folder.write(keeping, to: "Corefile.snapshot")
        keeper = try ApusContestant.contestant(
            program: BenchRun.program("apus"),
            corefile: stage.folder("Corefile.snapshot")
        ).kept(on: stage.processors)
    }

    /// Every step of every server, medians of all rounds.
    func table() throws -> Table {
        let parsing = Double(try files.parsingNanoseconds()) / 1e6
        var measured: [RegistryStep: [RegistryMeasurement]] = [:]
        for _ in 0..<options.roundCount {
            try files.reset()
            for (step, one) in try round() { measured[step, default: []].append(one) }
        }
        var table = Table(RegistryReport.headings)
        let sizes = ["\(options.serviceCount)", "\(options.endpointCount)"]
        let loaded = Statistics.median((measured[.load] ?? []).compactMap(\.memory))
        for step in RegistryStep.allCases {
            let name = "\(contestant.name) \(step.rawValue)"
            let report = RegistryReport(
                rounds: measured[step] ?? [],
                parsing: step.readsEverything ? parsing : nil,
                loaded: step.changesSomething ? loaded : nil
            )
            table.add(["registry", name] + sizes + report.cells)
        }
        // What others load does not depend on it.
        for (name, rounds) in cluster.backing == .slices ? try peers() : [] {
            let report = RegistryReport(rounds: rounds, parsing: nil, loaded: nil)
            table.add(["registry", "\(name) load"] + sizes + report.cells)
        }
        return table
    }

    /// A life in which the cluster changes, and one that starts with what another kept.
    private func round() throws -> [(RegistryStep, RegistryMeasurement)] {
        try life() + [(.restart, try restart())]
    }

    /// One life of the server: it loads, sees single changes, then large ones.
    private func life() throws -> [(RegistryStep, RegistryMeasurement)] {
        var (server, loaded) = try load(contestant, answering: questions + [lastQuestion])
        loaded.peak = Double(group(of: server).peakByteCount) / 1e6
        defer { server.child.end() }
        var steps = [(RegistryStep.load, loaded)]
        var changes = RegistryChanges(server: server, files: files)
        steps.append((.change, try changes.oneAfterTheOther()))
        steps.append((.reread, try changes.nothingButText()))
        steps.append((.fileChange, try changes.inTheFirstFile()))
        steps.append((.stream, try changes.stream()))
        // The endpoints that changed have versions beyond those of the other editions.
        try files.reset()
        try changes.wait(for: .first)
        steps.append((.fewChanged, try changes.reload(to: .fewChanged)))
        steps.append((.allChanged, try changes.reload(to: .allChanged)))
        return steps
    }

    /// A life from what one before it kept at its end.
    private func restart() throws -> RegistryMeasurement {
        try files.reset()
        try load(keeper, answering: questions + [lastQuestion]).0.child.end()
        let (server, loaded) = try load(keeper, answering: questions + [lastQuestion])
        server.child.end()
        return loaded
    }

    /// Starts a server and waits for its answers.
    private func load(
        _ contestant: Contestant,
        answering questions: [BenchQuestion]
    ) throws -> (Server, RegistryMeasurement) {
        let start = Clock.monotonicNanoseconds()
        let server = try stage.start(contestant, answering: questions)
        let elapsed = Clock.monotonicNanoseconds() - start
        let group = group(of: server)
        return (
            server,
            RegistryMeasurement(
                wall: Double(elapsed) / 1e6,
                processor: Double(group.processorTime.nanoseconds) / 1e6,
                memory: Double(group.residentByteCount) / 1e6
            )
        )
    }

    private func group(of server: Server) -> ProcessGroup {
        ProcessGroup(of: server.child.identifier)
    }

    /// The same cluster in every other server that can hold it.
    private func peers() throws -> [(String, [RegistryMeasurement])] {
        var measured: [(String, [RegistryMeasurement])] = []
        let files = try Peer.Files(writing: cluster, to: stage.folder)
        for peer in Peer.all(coreDNS: Process.environment["COREDNS"])
        where peer.exclusions[.registry] == nil {
            do {
                var rounds: [RegistryMeasurement] = []
                for _ in 0..<options.roundCount {
                    guard let contestant = try peer.contestant(files, cluster) else { break }
                    let kept = try contestant.kept(on: stage.processors)
                    let (server, loaded) = try load(kept, answering: questions)
                    server.child.end()
                    rounds.append(loaded)
                }
                if !rounds.isEmpty { measured.append((peer.name, rounds)) }
            } catch {
                Process.write("bench: left out: \(error)\n", toError: true)
            }
        }
        return measured
    }

    /// What must be answered before the cluster counts as loaded: its first and its last name.
    private var questions: [BenchQuestion] {
        get throws {
            [
                try BenchQuestion(asking: Cluster.name(of: 0), .a),
                try BenchQuestion(asking: cluster.lastName, .a),
                try BenchQuestion(
                    asking: Cluster.reverseName(of: Cluster.address(of: 0)),
                    .ptr
                ),
            ]
        }
    }

    /// What only Apus serves.
    private var lastQuestion: BenchQuestion {
        get throws {
            let last = ChangingEndpoint(number: ChangingEndpoint.count - 1)
            return try BenchQuestion(asking: last.name, .a)
        }
    }
}

extension BenchQuestion {
    /// A question that has one record for an answer.
    init(asking name: String, _ type: RecordType) throws(WireError) {
        self.init(Question(try Name(name), type), Self.smallPayload, code: 0, answerCount: 1)
    }
}
