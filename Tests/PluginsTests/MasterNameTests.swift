// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Plugins

@Suite struct MasterNameTests {
    private func name(_ text: String) throws(WireError) -> String {
        let origin = try Name("Example.Org")
        let wire = try MasterName.read(Array(text.utf8)[...], origin: origin.lowercased)
        return try Name(wire: wire.span).description
    }

    @Test(arguments: [
        ("@", "example.org."), (".", "."), ("a", "a.example.org."), ("a.", "a."),
        ("A.b", "a.b.example.org."), ("A.b.", "a.b."), ("*", "*.example.org."),
        ("a\\.b", "a\\.b.example.org."), ("\\065\\@.", "a\\@."), ("\\@", "\\@.example.org."),
        ("a\\046.", "a\\.."), ("_x", "_x.example.org."),
    ])
    func readsNames(text: String, expected: String) throws {
        #expect(try name(text) == expected)
    }

    @Test(arguments: [
        ("", WireError.emptyLabel(offset: 0)), ("..", .emptyLabel(offset: 0)),
        (".a", .emptyLabel(offset: 0)), ("a..b", .emptyLabel(offset: 2)),
        ("a\\", .badEscape(offset: 1)), ("a\\25", .badEscape(offset: 1)),
        ("a\\256", .badEscape(offset: 1)),
    ])
    func refusesWhatIsNoName(text: String, error: WireError) {
        #expect(throws: error) { try name(text) }
    }

    @Test func takesALabelAtItsLimitAndNoByteMore() throws {
        let label = String(repeating: "a", count: 63)

        #expect(try name(label + ".") == label + ".")
        #expect(throws: WireError.badLabel(offset: 63)) { try name(label + "a") }
    }

    @Test func takesANameAtItsLimitAndNoByteMore() throws {
        let long = String(repeating: "a", count: 63) + "."
        // 192 bytes of labels, and 13 of the origin.
        let fitting = long + long + long + String(repeating: "b", count: 49)

        #expect(try name(fitting).utf8.count == 254)
        #expect(throws: WireError.nameTooLong(offset: 0)) { try name(fitting + "b") }
        #expect(throws: WireError.nameTooLong(offset: 0)) {
            try name(String(repeating: "a.", count: 128))
        }
    }
}
