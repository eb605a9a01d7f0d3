// SPDX-License-Identifier: Apache-2.0

import Files
import Posix
import Wire

/// Shows that no cache line is written by two threads while queries are answered.
///
/// A server with a worker for every processor runs under lackey, which writes down every store.
/// Once it is warm, so that everything which is made at first use is there, clients at many ports
/// ask, and the system spreads them over the workers. Counts of references, locks and counters
/// that share a line would all show. What the system itself writes for a thread is not seen.
struct LineRun {
    /// What was found, or why nothing could be.
    struct Finding: Error, CustomStringConvertible {
        let description: String
    }

    /// Startup is traced too, so there is little to load.
    private static let serviceCount = 50
    private static let clientCount = 12
    /// Each client asks what the others do not; of so many questions some are of every kind.
    private static let queriesPerClient = 16
    private static let window = 4
    /// How often all clients ask in vain: one worker can be left out by chance.
    private static let maximumAttemptCount = 4
    /// A worker made more stores than that.
    private static let minimumStoreCount = 20_000

    private static let script = """
        exec 4>&1
        "$@" 9>&1 >&4 2>&4 | LC_ALL=C exec grep -a -E '^ [SM]|SCHED' >"$0"
        """

    static func run() throws {
        guard Process.processorCount > 1 else {
            Process.write("one processor, one worker: nothing can be shared\n")
            return
        }
        let stage = try Stage(processor: nil)
        defer { stage.end() }
        try stage.endOnSignals()
        let kubeadm = try KubeadmStage(
            stage,
            program: try BenchRun.program("apus"),
            serviceCount: serviceCount
        )
        let stores = stage.folder("\(KubeadmStage.notesFolder)/stores")
        let server = try kubeadm.start(behind: [
            "/bin/sh", "-c", script, stores,
            try Tool.path("valgrind"), "--tool=lackey", "--trace-mem=yes", "--basic-counts=no",
            "--trace-sched=yes", "--log-fd=9",
        ])
        for _ in 0..<maximumAttemptCount {
            try ask(server)
            let warm = try DiskFiles().identity(of: stores).byteCount
            try ask(server)
            let trace = StoreTrace(parsing: try Tool.bytes(stores)[warm...])
            let busy = trace.storeCounts.filter { $0 > minimumStoreCount }.count
            guard busy > 1 else { continue }
            let shared = trace.sharedLines
            Process.write(
                "\(trace.storeCounts.reduce(0, +)) stores, \(busy) workers: \(shared.count) lines "
                    + "written by two threads\n"
            )
            guard shared.isEmpty else { throw Finding(description: text(of: shared)) }
            return
        }
        throw Finding(description: "only one worker was asked, however often; nothing is shown")
    }

    private static func text(of shared: [(address: UInt64, threads: [Int])]) -> String {
        shared.prefix(20).map { line in
            let threads = line.threads.map { "\($0)" }.joined(separator: " and ")
            return "threads \(threads) write to the line at 0x\(String(line.address, radix: 16))"
        }.joined(separator: "\n")
    }

    /// Each client asks from a port of its own.
    private static func ask(_ server: Server) throws {
        let questions = try Workload.mix(serviceCount).questions
        for client in 0..<clientCount {
            let first = client * queriesPerClient
            var workload = Workload(questions: Array(questions[first..<first + queriesPerClient]))
            var way = try DatagramAsker(to: server.endpoint)
            // What is lost because all this takes long was written down nevertheless.
            let load = Load(window: window, order: .learning)
            let result = try load.run(&workload, count: queriesPerClient, over: &way)
            guard result.wrongCount == 0 else {
                throw Finding(description: "\(result.wrongCount) wrong answers")
            }
        }
    }
}
