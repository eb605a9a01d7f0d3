// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct StoreTraceTests {
    static func trace(_ lines: [String]) -> StoreTrace {
        StoreTrace(parsing: lines.joined(separator: "\n").utf8)
    }

    static func take(_ thread: Int) -> String {
        "--12--   SCHED[\(thread)]:  acquired lock (VG_(client_syscall)[async])"
    }

    static func release(_ thread: Int) -> String {
        "--12--   SCHED[\(thread)]: releasing lock (VG_(scheduler):timeslice) -> VgTs_Yielding"
    }

    @Test func findsTheLineThatTwoThreadsWriteTo() {
        let trace = Self.trace([
            Self.take(3), " S 00001000,8", " S 1ffe,2", Self.release(3),
            Self.take(4), " M 1038,4", " S 2040,8", Self.release(4),
        ])
        let shared = trace.sharedLines

        #expect(shared.map(\.address) == [0x1000])
        #expect(shared.map(\.threads) == [[3, 4]])
        #expect(trace.storeCounts[3] == 2)
        #expect(trace.storeCounts[4] == 2)
    }

    @Test(
        "A store reaches as many lines as its bytes",
        arguments: [(0x103F, 1, 0), (0x103F, 2, 1)]
    )
    func knowsTheEndOfALine(address: Int, byteCount: Int, sharedCount: Int) {
        let trace = Self.trace([
            Self.take(1), " S \(String(address, radix: 16)),\(byteCount)", Self.release(1),
            Self.take(2), " S 1040,8", Self.release(2),
        ])

        #expect(trace.sharedLines.count == sharedCount)
    }

    @Test func readsAreNobodysWrites() {
        let trace = Self.trace([
            Self.take(1), " S 1000,8", Self.release(1),
            Self.take(2), " L 1000,8", "I  1000,3", Self.release(2),
        ])

        #expect(trace.sharedLines.isEmpty)
    }

    @Test(
        "What is cut, or said while no thread runs, does not count",
        arguments: [
            " S 1000", " S 1000,", " S ,8", " S 10g0,8", " S", "S 1000,8", "",
            " S fffffffffffffffffffffff,8", " S 1000,99999999999999999999",
        ]
    )
    func leavesOutWhatItCannotRead(line: String) {
        let trace = Self.trace([
            " S 1000,8", Self.take(1), line, Self.release(1), " S 1000,8", Self.take(64),
            Self.take(-1), Self.take(2), " S 1000,8",
        ])

        #expect(trace.sharedLines.isEmpty)
        #expect(trace.storeCounts.reduce(0, +) <= 2)
    }
}
