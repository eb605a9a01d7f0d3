// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// How long Apus takes to load a cluster and to see a change, and what it keeps in memory.
struct RegistryRun {
    static let headings = [
        "workload", "server", "services", "load_ms", "load_cpu_ms", "loaded_mb", "change_ms",
        "changed_mb",
    ]

    let stage: Stage
    let options: RunOptions
    let contestant: Contestant
    /// What must be answered before the cluster counts as loaded.
    let questions: [BenchQuestion]

    /// Loads the cluster anew in each round; a row of medians.
    func row() throws -> [String] {
        var columns = [[Double]](repeating: [], count: 5)
        for round in 0..<options.roundCount {
            let values = try measure(round)
            for (column, value) in values.enumerated() { columns[column].append(value) }
        }
        let medians = columns.map { Statistics.median($0)?.text(digits: 1) ?? "-" }
        return ["registry", contestant.name, "\(options.serviceCount)"] + medians
    }

    private func measure(_ round: Int) throws -> [Double] {
        let start = Clock.monotonicNanoseconds()
        let server = try stage.start(contestant, answering: questions)
        defer { server.child.end() }
        let loaded = Self.milliseconds(since: start)
        let group = ProcessGroup(of: server.child.identifier)
        let processor = Double(group.processorTime.nanoseconds) / 1e6
        let loadedMemory = Double(group.residentByteCount) / 1e6
        let version = round + 1
        let change = Clock.monotonicNanoseconds()
        try ChangingService(stage: stage).write(version)
        try ChangingService(stage: stage).wait(for: version, on: server)
        let changed = Self.milliseconds(since: change)
        return [
            loaded, processor, loadedMemory, changed, Double(group.residentByteCount) / 1e6,
        ]
    }

    private static func milliseconds(since start: UInt64) -> Double {
        Double(Clock.monotonicNanoseconds() - start) / 1e6
    }
}

/// A Service of its own file, whose address tells which version was loaded last.
struct ChangingService {
    private static let patienceMilliseconds = 60_000

    let stage: Stage

    func write(_ version: Int) throws(SystemError) {
        try stage.folder.write(
            Cluster.changingManifest(version: version),
            to: "manifests/changing.yaml"
        )
    }

    /// Asks until the address of that version comes.
    func wait(for version: Int, on server: Server) throws {
        let question = BenchQuestion(
            Question(try Name(Cluster.changingName), .a),
            BenchQuestion.smallPayload,
            code: 0,
            answerCount: 1
        )
        let wanted = Cluster.changingAddress(of: version)
        let deadline =
            Clock.monotonicNanoseconds() + UInt64(Self.patienceMilliseconds) * 1_000_000
        while Clock.monotonicNanoseconds() < deadline {
            guard let answer = try server.ask(question) else { continue }
            let records = try Message(parsing: answer.span).answers
            if records.first.map({ IPAddress(bytes: $0.data.span) }) == wanted { return }
        }
        throw SystemError(call: "a change is not seen", code: 110)
    }
}
