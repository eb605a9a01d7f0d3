// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct StanzaValuesTests {
    private func stanzas(_ text: String) throws -> [Stanza] {
        try #require(try corefile(". {\n\(text)\n}").blocks.first).stanzas
    }

    private func message(_ body: () throws -> Void) -> String? {
        (#expect(throws: CorefileError.self, performing: body))?.description
    }

    @Test func givesTheOnlyStanza() throws {
        #expect(try stanzas("whoami").onlyOnce().name.text == "whoami")
    }

    @Test func saysWhereASecondStanzaStands() throws {
        let two = try stanzas("whoami\n whoami")

        #expect(
            message { _ = try two.onlyOnce() } == "Corefile:3:2: 'whoami' can only be used once "
                + "in a server block; the first is at Corefile:2:1"
        )
        #expect(message { _ = try [Stanza]().onlyOnce() } != nil)
    }

    @Test func saysWhichArgumentIsTooMany() throws {
        let stanza = try stanzas("ready a b").onlyOnce()

        try stanza.arguments(atMost: 2)
        #expect(
            message { try stanza.arguments(atMost: 1) }
                == "Corefile:2:9: 'b' is one argument too many for 'ready'"
        )
    }

    @Test func saysWhereAnOptionStands() throws {
        try stanzas("loop { }").onlyOnce().noOptions()
        let stanza = try stanzas("loop {\n a b\n}").onlyOnce()

        #expect(message { try stanza.noOptions() } == "Corefile:3:2: 'loop' takes no options")
    }
}
