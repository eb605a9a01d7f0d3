// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct AddressPoolTests {
    private static func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    private static func services(_ text: String) throws -> AddressPool {
        AddressPool(services: try #require(AddressNetwork(text)), isFirstReserved: true)
    }

    @Test(
        "A service range has all addresses but its first, and but the last one of IPv4",
        arguments: [
            ("10.96.0.0/12", 1_048_574, 256, "10.96.0.1", "10.111.255.254"),
            ("10.0.0.0/24", 254, 16, "10.0.0.1", "10.0.0.254"),
            ("10.0.0.0/30", 2, 0, "10.0.0.1", "10.0.0.2"),
            ("fd00::/120", 255, 16, "fd00::1", "fd00::ff"),
            ("fd00::/64", 1 << 20, 256, "fd00::1", "fd00::10:0"),
            ("10.0.0.0/8", 1 << 20, 256, "10.0.0.1", "10.16.0.0"),
        ] as [(String, Int, Int, String, String)]
    )
    func hasItsAddresses(
        network: String,
        count: Int,
        staticCount: Int,
        first: String,
        last: String
    ) throws {
        let pool = try Self.services(network)

        #expect(pool.numbers.count == count)
        #expect(pool.numbers.staticCount == staticCount)
        #expect(pool[0].description == first)
        #expect(pool[count - 1].description == last)
        #expect(pool.number(of: pool[0]) == 0)
        #expect(pool.number(of: pool[count - 1]) == count - 1)
        #expect(pool.number(of: pool.network.base) == nil)
    }

    @Test("A range without an address to give gives none", arguments: ["10.0.0.0/31", "::1/128"])
    func mayBeEmpty(network: String) throws {
        let pool = try Self.services(network)

        #expect(pool.numbers.count == 0)
        #expect(pool.choice(1) == nil)
        #expect(!pool.allows(pool.network.base))
    }

    @Test func loadBalancersHaveEveryAddress() throws {
        let network = try #require(AddressNetwork("192.0.2.8/30"))
        var pool = AddressPool(loadBalancers: network)
        var chosen: [String] = []
        while let address = pool.choice(2) {
            chosen.append(address.description)
            pool.take(address)
        }

        #expect(chosen == ["192.0.2.10", "192.0.2.11", "192.0.2.8", "192.0.2.9"])
    }

    @Test(
        "An address may be asked for if it is a usable one of the range",
        arguments: [
            ("10.0.0.0/24", "10.0.0.1", true), ("10.0.0.0/24", "10.0.0.254", true),
            ("10.0.0.0/24", "10.0.0.0", false), ("10.0.0.0/24", "10.0.0.255", false),
            ("10.0.0.0/24", "10.0.1.1", false), ("fd00::/120", "fd00::ff", true),
            ("fd00::/120", "fd00::", false), ("10.0.0.0/8", "10.200.0.1", true),
            ("10.0.0.0/8", "10.255.255.255", false), ("0.0.0.0/0", "255.255.255.255", false),
        ]
    )
    func allows(network: String, address: String, expected: Bool) throws {
        #expect(try Self.services(network).allows(try Self.address(address)) == expected)
    }
}
