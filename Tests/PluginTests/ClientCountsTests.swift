// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct ClientCountsTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func countsEachClientByItself() throws {
        var counts = ClientCounts(seed: 7)
        let (one, other) = (
            counts.place(of: try address("192.0.2.1")), counts.place(of: try address("192.0.2.2"))
        )
        for _ in 0..<5 { counts.add(at: one) }
        counts.add(at: other)
        counts.remove(at: one)

        #expect(counts.count(at: one) == 4)
        #expect(counts.count(at: other) == 1)
        #expect(counts.total == 5)
        counts.removeAll()
        #expect(counts.count(at: one) == 0)
        #expect(counts.total == 0)
    }

    @Test(arguments: [
        ("2001:db8::1", "2001:db8:0:0:ffff::9", true), ("2001:db8::1", "2001:db8:0:1::1", false),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "193.0.2.1", false),
    ])
    func takesANetworkOf64BitsForOneClient(first: String, second: String, isOne: Bool) throws {
        let counts = ClientCounts(seed: 7)

        let places = [counts.place(of: try address(first)), counts.place(of: try address(second))]

        #expect((places[0] == places[1]) == isOne)
    }

    @Test func takesFewForAGreedyOne() throws {
        var counts = ClientCounts(seed: 0x1234_5678)
        let greedy = counts.place(of: IPAddress(v4: 0x0A00_0001))
        for _ in 0..<1_000 { counts.add(at: greedy) }
        var mistaken = 0
        for last in UInt32(2)..<20_002 {
            let place = counts.place(of: IPAddress(v4: 0x0A00_0000 + last))
            if counts.count(at: place) >= 1_000 { mistaken += 1 }
        }

        #expect(mistaken <= 3)
    }

    @Test func placesClientsElsewhereWithAnotherSeed() {
        let address = IPAddress(v4: 0x0A00_0001)
        let places = Set((0..<100).map { ClientCounts(seed: $0 &* 77).place(of: address) })

        #expect(places.count > 90)
    }
}
