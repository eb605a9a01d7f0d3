// SPDX-License-Identifier: Apache-2.0

import TLS
import Testing
import Wire

@Suite struct TLSPeerTests {
    @Test(arguments: [
        ("dns.example", "dns.example"), ("DNS.Example.", "dns.example"), ("a", "a"),
        ("_x-1.example", "_x-1.example"), ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
    ])
    func readsNamesAndAddresses(text: String, meaning: String) {
        #expect(TLSPeer.Identity(text)?.description == meaning)
    }

    @Test(arguments: ["", ".", "a..b", ".a", "a b", "ü.example", "a\0b", "*.example", "a/b", "1:2"])
    func refusesTheRest(text: String) {
        #expect(TLSPeer.Identity(text) == nil)
    }

    @Test func knowsHowLongANameMayBe() {
        let label = String(repeating: "a", count: 63)
        let longest = [label, label, label, String(label.prefix(61))].joined(separator: ".")

        #expect(longest.utf8.count == 253)
        #expect(TLSPeer.Identity(longest) != nil)
        #expect(TLSPeer.Identity(longest + "a") == nil)
        #expect(TLSPeer.Identity(label + "a") == nil)
    }

    @Test func isTheAddressUnlessNamed() {
        let endpoint = Endpoint(IPAddress(v4: 0xC000_0201), port: 853)

        #expect(TLSPeer(endpoint).identity == .address(endpoint.address))
        #expect(TLSPeer(endpoint) != TLSPeer(endpoint, identity: .name("dns.example")))
    }
}
