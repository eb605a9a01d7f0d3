// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamTests {
    private var surroundings: Surroundings {
        var surroundings = Surroundings()
        let address = IPAddress(v6High: 0xFE80 << 48, low: 1)
        surroundings.interfaces = [Interface(name: "eth0", address: address, scope: 4)]
        surroundings.files.contents["/etc/resolv.conf"] = """
            # a comment
            search example.org
            nameserver 192.0.2.1
            nameserver\t2001:db8::1
            ; nameserver 192.0.2.2
            nameserver fe80::1%eth0
            nameserver resolver.example
            options ndots:5
            nameserver 192.0.2.3 # near
            """
        return surroundings
    }

    private func endpoints(_ text: String, _ surroundings: Surroundings) throws -> [Endpoint] {
        var setup = try surroundings.setup()
        let place = Position(file: "Corefile", line: 1, column: 11)
        return try UpstreamAddress.places(Word(text, at: place), setup: &setup).map(\.endpoint)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1:53", 0), ("192.0.2.1:5353", "192.0.2.1:5353", 0),
            ("dns://192.0.2.1", "192.0.2.1:53", 0), ("dns://192.0.2.1:54", "192.0.2.1:54", 0),
            ("2001:db8::1", "[2001:db8::1]:53", 0), ("[2001:db8::1]:54", "[2001:db8::1]:54", 0),
            ("fe80::1%eth0", "[fe80::1]:53", 4), ("[fe80::1%7]:54", "[fe80::1]:54", 7),
        ] as [(String, String, UInt32)]
    )
    func readsAddresses(text: String, endpoint: String, scope: UInt32) throws {
        let found = try endpoints(text, surroundings)

        #expect(found.map(\.description) == [endpoint])
        #expect(found.map(\.scope) == [scope])
    }

    @Test(arguments: [
        "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:+53", "[192.0.2.1]:53", "fe80::1%none",
        "dns://", "dns://example.org", "udp://192.0.2.1", "example.org", "192.0.2.256",
    ])
    func refusesWhatIsNoUpstream(text: String) throws {
        let error = #expect(throws: CorefileError.self) { try endpoints(text, surroundings) }

        #expect(error?.text.hasPrefix("'\(text)' is no upstream; ") == true)
    }

    @Test(arguments: ["quic://192.0.2.1", "https://192.0.2.1/dns-query", "grpc://192.0.2.1"])
    func saysWhatIsNotBuiltYet(text: String) throws {
        let error = #expect(throws: CorefileError.self) { try endpoints(text, surroundings) }

        #expect(error?.text == "upstream '\(text)' is not built yet")
    }

    @Test func readsTheServersOfAFileAndWatchesIt() throws {
        var setup = try surroundings.setup()
        let word = Word("/etc/resolv.conf", at: Position(file: "Corefile", line: 1, column: 1))

        let found = try UpstreamAddress.places(word, setup: &setup).map(\.endpoint)

        #expect(
            found.map(\.description) == [
                "192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1]:53", "192.0.2.3:53",
            ]
        )
        #expect(setup.watched == ["/etc/resolv.conf"])
    }

    @Test func saysThatAFileIsMissing() throws {
        #expect(
            try refusal(of: Forward.self, "forward . /etc/none")
                == "Corefile:1:11: /etc/none: no such file or folder"
        )
    }

    @Test(arguments: [nil, "# nothing\n"])
    func asksTheServersOfBeforeWhenAFileBreaks(text: String?) throws {
        var surroundings = surroundings
        let (_, before) = try surroundings.make(Forward.self, "forward . /etc/resolv.conf")
        surroundings.previous = before.kept
        surroundings.files.contents["/etc/resolv.conf"] = text

        let (_, after) = try surroundings.make(Forward.self, "forward . /etc/resolv.conf")
        surroundings.previous = after.kept
        let (_, later) = try surroundings.make(Forward.self, "forward . /etc/resolv.conf")

        #expect(before.reports.isEmpty)
        #expect(after.reports.count == 1)
        #expect(
            after.reports.first?.description.hasPrefix("Corefile:1:11: /etc/resolv.conf: ") == true
        )
        #expect(later.reports.count == 1)
    }

    @Test func asksEachUpstreamOfSeveralWordsOnce() throws {
        var setup = try surroundings.setup()
        let stanza = try stanzas("forward . 192.0.2.3 /etc/resolv.conf 192.0.2.9")[0]

        let route = try ForwardRoute(parsing: stanza, setup: &setup)

        #expect(
            route.upstreams.map(\.endpoint.description) == [
                "192.0.2.3:53", "192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1]:53", "192.0.2.9:53",
            ]
        )
    }

    @Test(arguments: [(0, true), (1, false)])
    func readsAFileOfServersOfSoManyBytes(more: Int, isTaken: Bool) throws {
        var surroundings = surroundings
        let server = "nameserver 192.0.2.1\n"
        let most = UpstreamAddress.maximumFileByteCount
        let comment = String(repeating: "#", count: most - server.utf8.count + more)
        surroundings.files.contents["/etc/resolv.conf"] = server + comment

        let found = try refusal(of: Forward.self, "forward . /etc/resolv.conf", in: surroundings)

        let complaint = "Corefile:1:11: /etc/resolv.conf: is larger than \(most) bytes"
        #expect(found == (isTaken ? nil : complaint))
    }
}
