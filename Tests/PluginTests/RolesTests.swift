// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Synchronization
import Testing
import Wire

/// Counts the messages that it is shown.
private struct Looker: MemoryPrefetcher {
    static let manual = Manual(name: "looker", summary: "looks at messages", example: "looker")

    final class Counts: Sendable {
        let byName = Mutex<[String: Int]>([:])
    }

    let name: String
    let counts: Counts

    init(_ name: String, _ counts: Counts) {
        self.name = name
        self.counts = counts
    }

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        self.init("", Counts())
    }

    func prefetchMemory(for message: Span<UInt8>) {
        let byteCount = message.count
        counts.byName.withLock { $0[name, default: 0] += byteCount }
    }
}

@Suite struct RolesTests {
    @Test func showsAMessageToTheLookersOfAllChains() {
        let counts = Looker.Counts()
        let first = Chain([Looker("a", counts), Looker("b", counts)])
        let roles = Roles(joining: [first, Chain([]), Chain([Looker("c", counts)])])

        roles.prefetchMemory(for: [1, 2, 3].span)
        #expect(counts.byName.withLock { $0 } == ["a": 3, "b": 3, "c": 3])
    }

    @Test("Too many lookers are not asked", arguments: [0, 1])
    func asksNoneOfTooManyLookers(excess: Int) {
        let counts = Looker.Counts()
        let count = Roles.maximumPrefetcherCount + excess
        let roles = Roles(joining: (0..<count).map { Chain([Looker("\($0)", counts)]) })

        roles.prefetchMemory(for: [1].span)

        #expect(counts.byName.withLock { $0.count } == (excess == 0 ? count : 0))
    }
}
