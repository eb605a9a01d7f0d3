// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Testing
import Wire

@Suite struct WordZonesTests {
    private let place = Position(file: "Corefile", line: 3, column: 7)

    @Test(arguments: [
        ("Example.ORG", ["example.org."]),
        ("dns://example.org:5300", ["example.org."]),
        (".", ["."]),
        ("192.0.2.5/24", ["2.0.192.in-addr.arpa."]),
        ("192.0.2.0/24:53", ["2.0.192.in-addr.arpa."]),
        ("0.0.0.0/0", ["in-addr.arpa."]),
        ("192.0.2.0/30", (0...3).map { "\($0).2.0.192.in-addr.arpa." }),
        ("10.128.0.0/15", ["128.10.in-addr.arpa.", "129.10.in-addr.arpa."]),
        ("2001:db8::/32", ["8.b.d.0.1.0.0.2.ip6.arpa."]),
        ("2001:db8::/31", ["8.b.d.0.1.0.0.2.ip6.arpa.", "9.b.d.0.1.0.0.2.ip6.arpa."]),
        // No network, so a name, as in CoreDNS.
        ("192.0.2.0/33", ["192.0.2.0/33."]),
    ])
    func givesTheZonesOfAWord(text: String, expected: [String]) throws {
        let zones = try Word(text, at: place).zones()

        #expect(zones.map(\.description) == expected)
    }

    @Test func expandsTheMostZonesOfOneLabel() throws {
        let zones = try Word("10.0.0.0/9", at: place).zones()

        #expect(zones.count == 128)
        #expect(zones.first?.description == "0.10.in-addr.arpa.")
        #expect(zones.last?.description == "127.10.in-addr.arpa.")
    }

    @Test(arguments: ["a..b", "", ":53", String(repeating: "a", count: 64)])
    func saysWhereAWordIsNoZone(text: String) {
        let error = #expect(throws: CorefileError.self) { try Word(text, at: place).zones() }

        #expect(error?.position == place)
        #expect(error?.text.hasPrefix("'\(text)' is no zone") == true)
    }

    @Test func givesEachZoneOnce() throws {
        let words = ["b.example", "a.example", "B.example."].map { Word($0, at: place) }

        #expect(try words.zones().map(\.description) == ["b.example.", "a.example."])
    }

    @Test(
        arguments: [
            ("5.2.0.192.in-addr.arpa", "192.0.2.5"),
            ("5.2.0.192.IN-ADDR.arpa", "192.0.2.5"),
            (
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
                "2001:db8::1"
            ),
            ("2.0.192.in-addr.arpa", nil),
            ("1.5.2.0.192.in-addr.arpa", nil),
            ("x.2.0.192.in-addr.arpa", nil),
            ("example.org", nil),
            ("arpa", nil),
        ] as [(String, String?)]
    )
    func readsTheAddressOfAReverseName(name: String, address: String?) throws {
        #expect(try Name(name).reverseAddress?.description == address)
    }
}
