// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// The benchmark runs as a whole: servers, questions, verified answers, a table.
@Suite struct BenchRunTests {
    private static var program: String {
        RunningServer.program.deletingLastPathComponent().appending(path: "bench").path()
    }

    /// The cells of the row of one server.
    private static func row(_ workload: String, _ server: String, in output: String) -> [String] {
        let rows = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        return rows.first { $0.prefix(2) == [workload, server] } ?? []
    }

    @Test(
        "Nothing is lost and nothing is wrong",
        arguments: ["auth", "mix", "headless", "tcp", "tcp-connect"]
    )
    func printsATable(workload: String) throws {
        let output = try RunningServer.run([
            Self.program, "run", workload, "--services", "100", "--queries", "2000",
            "--rounds", "1",
        ])

        for server in ["echo", "apus"] {
            let row = Self.row(workload, server, in: output)

            #expect(row.count == 12, "\(output)")
            #expect(row.dropFirst(6).prefix(2) == ["0", "0"], "lost and wrong: \(output)")
            #expect(Double(row.last ?? "").map { $0 > 1 } == true, "memory: \(output)")
        }
    }

    @Test("What is forwarded is right", arguments: ["forward-hits-1k", "forward-misses"])
    func forwards(workload: String) throws {
        let output = try RunningServer.run([
            Self.program, "run", workload, "--queries", "2000", "--rounds", "1",
        ])

        for server in ["echo", "apus"] {
            let row = Self.row(workload, server, in: output)

            #expect(row.count >= 13, "\(output)")
            #expect(row.dropFirst(6).prefix(2) == ["0", "0"], "lost and wrong: \(output)")
        }
    }

    @Test func believesNoForgedReply() throws {
        let output = try RunningServer.run([
            Self.program, "forgeries", "--short", "--rate", "5000",
        ])
        let rows = output.split(separator: "\n").filter { $0.hasPrefix("forgeries ") }
            .map { $0.split(separator: " ").map(String.init) }

        #expect(rows.map { $0[2] } == ["alone", "forged"], "\(output)")
        #expect(rows.map(\.last) == ["0", "0"], "accepted: \(output)")
        // How many there are depends on what else the machine does.
        #expect(rows.last?.dropLast().last.flatMap { Int($0) }.map { $0 >= 1_000 } == true)
    }

    @Test func loadsAndChangesACluster() throws {
        let output = try RunningServer.run([
            Self.program, "run", "registry", "--services", "10", "--endpoints", "100",
            "--rounds", "1",
        ])
        let rows = output.split(separator: "\n").filter { $0.hasPrefix("registry  apus ") }

        #expect(rows.count == 8, "\(output)")
        for row in rows {
            let cells = row.split(separator: " ")

            #expect(cells.contains("100"), "\(row)")
            // What changes nothing is not seen, but costs something.
            let place = row.contains("reread") ? 6 : 8
            #expect(cells.suffix(place).prefix(1).allSatisfy { Double($0) ?? 0 > 0 }, "\(row)")
            #expect(cells.suffix(3).prefix(1).allSatisfy { Double($0) ?? 0 > 1 }, "\(row)")
        }
    }

    /// Under a sanitizer the load alone takes the processor that it shares with whoever
    /// reads manifests, and has the higher priority.
    @Test(.enabled(if: isOwnMemory)) func asksWhileManifestsChange() throws {
        let output = try RunningServer.run([
            Self.program, "run", "reload", "--services", "10", "--endpoints", "40", "--queries",
            "2000", "--rounds", "1",
        ])
        let rows = output.split(separator: "\n").map { $0.split(separator: " ") }
        let names = rows.filter { $0.first == "reload" && $0.dropFirst().first == "apus" }
            .map { $0[2] }

        #expect(names == ["quiet", "100/s", "1000/s", "reload"], "\(output)")
        let bars = rows.filter { $0.count == 10 && $0[0] == "reload" }

        #expect(bars.count == 11, "\(output)")
        // The first 2,000 were all answered, however late.
        #expect(bars.compactMap { Int($0[2]) }.reduce(0, +) > 1_000, "\(output)")
    }

    /// A sanitizer has memory of its own for everything.
    private static var isOwnMemory: Bool {
        unsafe dlsym(nil, "__tsan_init") == nil && dlsym(nil, "__asan_init") == nil
    }

    /// Whether a process may hold so many connections, and what it needs besides.
    private static var mayHoldMany: Bool {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        return unsafe getrlimit(kind, &limit) == 0 && limit.rlim_max >= 10_240
    }

    @Test(
        "10,000 silent connections take 32 MiB at most",
        .enabled(if: isOwnMemory),
        .enabled(if: mayHoldMany, "the limit of open files is too low")
    )
    func holdsManyConnections() throws {
        let output = try RunningServer.run([Self.program, "run", "idle", "--services", "10"])
        let row = Self.row("idle", "apus", in: output)

        // Those that were open longest may have been closed meanwhile on a busy machine.
        #expect((1_000...10_000).contains(Int(row.dropFirst(2).first ?? "") ?? 0), "\(output)")
        #expect((1...33_554_432 / 10_000).contains(Int(row.last ?? "") ?? 0), "\(output)")
    }

    @Test func comparesWorkers() throws {
        let output = try RunningServer.run([
            Self.program, "run", "workers", "--services", "10", "--queries", "2000", "--rounds",
            "1", "--workers", "1",
        ])
        let row = output.split(separator: "\n").first { $0.hasPrefix("workers") } ?? ""

        #expect(row.split(separator: " ").suffix(2) == ["0", "0"], "lost and wrong: \(output)")
    }

    @Test func refusesAnUnknownWorkload() throws {
        let output = try RunningServer.run([Self.program, "run", "everything"])

        #expect(output.hasPrefix("bench: there is no workload 'everything'; try auth"))
    }
}
