// SPDX-License-Identifier: Apache-2.0

import Posix
import Synchronization
import Wire

/// The files and the servers of a run; nothing of it stays behind.
final class Stage: Sendable {
    /// Why a server takes no part.
    struct NotServing: Error, CustomStringConvertible {
        let description: String
    }

    /// How long a server may take to load what it serves, in milliseconds.
    private static let patienceMilliseconds = 300_000

    let folder: ScratchFolder
    /// The processor that servers are kept on; nil where they take what they get.
    let processor: Int?
    /// All that this process may use.
    let processors: [Int]
    private let children = Mutex<[ChildProcess]>([])

    init(processor: Int?) throws(SystemError) {
        folder = try ScratchFolder(named: "apus-bench")
        self.processor = processor
        processors = Process.processors
    }

    /// Ends all servers and removes all files.
    func end() {
        for child in children.withLock({ $0 }) { child.end() }
        folder.remove()
    }

    /// Does so too when a signal asks this process to end; to be called before any thread starts.
    func endOnSignals() throws {
        let signals = try Signals()
        let watch = try Thread(name: "signals") {
            guard let poll = try? Poll(), (try? poll.add(signals.number, .input, token: 0)) != nil
            else { return }
            while signals.next() == nil { _ = try? poll.wait(milliseconds: nil) }
            self.end()
            Process.exit(130)
        }
        // Nobody waits for it: it ends with the process.
        _ = consume watch
    }

    /// Starts a server and waits until it answers every one of `questions` rightly.
    func start(_ contestant: Contestant, answering questions: [BenchQuestion]) throws -> Server {
        let output = folder("\(contestant.name).log")
        let child = try ChildProcess(
            running: contestant.command,
            output: output,
            onProcessor: processor
        )
        children.withLock { $0.append(child) }
        do {
            let deadline =
                Clock.monotonicNanoseconds() + UInt64(Self.patienceMilliseconds) * 1_000_000
            let endpoint = try endpoint(of: contestant, child, output, deadline)
            let server = Server(contestant: contestant, child: child, endpoint: endpoint)
            for question in questions {
                while try !server.answers(question) {
                    try check(contestant, child, output, deadline)
                }
            }
            return server
        } catch {
            child.end()
            throw error
        }
    }

    /// Starts every peer that is installed; one that fails is left out, and said.
    func start(
        _ peers: [Peer],
        _ files: Peer.Files,
        _ cluster: Cluster,
        answering questions: [BenchQuestion]
    ) -> [Server] {
        var servers: [Server] = []
        for peer in peers {
            do {
                guard let contestant = try peer.contestant(files, cluster) else { continue }
                servers.append(try start(contestant, answering: questions))
            } catch {
                Process.write("bench: left out: \(error)\n", toError: true)
            }
        }
        return servers
    }

    /// Where a server is, as soon as it says so.
    private func endpoint(
        of contestant: Contestant,
        _ child: ChildProcess,
        _ output: String,
        _ deadline: UInt64
    ) throws -> Endpoint {
        switch contestant.place {
        case .chosen(let endpoint): return endpoint
        case .announced(let text):
            let poll = try Poll()
            while true {
                let said = Self.text(output)
                if let port = Contestant.announcedPort(after: text, in: said) {
                    return Endpoint(IPAddress(v4: 0x7F00_0001), port: port)
                }
                try check(contestant, child, output, deadline)
                _ = try poll.wait(milliseconds: 1)
            }
        }
    }

    /// Throws when a server has ended, or took too long.
    private func check(
        _ contestant: Contestant,
        _ child: ChildProcess,
        _ output: String,
        _ deadline: UInt64
    ) throws {
        guard child.hasEnded || Clock.monotonicNanoseconds() > deadline else { return }
        let last = Self.text(output).split(separator: "\n").last ?? "it said nothing"
        let what = child.hasEnded ? "ended" : "gives no right answers"
        throw NotServing(description: "\(contestant.name) \(what): \(last)")
    }

    private static func text(_ path: String) -> String {
        String(decoding: (try? DiskFiles().read(path)) ?? [], as: UTF8.self)
    }
}

/// A server that runs.
struct Server {
    /// How long an answer may take before the question is asked again, in milliseconds.
    private static let patienceMilliseconds = 200

    let contestant: Contestant
    let child: ChildProcess
    let endpoint: Endpoint

    /// Asks one question, and tells whether the answer is right; none is not.
    func answers(_ question: BenchQuestion) throws(SystemError) -> Bool {
        if contestant.isEcho { return true }
        return try ask(question).map { question.isAnswered(by: $0.span) } ?? false
    }

    /// Asks one question; nil when no answer comes.
    func ask(_ question: BenchQuestion) throws(SystemError) -> [UInt8]? {
        let socket = try ConnectedUDPSocket(to: endpoint)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        do throws(SystemError) {
            try socket.send(question.message)
            guard try poll.wait(milliseconds: Self.patienceMilliseconds) > 0 else { return nil }
            return try socket.receive()
        } catch {
            // Nobody listens yet.
            _ = try poll.wait(milliseconds: 1)
            return nil
        }
    }
}
