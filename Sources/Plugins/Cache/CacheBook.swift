// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization

/// The caches of a configuration, for those who want to look into them.
final class CacheBook: Sendable {
    /// Where a cache stands.
    struct Place: Hashable, Sendable, CustomStringConvertible {
        /// The listener of its server block: `dns://:53`.
        let server: String
        /// The zones of the block, with commas between them.
        let zones: String

        var description: String { "\(server) \(zones)" }
    }

    /// A cache, and where it stands.
    struct Page: Sendable {
        let place: Place
        let kept: KeptAnswers
    }

    /// The key under which the blocks of a configuration share it.
    private static let key = "cache: caches for commands"

    private let added = Mutex<[Page]>([])
    let metrics: Registry
    /// Whether nothing is served, so that nothing is kept.
    let isCheck: Bool

    init(_ metrics: Registry, isCheck: Bool) {
        self.metrics = metrics
        self.isCheck = isCheck
    }

    /// The book of the configuration that is being made; the first block that asks makes it.
    static func shared(_ setup: inout Setup) -> CacheBook {
        if let known = setup.held(key, as: CacheBook.self) { return known }
        let book = CacheBook(setup.metrics, isCheck: setup.isCheck)
        setup.kept[key] = book
        setup.consoles.append(Console(verbs: ["cache"]) { CacheCommand.run($0, in: book) })
        return book
    }

    /// Adds a cache.
    func add(_ kept: KeptAnswers, at place: Place) {
        added.withLock { $0.append(Page(place: place, kept: kept)) }
    }

    var pages: [Page] { added.withLock { $0 } }
}
