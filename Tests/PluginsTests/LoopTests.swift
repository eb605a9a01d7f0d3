// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing
import Wire

@Suite struct LoopTests {
    @Test func passesEveryQueryOn() throws {
        let (plugin, _) = try Surroundings().make(Loop.self, "loop")

        #expect(ask(plugin, try query("1.2.example", .hinfo)) == Answered(outcome: .pass))
    }

    @Test func takesNoArguments() throws {
        #expect(
            try refusal(of: Loop.self, "loop .")
                == "Corefile:1:6: '.' is one argument too many for 'loop'"
        )
    }
}
