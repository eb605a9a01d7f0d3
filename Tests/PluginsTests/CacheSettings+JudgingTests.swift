// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct CacheSettingsJudgingTests {
    /// A change to a question for an address, and whether its answer is kept still.
    struct Change: CustomTestStringConvertible {
        let testDescription: String
        let isTaken: Bool
        let make: @Sendable (inout Query) -> Void

        init(
            _ text: String,
            _ isTaken: Bool,
            _ make: @escaping @Sendable (inout Query) -> Void
        ) {
            testDescription = text
            self.isTaken = isTaken
            self.make = make
        }
    }

    static let changes = [
        Change("none", true) { _ in },
        Change("EDNS", true) { $0.options = ClientOptions(udpByteCount: 1_232) },
        // A client's network among them (RFC 7871).
        Change("options that it may depend on", false) {
            $0.options = ClientOptions(udpByteCount: 1_232)
            $0.options?.asksSpecially = true
        },
        Change("no recursion", false) { $0.header.flags.subtract(.recursionDesired) },
        Change("another class", false) { $0.recordClass = .chaos },
        Change("a whole zone", false) { $0.type = .axfr },
        Change("what changed in a zone", false) { $0.type = .ixfr },
    ]

    @Test(arguments: changes)
    func takesWhatIsTheSameForAll(change: Change) throws {
        let settings = try AnswerCacheTests.settings()

        #expect(settings.takes(try query("www.example", .a, change.make)) == change.isTaken)
    }

    @Test func takesNamesOfItsZonesOnly() throws {
        let settings = try AnswerCacheTests.settings("cache example")

        #expect(settings.takes(try query("www.example")))
        #expect(!settings.takes(try query("www.example.org")))
    }
}
