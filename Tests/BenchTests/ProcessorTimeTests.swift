// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@testable import bench

@Suite struct ProcessorTimeTests {
    @Test func dividesTheWholeByTheTicks() {
        let before = ProcessorTime(nanoseconds: 1_000, userTicks: 10, systemTicks: 20)
        let after = ProcessorTime(nanoseconds: 4_001_000, userTicks: 11, systemTicks: 23)

        let (user, system) = after.microseconds(since: before, queries: 1_000)

        #expect(user == 1)
        #expect(system == 3)
    }

    @Test func countsAllForTheSystemWhenNoTickCame() {
        let before = ProcessorTime(nanoseconds: 0, userTicks: 10, systemTicks: 20)
        let after = ProcessorTime(nanoseconds: 5_000, userTicks: 10, systemTicks: 20)

        #expect(after.microseconds(since: before, queries: 1) == (0, 5))
    }

    @Test func givesNothingWithoutQueriesOrTime() {
        let before = ProcessorTime(nanoseconds: 5_000, userTicks: 1, systemTicks: 1)
        let after = ProcessorTime(nanoseconds: 9_000, userTicks: 2, systemTicks: 2)

        #expect(after.microseconds(since: before, queries: 0) == (0, 0))
        #expect(before.microseconds(since: after, queries: 1) == (0, 0))
    }

    @Test func readsAFieldInKilobytes() {
        let text = "5581 r--p 00000000 00:00 0 [rollup]\nRss:       2460 kB\nPss:  801 kB\n"

        #expect(ProcessGroup.kilobytes(of: "Rss:", in: text) == 2_460)
        #expect(ProcessGroup.kilobytes(of: "Pss:", in: text) == 801)
        #expect(ProcessGroup.kilobytes(of: "VmHWM:", in: "VmHWM:\t    4712 kB\n") == 4_712)
        #expect(ProcessGroup.kilobytes(of: "Swap:", in: text) == 0)
        #expect(ProcessGroup.kilobytes(of: "Rss:", in: "Rss: many kB\n") == 0)
    }

    @Test func seesAProcessThatRuns() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let child = try ChildProcess(
            running: ["/bin/sh", "-c", "while :; do :; done"],
            output: folder("output"),
            onProcessor: nil
        )
        defer { child.end() }
        let group = ProcessGroup(of: child.identifier)
        let poll = try Poll()

        #expect(group.members == [child.identifier])
        let before = group.processorTime
        for _ in 0..<6_000 where group.processorTime.nanoseconds == before.nanoseconds {
            _ = try poll.wait(milliseconds: 10)
        }

        #expect(group.processorTime.nanoseconds > before.nanoseconds)
        #expect(group.residentByteCount > 4_096)
        try group.resetPeak()
        #expect(group.peakByteCount > 4_096)
    }
}
