// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct OptionValuesTests {
    /// The only option of the only directive.
    private func option(_ text: String) throws -> Option {
        let block = try corefile(". {\n x {\n  \(text)\n }\n}").blocks.first
        return try #require(block?.stanzas.first?.options.first)
    }

    private func message(_ body: () throws -> Void) -> String? {
        (#expect(throws: CorefileError.self, performing: body))?.description
    }

    @Test func countsItsArguments() throws {
        #expect(try option("ttl 30").oneArgument("seconds").text == "30")
        try option("ttl").noArguments()
        try option("ttl 1 2").arguments(1...2, "one or two")
    }

    @Test func saysHowManyArgumentsAreWanted() throws {
        let none = try option("ttl")
        let two = try option("ttl 1 2")

        #expect(
            message { _ = try none.oneArgument("seconds") }
                == "Corefile:3:3: 'ttl' wants seconds"
        )
        #expect(
            message { _ = try two.oneArgument("seconds") }
                == "Corefile:3:9: '2' is one argument too many; 'ttl' wants seconds"
        )
        #expect(message { try two.noArguments() } == "Corefile:3:7: 'ttl' takes no argument")
    }

    @Test func namesTheNearestOption() throws {
        let error = try option("ttll").unknown(["fallthrough", "ttl"])

        #expect(error.description == "Corefile:3:3: unknown option 'ttll'; try 'ttl'")
    }

    @Test func namesEveryOptionWhenNoneIsNear() throws {
        let option = try option("xyzzy")

        #expect(
            option.unknown(["ttl", "fallthrough"]).description
                == "Corefile:3:3: unknown option 'xyzzy'; known are fallthrough, ttl"
        )
        #expect(option.unknown([]).description == "Corefile:3:3: unknown option 'xyzzy'")
    }

    @Test func saysThatItIsNotBuilt() throws {
        let error = try option("tls a b").notYet()

        #expect(error.description == "Corefile:3:3: option 'tls' is not built yet")
    }
}
