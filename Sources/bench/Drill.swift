// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// What all drills have: Apus on a processor of its own, and upstreams that do as they are told.
struct Drill {
    /// The first columns of every table.
    static let headings = [
        "drill", "server", "questions", "failed", "lost", "wrong", "p50_us", "p99_us", "p99.9_us",
        "max_us",
    ]
    /// How long a client waits for its answer, in milliseconds: as the C library's resolver does.
    static let patienceMilliseconds = 5_000

    let options: DrillOptions
    let stage: Stage
    let upstreams: [BenchUpstream]
    let server: Server

    /// Runs one and prints what came of it; nothing stays behind, whatever happens.
    static func run(_ options: DrillOptions) throws {
        Process.raiseDescriptorLimit()
        let processors = Process.processors
        let stage = try Stage(processor: processors.last ?? 0)
        defer { stage.end() }
        try stage.endOnSignals()
        try Thread.stay(onProcessor: processors.first ?? 0)
        switch options.name {
        case .blackhole:
            let cache = [BlackholeDrill.cache]
            try BlackholeDrill(Drill(options, stage, upstreamCount: 3, cache: cache)).run()
        case .flood: try FloodDrill(Drill(options, stage, upstreamCount: 1)).run()
        case .forgeries:
            let upstream = try ForgingUpstream()
            let drill = try Drill(options, stage, before: [upstream.endpoint])
            try ForgeryDrill(drill, upstream).run()
        case .randomNames:
            let cache = ["capacity \(RandomNamesDrill.capacity)"]
            try RandomNamesDrill(Drill(options, stage, upstreamCount: 1, cache: cache)).run()
        }
    }

    /// Starts so many upstreams, and Apus before them and before those of the caller.
    init(
        _ options: DrillOptions,
        _ stage: Stage,
        upstreamCount: Int = 0,
        before others: [Endpoint] = [],
        cache: [String] = []
    ) throws {
        self.options = options
        self.stage = stage
        upstreams = try (0..<upstreamCount).map { _ in try BenchUpstream() }
        let corefile = ForwardContestant.corefile(
            upstreams: upstreams.map(\.endpoint) + others,
            forward: options.forward,
            cache: cache + options.cache
        )
        try stage.folder.write(corefile, to: "Corefile")
        let contestant = ForwardContestant.contestant(
            program: try BenchRun.program("apus"),
            corefile: stage.folder("Corefile")
        )
        let ready = try Workload.forwarded(.fresh, count: 1, from: -1)
        server = try stage.start(contestant, answering: ready.questions)
    }

    /// Asks at a fixed rate from `client`, an address of this machine.
    ///
    /// Two calls with one `seed` ask for the same names of a list.
    func ask(
        _ workload: Workload,
        rate: Int,
        count: Int,
        from client: IPAddress = IPAddress(v4: 0x7F00_0001),
        seed: UInt64 = 2,
        goesOn: (UInt64) throws -> Bool = { _ in true }
    ) throws -> LoadResult {
        var way = try DatagramAsker(to: server.endpoint, from: client)
        var run = LatencyRun(rate: rate)
        // The upstreams need the processor that the load is on.
        run.waits = true
        run.seed = seed
        run.patienceMilliseconds = Self.patienceMilliseconds
        return try run.run(workload, count: count, over: &way, goesOn: goesOn)
    }

    /// Lets so much time go by.
    func wait(milliseconds: Int) throws { _ = try Poll().wait(milliseconds: milliseconds) }

    /// The cells that all tables begin with.
    func cells(_ phase: String, _ result: LoadResult) -> [String] {
        func microseconds(_ latency: UInt64?) -> String {
            latency.map { (Double($0) / 1_000).text(digits: 0) } ?? "-"
        }
        return [
            options.name.rawValue, "\(server.contestant.name) \(phase)",
            "\(result.answeredCount + result.lostCount)", "\(result.refusedCount)",
            "\(result.lostCount)", "\(result.wrongCount - result.refusedCount)",
            microseconds(Statistics.percentile(0.5, of: result.latencies)),
            microseconds(Statistics.percentile(0.99, of: result.latencies)),
            microseconds(Statistics.percentile(0.999, of: result.latencies)),
            microseconds(result.latencies.last),
        ]
    }

    /// Throws when an answer was other than it should be.
    static func check(_ results: [LoadResult]) throws(WrongAnswers) {
        let count = results.map { $0.wrongCount - $0.refusedCount }.reduce(0, +)
        if count > 0 { throw WrongAnswers(count: count) }
    }
}
