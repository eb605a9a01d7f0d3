// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@testable import bench

@Suite struct AwakeProcessorsTests {
    @Test func runsBehindEverybodyOnEachProcessor() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let processors = Set(Process.processors.prefix(2))
        let awake = try AwakeProcessors(
            processors,
            running: [try Tool.path("sleep"), "60"],
            notes: folder("notes")
        )
        defer { awake.end() }
        let poll = try Poll()
        let statuses = try awake.identifiers.map { number in
            var status = ""
            // Until it is the program, and no longer what starts it.
            for _ in 0..<5_000 where !status.hasPrefix("Name:\tsleep\n") {
                _ = try poll.wait(milliseconds: 1)
                status = try Tool.text("/proc/\(number)/status")
            }
            return (status, try Tool.text("/proc/\(number)/stat"))
        }

        #expect(statuses.count == processors.count)
        for (processor, (status, stat)) in zip(processors, statuses) {
            #expect(status.contains("Cpus_allowed_list:\t\(processor)\n"))
            // The policy is the 41st field of proc(5): SCHED_IDLE is 5.
            #expect(stat.split(separator: " ")[40] == "5")
        }
        awake.end()
        #expect(awake.identifiers.isEmpty)
    }

    @Test func saysWhereAProcessDidNotStay() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let processors = Set(Process.processors.prefix(1))
        let command = [try Tool.path("sleep"), "60"]
        let awake = try AwakeProcessors(processors, running: command, notes: folder("notes"))
        defer { awake.end() }

        #expect(throws: Never.self) { try awake.check() }
        awake.end()
        #expect(throws: AwakeProcessors.Asleep.self) { try awake.check() }
    }
}
