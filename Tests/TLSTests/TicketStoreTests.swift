// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import TLS

@Suite struct TicketStoreTests {
    private static func peer(_ number: Int) -> TLSPeer {
        TLSPeer(Endpoint(IPAddress(v4: UInt32(number)), port: 853))
    }

    @Test func givesEachTicketOnceAndTheNewestFirst() {
        var store = TicketStore()
        store.keep([1], for: Self.peer(1))
        store.keep([2], for: Self.peer(1))
        store.keep([3], for: Self.peer(2))
        let taken = [store.take(for: Self.peer(1)), store.take(for: Self.peer(1))]

        #expect(taken == [[2], [1]])
        #expect(store.take(for: Self.peer(1)) == nil)
        #expect(store.peerCount == 1)
    }

    @Test func keepsSoManyOfOnePeerAndNoMore() {
        var store = TicketStore()
        for number in 0...TicketStore.maximumTicketCount {
            store.keep([UInt8(number)], for: Self.peer(1))
        }
        var taken: [[UInt8]] = []
        while let ticket = store.take(for: Self.peer(1)) { taken.append(ticket) }

        #expect(taken == [[4], [3], [2], [1]])
    }

    @Test func keepsThoseOfSoManyPeersAndNoMore() {
        var store = TicketStore()
        for number in 0...TicketStore.maximumPeerCount { store.keep([1], for: Self.peer(number)) }

        #expect(store.peerCount == TicketStore.maximumPeerCount)
        #expect(store.count(for: Self.peer(0)) == 0)
        #expect(store.count(for: Self.peer(1)) == 1)
    }

    @Test func keepsTicketsOfSuchALengthAndNoLonger() {
        var store = TicketStore()
        let longest = [UInt8](repeating: 0, count: TicketStore.maximumTicketByteCount)
        store.keep(longest, for: Self.peer(1))
        store.keep(longest + [0], for: Self.peer(1))

        #expect(store.count(for: Self.peer(1)) == 1)
    }
}
