// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import TLS
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamPlaceTests {
    private static let interfaces = [
        Interface(name: "eth0", address: IPAddress(v6High: 0xFE80 << 48, low: 1), scope: 4)
    ]

    private func place(_ text: String) throws -> UpstreamPlace? {
        let word = Word("tls://\(text)", at: Position(file: "Corefile", line: 1, column: 11))
        return try UpstreamPlace.secure(text[...], at: word, Self.interfaces)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1:853", 0, ""), ("192.0.2.1:54", "192.0.2.1:54", 0, ""),
            ("192.0.2.1%dns.example", "192.0.2.1:853", 0, "dns.example"),
            ("192.0.2.1%Dns.Example.:54", "192.0.2.1:54", 0, "dns.example"),
            ("2001:db8::1", "[2001:db8::1]:853", 0, ""),
            ("[2001:db8::1]:54", "[2001:db8::1]:54", 0, ""),
            ("2001:db8::1%dns.example", "[2001:db8::1]:853", 0, "dns.example"),
            ("2001:db8::1%dns.example:54", "[2001:db8::1]:54", 0, "dns.example"),
            ("[2001:db8::1%dns.example]:54", "[2001:db8::1]:54", 0, "dns.example"),
            ("[2001:db8::1]%dns.example:54", "[2001:db8::1]:54", 0, "dns.example"),
            ("[2001:db8::1]%dns.example", "[2001:db8::1]:853", 0, "dns.example"),
            ("[2001:db8::1%dns.example]", "[2001:db8::1]:853", 0, "dns.example"),
            ("fe80::1%eth0", "[fe80::1]:853", 4, ""),
            ("[fe80::1%eth0]:54", "[fe80::1]:54", 4, ""),
            ("fe80::1%eth0%dns.example", "[fe80::1]:853", 4, "dns.example"),
            ("[fe80::1%eth0%dns.example]:54", "[fe80::1]:54", 4, "dns.example"),
            ("192.0.2.1%192.0.2.9", "192.0.2.1:853", 0, "192.0.2.9"),
        ] as [(String, String, UInt32, String)]
    )
    func readsAddressNameAndPort(text: String, endpoint: String, scope: UInt32, name: String) throws
    {
        let found = try #require(try place(text))

        #expect(found.endpoint.description == endpoint)
        #expect(found.endpoint.scope == scope)
        #expect(found.serverName.map(\.description) ?? "" == name)
        #expect(found.isSecure)
    }

    @Test(arguments: [
        "", "dns.example", "192.0.2.1:0", "192.0.2.1:x", "192.0.2.1%dns.example:",
        "192.0.2.1%dns.example:0", "192.0.2.1%dns.example:65536", "[192.0.2.1%a]:54",
        "[2001:db8::1%a", "[2001:db8::1%a]54", "192.0.2.256%a", "%a", "[]%a:1",
    ])
    func refusesWhatIsNoAddress(text: String) throws {
        #expect(try place(text) == nil)
    }

    @Test(arguments: ["192.0.2.1%", "192.0.2.1%a..b", "192.0.2.1%a/b", "2001:db8::1%eth 0"])
    func refusesWhatIsNoName(text: String) throws {
        let error = #expect(throws: CorefileError.self) { try place(text) }

        #expect(error?.text.hasSuffix(" is no host name like 'dns.example'") == true)
    }
}
