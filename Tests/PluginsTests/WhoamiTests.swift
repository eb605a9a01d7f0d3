// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing
import Wire

@Suite struct WhoamiTests {
    private func answer(_ query: borrowing Query) throws -> Answered {
        let (plugin, _) = try Surroundings().make(Whoami.self, "whoami")
        return ask(plugin, query)
    }

    @Test func tellsAddressPortAndTransport() throws {
        let found = try answer(try query("Example.org", .mx))

        #expect(found.outcome == .done)
        #expect(found.isAuthoritative)
        #expect(found.answers.isEmpty)
        #expect(
            found.additionals == [
                "Example.org. 0 A 192.0.2.7", "_udp.Example.org. 0 SRV 0000000014e900",
            ]
        )
    }

    @Test func tellsAnIPv6ClientOverTCP() throws {
        let asked = try query(".") {
            $0.transport = .tcp
            $0.client = Endpoint(IPAddress(v6High: 0x2001_0DB8 << 32, low: 9), port: 1)
        }

        #expect(
            try answer(asked).additionals == [
                ". 0 AAAA 2001:db8::9", "_tcp. 0 SRV 00000000000100",
            ]
        )
    }

    @Test(arguments: [(57, 2), (58, 1)])
    func leavesOutTheServiceOfANameThatIsTooLong(lastLabel: Int, count: Int) throws {
        let label = String(repeating: "a", count: 63) + "."
        let name = label + label + label + String(repeating: "b", count: lastLabel - 1)

        #expect(try answer(try query(name)).additionals.count == count)
    }

    @Test func takesNoArguments() throws {
        #expect(
            try refusal(of: Whoami.self, "whoami me")
                == "Corefile:1:8: 'me' is one argument too many for 'whoami'"
        )
    }
}
