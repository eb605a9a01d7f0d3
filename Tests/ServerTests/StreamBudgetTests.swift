// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Server

@Suite struct StreamBudgetTests {
    static let client = IPAddress(v4: 0xC000_0201)

    @Test func takesSoManyConnectionsInAllAndNoMore() throws {
        let budget = StreamBudget()
        for number in 0..<StreamBudget.maximumConnectionCount {
            try budget.open(IPAddress(v4: UInt32(number)))
        }

        #expect(budget.count == StreamBudget.maximumConnectionCount)
        #expect(throws: StreamRefusal.full) { try budget.open(Self.client) }
        #expect(budget.count == StreamBudget.maximumConnectionCount)

        budget.close(IPAddress(v4: 0))
        try budget.open(Self.client)

        #expect(throws: StreamRefusal.full) { try budget.open(Self.client) }
    }

    @Test func takesSoManyConnectionsOfOneClientAndNoMore() throws {
        let budget = StreamBudget()
        for _ in 0..<StreamBudget.maximumClientConnectionCount { try budget.open(Self.client) }

        #expect(throws: StreamRefusal.fullForClient(Self.client)) {
            try budget.open(Self.client)
        }
        #expect(budget.count == StreamBudget.maximumClientConnectionCount)
        try budget.open(IPAddress(v4: 0xC000_0202))

        budget.close(Self.client)
        try budget.open(Self.client)

        #expect(throws: StreamRefusal.fullForClient(Self.client)) {
            try budget.open(Self.client)
        }
    }

    @Test func holdsSoManyBytesAndNoMore() {
        let budget = StreamBudget()

        budget.hold(StreamBudget.maximumHeldByteCount)
        #expect(!budget.isExceeded)
        budget.hold(1)
        #expect(budget.isExceeded)
        budget.hold(-1)
        #expect(!budget.isExceeded)
    }

    @Test func countsRightWhenManyThreadsOpenAndClose() async {
        let budget = StreamBudget()

        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var taken = 0
                    for _ in 0..<1_000 where (try? budget.open(Self.client)) != nil { taken += 1 }
                    return taken
                }
            }
            return await group.reduce(0, +)
        }

        #expect(taken == StreamBudget.maximumClientConnectionCount)
        #expect(budget.count == taken)
        for _ in 0..<taken { budget.close(Self.client) }
        #expect(budget.count == 0)
    }

    @Test func saysWhyAConnectionIsRefused() {
        #expect("\(StreamRefusal.full)" == "10000 connections are open")
        #expect(
            "\(StreamRefusal.fullForClient(Self.client))"
                == "512 connections of 192.0.2.1 are open"
        )
        #expect("\(StreamRefusal.system("accept: no"))" == "accept: no")
    }
}
