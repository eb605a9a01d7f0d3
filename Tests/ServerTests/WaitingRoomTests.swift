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
            for client in 0..<clients
            where room.enter(IPAddress(v4: UInt32(client)), byteCount: 0, goesFirst: true) {
                counts[client] += 1
                isMoving = true
            }
        }
        return counts
    }

    @Test mutating func givesOneClientHalfOfThePlaces() {
        let counts = fill(1)
        let isIn = room.enter(IPAddress(v4: 0), byteCount: 0, goesFirst: true)

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
        let isIn = room.enter(IPAddress(v4: 77), byteCount: 0, goesFirst: true)

        #expect(isIn)
        #expect(room.count == Self.maximum / 2 + 1)
    }

    @Test mutating func isNeverFullerThanItMayBe() {
        for client in UInt32(0)..<20_000 {
            _ = room.enter(IPAddress(v4: client), byteCount: 0, goesFirst: true)
        }

        #expect(room.count <= Self.maximum)
        #expect(room.count > Self.maximum * 9 / 10)
    }

    @Test mutating func hasRoomAgainOnceSomebodyLeft() {
        _ = fill(1)
        room.leave(IPAddress(v4: 0), byteCount: 0)
        let areIn = [
            room.enter(IPAddress(v4: 0), byteCount: 0, goesFirst: true),
            room.enter(IPAddress(v4: 0), byteCount: 0, goesFirst: true),
        ]

        #expect(areIn == [true, false])
    }

    @Test mutating func leavesPlacesToThoseThatGoFirst() {
        let open = Self.maximum - WaitingRoom.reservedCount
        for client in UInt32(0)..<20_000 {
            _ = room.enter(IPAddress(v4: client), byteCount: 0, goesFirst: false)
        }
        let count = room.count
        let others = room.enter(IPAddress(v4: 99_999), byteCount: 0, goesFirst: false)
        let firsts = room.enter(IPAddress(v4: 99_999), byteCount: 0, goesFirst: true)
        for client in UInt32(0)..<20_000 {
            _ = room.enter(IPAddress(v4: 20_000 + client), byteCount: 0, goesFirst: true)
        }

        #expect(count <= open)
        #expect(count > open * 9 / 10)
        #expect(!others)
        #expect(firsts)
        #expect(room.count > open)
        #expect(room.count <= Self.maximum)
    }

    @Test mutating func givesWhoFloodsNoneOfThem() {
        while room.enter(IPAddress(v4: 1), byteCount: 0, goesFirst: false) {}
        for client in UInt32(2)..<20_000 {
            _ = room.enter(IPAddress(v4: client), byteCount: 0, goesFirst: false)
        }

        let areIn = [
            room.enter(IPAddress(v4: 1), byteCount: 0, goesFirst: true),
            room.enter(IPAddress(v4: 99_999), byteCount: 0, goesFirst: true),
        ]

        #expect(areIn == [false, true])
    }

    @Test(
        "A long message takes several places",
        arguments: [
            (0, 1), (1, 1), (WaitingRoom.placeByteCount, 1), (WaitingRoom.placeByteCount + 1, 2),
            (65_535, 32),
        ]
    )
    mutating func countsBytes(byteCount: Int, places: Int) {
        let client = IPAddress(v4: 1)

        let isIn = room.enter(client, byteCount: byteCount, goesFirst: true)
        let count = room.count
        room.leave(client, byteCount: byteCount)

        #expect(isIn && count == places)
        #expect(room.count == 0)
    }

    @Test mutating func isNotOverfilledByLongMessages() {
        var client: UInt32 = 0
        while room.count < Self.maximum - 31, client < 100_000 {
            _ = room.enter(IPAddress(v4: client), byteCount: 0, goesFirst: true)
            client += 1
        }

        let isLongIn = room.enter(IPAddress(v4: 200_000), byteCount: 65_535, goesFirst: true)
        let isShortIn = room.enter(IPAddress(v4: 200_000), byteCount: 512, goesFirst: true)

        #expect(room.count == Self.maximum - 30)
        #expect(!isLongIn && isShortIn)
    }
}
