// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

/// The `forward` stanzas of a configuration, for those who want to see how upstreams fare.
final class UpstreamBook: Sendable {
    /// A stanza, and where it stands.
    struct Stanza: Sendable {
        let route: ForwardRoute
        /// The listener of its server block: `dns://:53`.
        let server: String
    }

    /// The key under which the blocks of a configuration share it.
    private static let key = "forward: stanzas for commands"

    private let added = Mutex<[Stanza]>([])
    /// By what metrics call the upstream.
    private let rates = Mutex<[String: ExchangeRate]>([:])
    let metrics: Registry

    init(_ metrics: Registry) { self.metrics = metrics }

    /// The book of the configuration that is being made; the first block that asks makes it.
    static func shared(_ setup: inout Setup) -> UpstreamBook {
        if let known = setup.held(key, as: UpstreamBook.self) { return known }
        let book = UpstreamBook(setup.metrics)
        setup.kept[key] = book
        setup.consoles.append(
            Console(verbs: ["upstreams"]) { UpstreamsCommand.run($0, in: book) }
        )
        setup.chores.append(Chore { now, _ in book.look(at: now) })
        return book
    }

    /// Adds the stanzas of a block.
    func add(_ routes: [ForwardRoute], _ setup: Setup) {
        let stanzas = routes.map { Stanza(route: $0, server: setup.serverLabel) }
        added.withLock { $0 += stanzas }
    }

    var stanzas: [Stanza] { added.withLock { $0 } }

    /// Notes how much everybody was asked by now.
    func look(at now: Moment) {
        var counts: [String: UInt64] = [:]
        for stanza in stanzas {
            for upstream in stanza.route.upstreams {
                let label = upstream.endpoint.description
                counts[label] = upstream.metrics.tally(metrics).exchangeCount
            }
            for host in stanza.route.hosts?.hosts ?? [] {
                counts[host.label] = host.metrics.tally(metrics).exchangeCount
            }
        }
        rates.withLock { rates in
            for (label, count) in counts {
                rates[label, default: ExchangeRate()].note(count, at: now)
            }
        }
    }

    /// How many exchanges a second an upstream has, by its name in metrics.
    func rate(of label: String, _ tally: UpstreamTally, at now: Moment) -> Double? {
        rates.withLock { $0[label] }?.perSecond(tally.exchangeCount, at: now)
    }
}
