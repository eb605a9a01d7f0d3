// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing
import Wire

@testable import Plugins

@Suite struct FallthroughTests {
    @Test(arguments: [
        ("fallthrough", "a.example", true), ("fallthrough", ".", true),
        ("fallthrough a.example b.example", "x.B.example", true),
        ("fallthrough a.example", "a.example", true),
        ("fallthrough a.example", "example", false),
        ("fallthrough a.example", "ba.example", false),
        ("fallthrough 192.0.2.0/24", "1.2.0.192.in-addr.arpa", true),
    ])
    func coversTheNamesOfItsZones(text: String, name: String, isCovered: Bool) throws {
        let option = try stanzas("x {\n\(text)\n}")[0].options[0]
        let found = try Fallthrough(option)

        let covers = found.covers(try QueryName(try Name(name)))

        #expect(covers == isCovered)
        #expect(found.isOn)
    }

    @Test func coversNothingUnlessAskedFor() {
        let coversTheRoot = Fallthrough().covers(QueryName())

        #expect(!coversTheRoot)
        #expect(!Fallthrough().isOn)
    }
}
