// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@Suite struct ManualTests {
    @Test func namesAnOptionByTheFirstWordOfItsUsage() {
        let manual = Manual(
            name: "hosts",
            summary: "answers from a table",
            options: [Manual.Option("ttl SECONDS", "how long"), Manual.Option("no_reverse", "no")],
            example: "hosts"
        )

        #expect(manual.optionNames == ["ttl", "no_reverse"])
    }
}
