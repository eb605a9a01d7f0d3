// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct GrowthTests {
    /// A profile of so many instructions and calls.
    static func profile(
        _ instructions: Int,
        _ calls: [(caller: String, callee: String, count: Int)] = []
    ) throws -> CallgrindProfile {
        var text = "summary: \(instructions)\n"
        for call in calls {
            text += "fn=\(call.caller)\ncfn=\(call.callee)\ncalls=\(call.count) 0\n"
        }
        return try CallgrindProfile(parsing: text)
    }

    static func growth(_ calls: [(caller: String, callee: String, count: Int)]) throws -> Growth {
        Growth(from: (try profile(0), 0), to: (try profile(0, calls), 10_000))
    }

    @Test func leavesOutWhatDoesNotGrow() throws {
        let short = try Self.profile(5_000 + 100 * 7)
        let long = try Self.profile(5_000 + 300 * 7)
        let growth = Growth(from: (short, 100), to: (long, 300))

        #expect(growth.instructionsPerQuery == 7)
        #expect(growth.callsPerThousand == 0)
    }

    @Test func roundsUp() throws {
        let growth = Growth(from: (try Self.profile(0), 0), to: (try Self.profile(71), 10))

        #expect(growth.instructionsPerQuery == 8)
    }

    @Test(
        "What happens once a batch counts, what happens once a second does not",
        arguments: [(78, 0), (79, 8), (157, 16), (10_000, 1_000), (10_001, 1_001)]
    )
    func tellsBatchesFromTicks(count: Int, perThousand: Int) throws {
        #expect(try Self.growth([("serve", "swift_retain", count)]).callsPerThousand == perThousand)
    }

    @Test func namesTheCallersWithTheMostCallsFirst() throws {
        let growth = try Self.growth([
            ("few", "free", 200), ("many", "swift_release'2", 20_000), ("none", "write", 10_000),
        ])

        #expect(growth.callers.map(\.call.caller) == ["many", "few"])
        #expect(growth.callsPerThousand == 2_020)
    }

    @Test func countsACallIntoTheRuntimeOnce() throws {
        let growth = try Self.growth([
            ("grow", "swift_allocObject", 10_000), ("swift_allocObject", "swift_slowAlloc", 10_000),
            ("swift_slowAlloc", "malloc", 10_000), ("swift::Heap::take()", "malloc", 10_000),
        ])

        #expect(growth.callers.map(\.call.caller) == ["grow"])
    }

    @Test(
        "The runtime's functions go by several names",
        arguments: [
            ("swift_retain", true), ("_swift_release_dealloc", true),
            ("swift_bridgeObjectRetain_n", true),
            ("malloc", true), ("free", true), ("pthread_mutex_lock@@GLIBC_2.2.5", true),
            ("operator new(unsigned long)", true), ("swift_once", true), ("calloc'2", true),
            ("malloc_usable_size", false), ("freeze", false), ("recvmmsg", false),
            ("swift_isUniquelyReferenced_nonNull_native", false), ("", false),
        ]
    )
    func knowsTheRuntime(name: String, isCounted: Bool) {
        #expect(RuntimeCalls.contains(name) == isCounted)
    }
}
