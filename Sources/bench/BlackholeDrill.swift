// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Two of three upstreams fall silent under load, then all three, then they are back.
struct BlackholeDrill {
    static let headings = Drill.headings + ["first_ms", "last_ms", "upstreams"]
    /// Lets names run out as soon as the upstream says, where else they are kept for five seconds.
    static let cache = "success 10000000 3600 \(UpstreamAnswer.briefTTL)"
    /// The names that run out while all upstreams are silent.
    private static let staleCount = 1_000
    /// Questions a second while they are, and afterwards.
    private static let modestRate = 1_000
    /// How long until brief names have run out, in milliseconds.
    private static let briefMilliseconds = Int(UpstreamAnswer.briefTTL) * 1_000 + 1_000

    private let drill: Drill

    init(_ drill: Drill) { self.drill = drill }

    /// Goes through all phases and prints a row for each.
    func run() throws {
        let options = drill.options
        var table = Table(Self.headings)
        var results: [LoadResult] = []
        var fresh = Workload(questions: [])
        fresh.fresh = try FreshNames()
        let modestRate = min(options.rate, Self.modestRate)

        func phase(_ name: String, _ workload: Workload, _ rate: Int, _ count: Int) throws {
            Process.write("bench: blackhole: \(name)\n", toError: true)
            let (before, start) = (drill.upstreams.map(\.askedCount), Clock.monotonicNanoseconds())
            let result = try drill.ask(workload, rate: rate, count: count)
            let asked = zip(drill.upstreams, before).map { "\($0.askedCount - $1)" }
            let marks = [result.firstRight, result.lastFailure].map { mark in
                mark.map { Self.milliseconds(from: start, to: $0) } ?? "-"
            }
            table.add(drill.cells(name, result) + marks + [asked.joined(separator: "+")])
            results.append(result)
        }

        try phase("well", fresh, options.rate, options.rate)
        for upstream in drill.upstreams.dropLast() { upstream.isSilent = true }
        try phase("learning", fresh, options.rate, options.rate)
        try phase("two-silent", fresh, options.rate, options.questionCount)
        let stale = try keep()
        for upstream in drill.upstreams { upstream.isSilent = true }
        try phase("all-silent", stale, modestRate, modestRate * options.seconds)
        for upstream in drill.upstreams { upstream.isSilent = false }
        try phase("back", fresh, modestRate, modestRate * options.seconds)
        Process.write(table.text)
        drill.server.child.end()
        try Drill.check(results)
    }

    /// Asks for names that run out soon, and waits until they have.
    private func keep() throws -> Workload {
        var workload = try Workload.forwarded(.brief, count: Self.staleCount)
        var way = try DatagramAsker(to: drill.server.endpoint)
        let load = Load(window: Race.window, order: .learning)
        _ = try load.run(&workload, count: Self.staleCount, over: &way)
        try drill.wait(milliseconds: Self.briefMilliseconds)
        return workload
    }

    private static func milliseconds(from start: UInt64, to end: UInt64) -> String {
        (Double(end - min(start, end)) / 1e6).text(digits: 1)
    }
}
