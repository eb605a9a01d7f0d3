// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamHostNameTests {
    /// What a TO word means, as `NAME PORT`; nil when it is no name of a host.
    private func host(_ text: String, in surroundings: Surroundings = Surroundings()) throws
        -> String?
    {
        let word = try #require(try stanzas("forward . \(text)").first?.arguments.last)
        var setup = try surroundings.setup()
        return UpstreamHostName(word, &setup).map {
            "\($0.name) \($0.port)\($0.isSecure ? " tls" : "")"
        }
    }

    @Test(arguments: [
        ("dns.example.org", "dns.example.org. 53"), ("dns.example.org.", "dns.example.org. 53"),
        ("DNS.Example.org:5353", "dns.example.org. 5353"), ("dns.", "dns. 53"),
        ("dns://dns.example.org:54", "dns.example.org. 54"),
        ("_dns.a-b.example", "_dns.a-b.example. 53"),
        ("tls://Dns.example.org", "dns.example.org. 853 tls"),
        ("tls://dns.example.org:54", "dns.example.org. 54 tls"),
        ("8.8.8.8.example", "8.8.8.8.example. 53"),
    ])
    func readsANameAndItsPort(text: String, expected: String) throws {
        #expect(try host(text) == expected)
    }

    @Test(arguments: [
        "192.0.2.1", "192.0.2.1:53", "192.0.2.300", "2001:db8::1", "[2001:db8::1]:53", "dns", ".",
        "/etc/resolv.conf", "./resolv.conf", "dns.example.org:0", "dns.example.org:65536",
        "dns.example.org:+53", "dns.example.org:", "dns..example", "https://dns.example.org",
        "tls://192.0.2.1%dns.example.org", "tls://dns",
        "dns.example.org:53:53", "dns_ä.example",
    ])
    func takesNothingElse(text: String) throws {
        #expect(try host(text) == nil)
    }

    @Test func leavesAFileAFile() throws {
        var surroundings = Surroundings()
        surroundings.files.contents["resolv.conf"] = "nameserver 192.0.2.1\n"
        #expect(try host("resolv.conf", in: surroundings) == nil)
        #expect(try host("dns://resolv.conf", in: surroundings) == "resolv.conf. 53")

        surroundings.files.contents = [:]
        let known = [Endpoint(IPAddress(v4: 0xC000_0201), port: 53)]
        surroundings.previous = [UpstreamAddress.key(ofFile: "resolv.conf"): known]

        #expect(try host("resolv.conf", in: surroundings) == nil)
    }

    @Test(arguments: [
        ("resolver", "2:3: 'resolver' wants addresses of resolvers"),
        (
            "resolver dns.example",
            "2:12: 'dns.example' is no resolver; an address like '192.0.2.1' or '192.0.2.1:53' is wanted"
        ),
        (
            "resolver 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5",
            "2:52: more than 4 resolvers"
        ),
    ])
    func refusesWhatIsNoResolver(option: String, text: String) throws {
        let stanza = "forward . dns.example.org {\n  \(option)\n}"

        #expect(try refusal(of: Forward.self, stanza) == "Corefile:" + text)
    }

    @Test func takesSoManyResolvers() throws {
        let option = "resolver 192.0.2.1 192.0.2.2:54 [2001:db8::1]:53 192.0.2.4"

        #expect(try refusal(of: Forward.self, "forward . dns.example.org {\n  \(option)\n}") == nil)
    }

    @Test(arguments: [(UpstreamHosts.maximumCount, true), (UpstreamHosts.maximumCount + 1, false)])
    func takesSoManyNames(count: Int, isTaken: Bool) throws {
        let names = (0..<count).map { "n\($0).example" }.joined(separator: " ")
        let found = try refusal(of: Forward.self, "forward . \(names) {\n  resolver 192.0.2.1\n}")

        #expect((found == nil) == isTaken)
        #expect(found?.contains("more than 16 names of upstreams in one stanza") != isTaken)
    }

    @Test(arguments: [HostResolvers.maximumCount, HostResolvers.maximumCount + 1])
    func takesSoManyServersOfTheSystem(count: Int) throws {
        var surroundings = Surroundings()
        surroundings.files.contents[HostResolvers.systemFile] =
            (1...count).map { "nameserver 192.0.2.\($0)\n" }.joined()
        let stanza = try #require(try stanzas("forward . dns.example.org").first)
        var setup = try surroundings.setup()

        let found = try HostResolvers.read(stanza, at: stanza.arguments[1], setup: &setup)

        #expect(found.map { "\($0.address)" } == (1...4).map { "192.0.2.\($0)" })
    }

    @Test func wantsServersInTheSystemsFile() throws {
        var surroundings = Surroundings()
        surroundings.files.contents[HostResolvers.systemFile] = "search example.org\n"

        #expect(
            try refusal(of: Forward.self, "forward . dns.example.org", in: surroundings)
                == "Corefile:1:11: 'dns.example.org' cannot be looked up: /etc/resolv.conf names no "
                + "server; 'resolver' can"
        )
    }
}
