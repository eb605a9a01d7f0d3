// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct EndpointTests {
    @Test(arguments: [
        ("192.0.2.1", 53, "192.0.2.1:53"), ("2001:db8::1", 5353, "[2001:db8::1]:5353"),
        ("::", 0, "[::]:0"),
    ])
    func setsIPv6AddressesInBrackets(address: String, port: UInt16, expected: String) throws {
        let endpoint = Endpoint(try #require(IPAddress(address)), port: port)

        #expect(endpoint.description == expected)
    }

    @Test func isNotTheSameOnAnotherLink() throws {
        let address = try #require(IPAddress("fe80::1"))

        #expect(Endpoint(address, port: 53, scope: 1) != Endpoint(address, port: 53, scope: 2))
    }
}
