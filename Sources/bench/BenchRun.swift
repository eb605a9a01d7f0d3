// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// One whole run: files, servers, workloads, tables.
struct BenchRun {
    private let options: RunOptions
    private let stage: Stage
    private let cluster: Cluster
    private let apus: Contestant
    /// What a server must answer before it counts as ready.
    private let questions: [BenchQuestion]

    /// Runs and prints; nothing stays behind, whatever happens.
    static func run(_ options: RunOptions) throws {
        Process.raiseDescriptorLimit()
        let processors = Process.processors
        if processors.count < 2 {
            Process.write("bench: servers and load share the one processor\n", toError: true)
        }
        let stage = try Stage(processor: processors.last ?? 0)
        defer { stage.end() }
        try stage.endOnSignals()
        try Thread.stay(onProcessor: processors.first ?? 0)
        if options.workloads.contains(.registry) {
            Process.write("bench: registry\n", toError: true)
            Process.write(try RegistryRun(stage, options).table().text)
        }
        let names = options.workloads.filter { name in
            name != .registry && name != .reload && !WorkloadName.forwards.contains(name)
        }
        if !names.isEmpty {
            let run = try BenchRun(options, stage)
            try run.race(names.filter { $0 != .idle && $0 != .workers })
            if names.contains(.idle) { try run.idle() }
            if names.contains(.workers) { try run.compareWorkers() }
        }
        let forwards = options.workloads.filter { WorkloadName.forwards.contains($0) }
        if !forwards.isEmpty { try ForwardRun(stage, options).run(forwards) }
        // It comes last, as it gives the load another priority.
        if options.workloads.contains(.reload) {
            Process.write("bench: reload\n", toError: true)
            for table in try ChangeRun(stage, options).tables() { Process.write(table.text) }
        }
    }

    private init(_ options: RunOptions, _ stage: Stage) throws {
        self.options = options
        self.stage = stage
        cluster = Cluster(serviceCount: options.serviceCount)
        try stage.folder.makeFolder("manifests")
        for namespace in 0..<cluster.namespaceCount {
            try stage.folder.write(
                cluster.manifest(ofNamespace: namespace),
                to: "manifests/ns-\(namespace).yaml"
            )
        }
        try stage.folder.write(Cluster.headlessManifest, to: "manifests/headless.yaml")
        let corefile = ApusContestant.corefile(manifests: stage.folder("manifests"))
        try stage.folder.write(corefile, to: "Corefile")
        apus = ApusContestant.contestant(
            program: try Self.program("apus"),
            corefile: stage.folder("Corefile")
        )
        let last = options.serviceCount - 1
        questions =
            try Workload.headless().questions + [
                BenchQuestion(asking: Cluster.name(of: 0), .a),
                BenchQuestion(asking: Cluster.name(of: last), .a),
                BenchQuestion(
                    asking: Cluster.reverseName(of: Cluster.address(of: last)),
                    .ptr
                ),
            ]
    }

    /// A program of the same build.
    static func program(_ name: String) throws -> String {
        let own = try DiskFiles().realPath(of: "/proc/self/exe")
        let folder = own.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/\(name)"
    }

    /// Puts workloads to all servers in turn.
    private func race(_ names: [WorkloadName]) throws {
        guard !names.isEmpty else { return }
        let server = try stage.start(apus, answering: questions)
        let servers = try others() + [server] + shuffling(for: names)
        var table = Table(Report.headings)
        for name in names {
            // The table comes at the end, which can be long in coming.
            Process.write("bench: \(name.rawValue)\n", toError: true)
            let race = try Race(name, options, learningFrom: server)
            for row in try race.rows(of: servers) { table.add(row) }
        }
        Process.write(table.text)
        for server in servers { server.child.end() }
    }

    /// Apus with another order of records, where a workload asks for many.
    private func shuffling(for names: [WorkloadName]) throws -> [Server] {
        guard names.contains(.headless) else { return [] }
        let corefile = ApusContestant.corefile(
            manifests: stage.folder("manifests"),
            order: "round_robin {\n        shuffle\n    }"
        )
        try stage.folder.write(corefile, to: "Corefile.shuffle")
        let contestant = ApusContestant.shuffling(
            program: try Self.program("apus"),
            corefile: stage.folder("Corefile.shuffle")
        )
        return [try stage.start(contestant, answering: questions)]
    }

    /// Looks what silent connections take.
    private func idle() throws {
        Process.write("bench: idle\n", toError: true)
        let server = try stage.start(apus, answering: questions)
        defer { server.child.end() }
        let question = try BenchQuestion(asking: Cluster.name(of: 0), .a)
        var table = Table(IdleRun.headings)
        let result = try IdleRun(server: server, question: question).run()
        table.add(["idle", apus.name] + result.cells)
        Process.write(table.text)
    }

    /// Compares numbers of workers.
    private func compareWorkers() throws {
        Process.write("bench: workers\n", toError: true)
        let run = WorkerRun(stage: stage, options: options, contestant: apus, questions: questions)
        Process.write(try run.table().text)
    }

    /// Starts the echo and every peer that is installed; a peer that fails is left out.
    private func others() throws -> [Server] {
        let files = try Peer.Files(writing: cluster, to: stage.folder)
        let echo = EchoContestant.contestant(program: try Self.program("bench"))
        var servers = [try stage.start(echo, answering: [])]
        let peers = Peer.all(coreDNS: Process.environment["COREDNS"])
        servers += stage.start(peers, files, cluster, answering: questions)
        return servers
    }
}
