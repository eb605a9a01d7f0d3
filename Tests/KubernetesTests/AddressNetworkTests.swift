// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct AddressNetworkTests {
    @Test(
        "A network is an address and a length",
        arguments: [
            ("10.96.0.0/12", "10.96.0.0/12"), ("10.97.3.4/12", "10.96.0.0/12"),
            ("0.0.0.0/0", "0.0.0.0/0"), ("192.0.2.1/32", "192.0.2.1/32"),
            ("2001:db8::/64", "2001:db8::/64"), ("2001:db8::1/128", "2001:db8::1/128"),
            ("", nil), ("10.96.0.0", nil), ("10.96.0.0/", nil), ("/12", nil), ("10.96/12", nil),
            ("10.96.0.0/33", nil), ("10.96.0.0/012", nil), ("10.96.0.0/+1", nil),
            ("10.96.0.0/1/2", nil), ("::/129", nil), ("::/00", nil),
        ] as [(String, String?)]
    )
    func readsTheUsualForm(text: String, expected: String?) {
        #expect(AddressNetwork(text)?.description == expected)
    }

    @Test(
        "Two networks overlap when one holds the other",
        arguments: [
            ("10.96.0.0/12", "10.100.0.0/16", true), ("10.96.0.0/12", "10.112.0.0/12", false),
            ("10.96.0.0/12", "0.0.0.0/0", true), ("0.0.0.0/0", "::/0", false),
        ]
    )
    func overlaps(left: String, right: String, expected: Bool) throws {
        let (left, right) = (
            try #require(AddressNetwork(left)), try #require(AddressNetwork(right))
        )

        #expect(left.overlaps(right) == expected)
        #expect(right.overlaps(left) == expected)
    }

    @Test func holdsItsFirstAndItsLastAddress() throws {
        let network = try #require(AddressNetwork("10.96.0.0/12"))

        #expect(
            ["10.96.0.0", "10.111.255.255"].compactMap { IPAddress($0) }
                .allSatisfy(network.contains)
        )
        #expect(
            ["10.95.255.255", "10.112.0.0", "::"].compactMap { IPAddress($0) }
                .allSatisfy { !network.contains($0) }
        )
    }
}
