// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct SourceAddressesTests {
    /// A machine with one address of each family.
    private func machine() throws -> Surroundings {
        var surroundings = Surroundings()
        surroundings.interfaces = [
            Interface(name: "eth0", address: try #require(IPAddress("192.0.2.9")), scope: 0),
            Interface(name: "eth0", address: try #require(IPAddress("2001:db8::9")), scope: 0),
        ]
        return surroundings
    }

    /// The addresses of the upstreams that are asked, each with the one it is asked from.
    private func asked(
        _ upstreams: String,
        from source: String
    ) throws -> (pairs: [String], reports: [String]) {
        var setup = try machine().setup()
        let text = "forward . \(upstreams) {\n  source_address \(source)\n}"
        let stanza = try #require(try stanzas(text).first)
        let route = try ForwardRoute(parsing: stanza, setup: &setup)
        let pairs = route.upstreams.map { upstream in
            "\(upstream.endpoint.address) \(upstream.source.map(\.description) ?? "-")"
        }
        return (pairs, setup.reports.map(\.description))
    }

    @Test(arguments: [
        ("192.0.2.9", "192.0.2.53 192.0.2.9"), ("127.0.0.2", "192.0.2.53 127.0.0.2"),
        ("192.0.2.9 2001:db8::9", "192.0.2.53 192.0.2.9"),
    ])
    func asksFromTheAddress(source: String, pair: String) throws {
        #expect(try asked("192.0.2.53", from: source).pairs == [pair])
    }

    @Test func takesOneOfEachFamily() throws {
        let found = try asked("192.0.2.53 2001:db8::53", from: "2001:db8::9 192.0.2.9")

        #expect(found.pairs == ["192.0.2.53 192.0.2.9", "2001:db8::53 2001:db8::9"])
        #expect(found.reports.isEmpty)
    }

    @Test func leavesOutAndTellsOfAnotherFamily() throws {
        let found = try asked("192.0.2.53 2001:db8::53", from: "192.0.2.9")

        #expect(found.pairs == ["192.0.2.53 192.0.2.9"])
        #expect(
            found.reports == [
                "Corefile:2:3: [2001:db8::53]:53 is left out, as 'source_address' has no address of "
                    + "its family"
            ]
        )
    }

    @Test func leavesTheChoiceToTheSystemWithoutTheOption() throws {
        var setup = try Surroundings().setup()
        let stanza = try #require(try stanzas("forward . 192.0.2.53").first)
        let route = try ForwardRoute(parsing: stanza, setup: &setup)

        #expect(route.upstreams.map(\.source) == [nil])
    }

    @Test(arguments: [
        ("", "2:3: 'source_address' wants an address, or one of each family"),
        ("eth0", "2:18: 'eth0' is no address like '192.0.2.1'"),
        (
            "192.0.2.10",
            "2:18: '192.0.2.10' is no address of this machine, so that nothing can be asked from it"
        ),
        (
            "192.0.2.9 127.0.0.1",
            "2:28: '127.0.0.1' is a second address of its family; one is asked from"
        ),
        (
            "2001:db8::9",
            "2:3: no upstream has the family of 'source_address'; give an address of the other one"
        ),
    ])
    func refusesWhatCannotBeAskedFrom(source: String, text: String) throws {
        let stanza = "forward . 192.0.2.53 {\n  source_address \(source)\n}"

        #expect(try refusal(of: Forward.self, stanza, in: try machine()) == "Corefile:" + text)
    }
}
