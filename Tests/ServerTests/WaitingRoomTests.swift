// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Server

@Suite struct WaitingRoomTests {
    private static let maximum = WaitingRoom.maximumCount
    private var room = WaitingRoom(seed: 3)

    /// Lets clients enter by turns until nobody gets in any more; how many places each has.
    private mutating func fill(_ clients: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: clients)
        var isMoving = true
        while isMoving {
            isMoving = false
            for client in 0..<clients where room.enter(IPAddress(v4: UInt32(client))) {
                counts[client] += 1
                isMoving = true
            }
        }
        return counts
    }

    @Test mutating func givesOneClientHalfOfThePlaces() {
        let counts = fill(1)
        let isIn = room.enter(IPAddress(v4: 0))

        #expect(counts == [Self.maximum / 2])
        #expect(!isIn)
    }

    @Test(arguments: [2, 3, 7])
    mutating func leavesAsMuchAsEachHas(clients: Int) {
        let counts = fill(clients)

        #expect(counts.allSatisfy { abs($0 - Self.maximum / (clients + 1)) <= 1 })
    }

    @Test mutating func findsAPlaceForWhoHasNone() {
        _ = fill(1)
        let isIn = room.enter(IPAddress(v4: 77))

        #expect(isIn)
        #expect(room.count == Self.maximum / 2 + 1)
    }

    @Test mutating func isNeverFullerThanItMayBe() {
        for client in UInt32(0)..<20_000 { _ = room.enter(IPAddress(v4: client)) }

        #expect(room.count <= Self.maximum)
        #expect(room.count > Self.maximum * 9 / 10)
    }

    @Test mutating func hasRoomAgainOnceSomebodyLeft() {
        _ = fill(1)
        room.leave(IPAddress(v4: 0))
        let areIn = [room.enter(IPAddress(v4: 0)), room.enter(IPAddress(v4: 0))]

        #expect(areIn == [true, false])
    }
}
