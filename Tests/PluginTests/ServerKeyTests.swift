// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Testing
import Wire

@Suite struct ServerKeyTests {
    private let place = Position(file: "Corefile", line: 1, column: 4)

    private func key(_ text: String) throws(CorefileError) -> ServerKey {
        try ServerKey(Word(text, at: place), defaultPort: 1_053)
    }

    @Test(
        arguments: [
            (".", ".", 1_053),
            (".:53", ".", 53),
            ("dns://.", ".", 1_053),
            ("dns://.:0", ".", 0),
            ("Example.ORG", "example.org.", 1_053),
            ("example.org.:00053", "example.org.", 53),
            ("example.org:65535", "example.org.", 65_535),
            ("*.example.org", "*.example.org.", 1_053),
            ("_x.1a", "_x.1a.", 1_053),
            // No number, so a part of the name, as in CoreDNS.
            ("example.org:dns", "example.org:dns.", 1_053),
            ("example.org:+53", "example.org:+53.", 1_053),
            ("example.org:٥٣", "example.org:\\217\\165\\217\\163.", 1_053),
            ("192.0.2.0/24", "2.0.192.in-addr.arpa.", 1_053),
            ("192.0.2.0/24:53", "2.0.192.in-addr.arpa.", 53),
            ("dns://192.0.2.0/24:53", "2.0.192.in-addr.arpa.", 53),
            ("2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa.", 1_053),
            ("2001:db8::/32:53", "8.b.d.0.1.0.0.2.ip6.arpa.", 53),
            ("::/0", "ip6.arpa.", 1_053),
            ("0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa.", 1_053),
        ] as [(String, String, UInt16)]
    )
    func readsZoneAndPort(text: String, zone: String, port: UInt16) throws {
        let key = try key(text)

        #expect(key.zones.map(\.description) == [zone])
        #expect(key.port == port)
        #expect(key.word == Word(text, at: place))
    }

    @Test(
        "A length inside a label stands for every zone at the label's end",
        arguments: [
            ("10.0.0.0/9", 128, "0.10.in-addr.arpa.", "127.10.in-addr.arpa."),
            ("10.96.0.0/12:53", 16, "96.10.in-addr.arpa.", "111.10.in-addr.arpa."),
            ("128.0.0.0/1", 128, "128.in-addr.arpa.", "255.in-addr.arpa."),
            ("192.0.2.128/25", 128, "128.2.0.192.in-addr.arpa.", "255.2.0.192.in-addr.arpa."),
            ("192.0.2.7/32", 1, "7.2.0.192.in-addr.arpa.", "7.2.0.192.in-addr.arpa."),
            ("2001:db8::/29", 8, "8.b.d.0.1.0.0.2.ip6.arpa.", "f.b.d.0.1.0.0.2.ip6.arpa."),
            ("8000::/1", 8, "8.ip6.arpa.", "f.ip6.arpa."),
        ]
    )
    func expandsANetwork(text: String, count: Int, first: String, last: String) throws {
        let zones = try key(text).zones

        #expect(zones.count == count)
        #expect(Set(zones).count == count)
        #expect(zones.first?.description == first)
        #expect(zones.last?.description == last)
    }

    @Test(arguments: 0...32)
    func givesAtMost128ZonesForAnyLength(length: Int) throws {
        let zones = try key("203.0.113.255/\(length)").zones

        #expect(zones.count == [1, 128, 64, 32, 16, 8, 4, 2][length % 8])
        let address = try Name("255.113.0.203.in-addr.arpa")
        #expect(zones.filter { address.isInside($0) }.count == 1)
    }

    @Test(arguments: 0...128)
    func givesAtMost8ZonesForAnyLongerLength(length: Int) throws {
        let zones = try key("2001:db8::1/\(length)").zones

        #expect(zones.count == [1, 8, 4, 2][length % 4])
        let labels = String(repeating: "0.", count: 23) + "8.b.d.0.1.0.0.2"
        let address = try Name("1." + labels + ".ip6.arpa")
        #expect(zones.filter { address.isInside($0) }.count == 1)
    }

    @Test(arguments: [
        ("tls://.", "the scheme 'tls://' is not built yet; only 'dns://' is served"),
        ("quic://.", "the scheme 'quic://' is not built yet; only 'dns://' is served"),
        ("grpc://.", "the scheme 'grpc://' is not built yet; only 'dns://' is served"),
        ("https://.:443", "the scheme 'https://' is not built yet; only 'dns://' is served"),
        ("https3://.", "the scheme 'https3://' is not built yet; only 'dns://' is served"),
        ("udp://.", "unknown scheme 'udp://'; try 'dns://'"),
        ("DNS://.", "unknown scheme 'DNS://'; try 'dns://'"),
        ("htps://.", "unknown scheme 'htps://'; try 'https://'"),
        (
            "example.org:",
            "'example.org:' ends in a colon; "
                + "a port from 0 to 65535 is wanted after it"
        ),
        (".:65536", "'65536' is no port; a number from 0 to 65535 is wanted"),
        (
            ".:99999999999999999999",
            "'99999999999999999999' is no port; "
                + "a number from 0 to 65535 is wanted"
        ),
        (
            "2001:db8::5",
            "'2001:db8::5' is an address; "
                + "a network like '2001:db8::5/128' is wanted"
        ),
        (
            ":53",
            "':53' is no zone; a name like 'example.org' or a network like "
                + "'192.0.2.0/24' is wanted"
        ),
        (
            "dns://",
            "'dns://' is no zone; a name like 'example.org' or a network like "
                + "'192.0.2.0/24' is wanted"
        ),
        (
            "a..b",
            "'a..b' is no zone; a name like 'example.org' or a network like "
                + "'192.0.2.0/24' is wanted"
        ),
    ])
    func saysWhereAKeyIsWrong(text: String, expected: String) {
        let error = #expect(throws: CorefileError.self) { try key(text) }

        #expect(error?.description == "Corefile:1:4: " + expected)
    }

    @Test("A label may have 63 bytes and a name 255, and no more")
    func limitsNames() throws {
        let label = String(repeating: "a", count: Name.maximumLabelByteCount)
        let longest = "\(label).\(label).\(label).\(label.dropLast(2))"

        #expect(try key(label).zones.first?.bytes.count == Name.maximumLabelByteCount + 2)
        #expect(throws: CorefileError.self) { try key(label + "a") }
        #expect(try key(longest).zones.first?.bytes.count == Name.maximumByteCount)
        #expect(throws: CorefileError.self) { try key(longest + "a") }
    }
}
